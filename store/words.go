package store

import (
	"fmt"
	"slices"

	"flow"
)

// words says for the activity log what saving a plan does, which sets the
// auto-import of groups and chooses repos by hand.
func words(p *flow.Plan, set map[int64]string, chosen []flow.Repo) []string {
	c := p.Changes()
	did := autoWords(set, c)
	did = append(did, everyOne("added the rule %s", "added %s", "rule", texts(c.Add))...)
	did = append(did, everyOne("removed the rule %s", "removed %s", "rule", texts(c.Remove))...)
	return append(did, pinWords(c, chosen)...)
}

func texts(rules []flow.Rule) (texts []string) {
	for _, rule := range rules {
		texts = append(texts, rule.String())
	}
	return texts
}

func autoWords(set map[int64]string, c flow.Changes) (did []string) {
	paths := map[flow.AutoSetting][]string{}
	for id, setting := range c.Auto {
		path, ok := set[id]
		if !ok {
			path = fmt.Sprintf("group %d", id)
		}
		paths[setting] = append(paths[setting], path)
	}
	for _, w := range []struct {
		setting flow.AutoSetting
		text    string
	}{
		{flow.AutoOn, "switched auto-import on for %s"},
		{flow.AutoOff, "switched auto-import off for %s"},
		{flow.AsAbove, "left the auto-import of %s to the group above"},
	} {
		slices.SortFunc(paths[w.setting], flow.ComparePaths)
		did = append(did, everyOne(w.text, w.text, "group", paths[w.setting])...)
	}
	return did
}

func pinWords(c flow.Changes, chosen []flow.Repo) (did []string) {
	const follow, in, out, pause = "let %s follow the group again", "imported %s by hand", "kept %s out by hand", "paused %s by hand"
	paths := map[string][]string{}
	for i := range chosen {
		pin := c.Pins[chosen[i].ID]
		text := map[flow.Pin]string{flow.NoPin: follow, flow.PinIn: in, flow.PinOut: out}[pin]
		if pin == flow.PinOut && !chosen[i].ImportedAt.IsZero() {
			text = pause
		}
		paths[text] = append(paths[text], chosen[i].Path)
	}
	for _, text := range []string{in, out, pause, follow} {
		switch n := len(paths[text]); {
		case n == 1:
			did = append(did, fmt.Sprintf(text, paths[text][0]))
		case n > 1:
			did = append(did, fmt.Sprintf(text, flow.Plural(n, "repo")))
		}
	}
	if n := len(c.Pins) - len(chosen); n > 0 {
		did = append(did, "chose by hand for "+flow.Plural(n, "repo")+" no longer found")
	}
	return did
}

// everyOne says the same of a few things, each by its name, or of many by their
// number.
func everyOne(one, many, noun string, names []string) []string {
	if len(names) > 3 {
		return []string{fmt.Sprintf(many, flow.Plural(len(names), noun))}
	}
	var texts []string
	for _, name := range names {
		texts = append(texts, fmt.Sprintf(one, name))
	}
	return texts
}
