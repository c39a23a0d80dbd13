package flow

import (
	"fmt"
	"strings"
)

// StateText says what is or becomes of repo i, in the words of the State column:
// imported, fork · excluded name:legacy-* · will pause.
func (p *Plan) StateText(i int) string {
	repo, was, will := &p.Repos[i], p.Saved(i), p.Will(i)
	text := stateText(will)
	switch {
	case will.In() && !was.In():
		text = "will import"
		if will.By == ByHand {
			text += ", by hand"
		}
	case was.In() && will.State == Paused:
		text = "will pause"
	case will.State == KeptOut && was.State != KeptOut:
		text = "will stay out, by hand"
	}
	flags := repo.Flags()
	if p.IsNew(repo) {
		flags = append(flags, "new")
	}
	return strings.Join(append([]string{text}, flags...), ", ")
}

func stateText(d Decision) string {
	switch {
	case d.State == Imported && d.By == ByHand:
		return "imported by hand"
	case d.State == Excluded:
		return "excluded " + d.Rule
	case d.State == KeptOut, d.State == Paused:
		return d.State.String() + " by hand"
	case d.State == NotSupported && d.By == BySHA256:
		return "SHA-256, not supported"
	case d.State == NotSupported:
		return "role below Reporter"
	}
	return d.State.String()
}

// Mark derives the mark of repo i: what it will be once saved.
func (p *Plan) Mark(i int) Mark {
	switch {
	case p.will[i].state == NotSupported:
		return MarkNone
	case p.will[i].in():
		return MarkIn
	}
	return MarkOut
}

// AutoText says what holds for the repos of group g, in the words of the State
// column; "" where nothing is set here or above.
func (p *Plan) AutoText(g int) string {
	switch auto := p.autos[g]; {
	case p.Auto(g) == AutoOn:
		return "auto-import on"
	case p.Auto(g) == AutoOff:
		return "auto-import off"
	case auto.On:
		return "auto-import, inherited"
	case auto.Group != "":
		return "auto-import off, inherited"
	}
	return ""
}

// Explain says why repo i is in or out, and what the toggle key does to it.
func (p *Plan) Explain(i int) string {
	repo, was, will := &p.Repos[i], p.Saved(i), p.Will(i)
	group := will.Group
	switch {
	case will.State == NotSupported && will.By == BySHA256:
		return "Flow does not read SHA-256 repos yet; it can't be imported."
	case will.State == NotSupported:
		return fmt.Sprintf("The account's role here is %s; importing needs Reporter or more.", repo.Role)
	case will.In() && !was.In() && will.By == ByHand && was.State == Excluded:
		return was.Rule + " keeps it out. You import it by hand; space undoes that."
	case will.In() && !was.In() && will.By == ByHand:
		return "You import it by hand; space undoes that."
	case will.In() && !was.In() && was.State == Paused:
		return "It is read again once you save. space undoes that."
	case will.In() && !was.In():
		return fmt.Sprintf("Auto-import of %s takes it once you save. space keeps it out by hand.", group)
	case was.In() && will.State == Paused:
		return "It is paused once you save; its data stays. space undoes that."
	case will.State == KeptOut && was.State != KeptOut:
		return "You keep it out by hand; space undoes that."
	case will.By == ByHistory && !repo.LostAt.IsZero():
		lost := lostWords[repo.LostWhy]
		return fmt.Sprintf("%s since %s. space pauses it; its data stays.", strings.ToUpper(lost[:1])+lost[1:], Date(repo.LostAt.Time()))
	}
	return explainState(will)
}

func explainState(d Decision) string {
	switch {
	case d.State == Imported && d.By == ByHand:
		return "Imported by hand. space pauses it; its data stays."
	case d.State == Imported && d.By == ByHistory:
		return fmt.Sprintf("Imported since %s. space pauses it; its data stays.", Date(d.Since))
	case d.State == Imported:
		return fmt.Sprintf("Auto-import of %s takes it. space keeps it out by hand.", d.Group)
	case d.State == Excluded:
		return d.Rule + " keeps it out. space imports it by hand."
	case d.State == KeptOut:
		return "You keep it out by hand. space lets it in."
	case d.State == Paused:
		return "Paused by hand; its data stays. space goes on reading it."
	}
	return "Nothing imports it. space imports it by hand."
}

// ExplainGroup says what holds for group g, and what the auto-import key does.
func (p *Plan) ExplainGroup(g int) string {
	path, up := p.Groups[g].Path, p.Inherited(g)
	switch auto := p.autos[g]; {
	case p.Auto(g) == AutoOn:
		return fmt.Sprintf("Auto-import takes all of %s that no rule keeps out.", path)
	case p.Auto(g) == AutoOff && up.On:
		return fmt.Sprintf("New repos of %s stay out, though %s imports. a switches it on here.", path, up.Group)
	case p.Auto(g) == AutoOff:
		return fmt.Sprintf("New repos of %s stay out. a takes the setting off.", path)
	case auto.On:
		return fmt.Sprintf("It follows the auto-import of %s. a switches it off here.", auto.Group)
	}
	switch can := p.groups[g].Can; {
	case p.Size(g) == 0:
		return fmt.Sprintf("%s holds no repos yet. a imports those that come.", path)
	case can == 0:
		return fmt.Sprintf("Nothing in %s can be imported; enter on a repo says why.", path)
	default:
		return fmt.Sprintf("Nothing imports from %s. a imports its %s, and every new one.", path, Plural(can, "repo"))
	}
}
