package flow

import "time"

// A Pin is what a person wants of one repo, against whatever group and rules
// say. On screen it is always "by hand".
type Pin int8

const (
	NoPin  Pin = iota // follow the group and its rules
	PinIn             // import by hand
	PinOut            // keep out by hand
)

// A State is what becomes of a repo.
type State int8

const (
	NotImported  State = iota // nothing asks for it
	Imported                  // it is read, or will be once that is saved
	Excluded                  // auto-import would take it, a rule keeps it out
	KeptOut                   // kept out by hand, never imported
	Paused                    // kept out by hand, imported before; its data stays
	NotSupported              // can't be imported
)

var stateNames = [...]string{"not imported", "imported", "excluded", "kept out", "paused", "not supported"}

func (s State) String() string { return stateNames[s] }

func (s State) MarshalText() ([]byte, error) { return []byte(s.String()), nil }

// A Decider names what decided a repo's state.
type Decider int8

const (
	ByNobody Decider = iota // no auto-import here or above
	BySHA256
	ByRole
	ByHand
	ByHistory    // it is imported already, and stays
	ByAutoImport // of Decision.Group
	ByRule       // Decision.Rule, against the auto-import of Decision.Group
)

// A Decision is a repo's state and why it is so.
type Decision struct {
	State State
	By    Decider
	Group string // path of the group whose auto-import counts; "" where none does
	Rule  string
	Since time.Time // ByHistory: when it was imported
}

// In reports whether the repo is read.
func (d Decision) In() bool { return d.State == Imported }

// Reason says in a few words what decided.
func (d Decision) Reason() string {
	switch d.By {
	case BySHA256:
		return "SHA-256"
	case ByRole:
		return "role below Reporter"
	case ByHand:
		return "by hand"
	case ByHistory:
		return "imported since " + Date(d.Since)
	case ByAutoImport:
		return "auto-import of " + d.Group
	case ByRule:
		return d.Rule
	}
	return "no auto-import here or above"
}

// An AutoImport is the setting that counts for a repo: that of the nearest group
// that has one.
type AutoImport struct {
	On    bool
	Group string // path of that group; "" where none has it set
}

// Decide says what becomes of a repo. The first that applies decides: 1. it is
// not supported, 2. a pin, 3. it is imported already, 4. no auto-import here or
// above, 5. a rule, 6. auto-import.
//
// Nothing but a pin ends an import: that a repo is imported is a stored fact
// (Repo.ImportedAt), which a rule, auto-import switched off or a role that is
// lost never touches.
func Decide(r *Repo, pin Pin, auto AutoImport, rules []Rule, now time.Time) Decision {
	v := decide(standingOf(r), pin, auto.On, 0)
	if v.by == ByAutoImport {
		// Rules cost the most, and count for few.
		for i, rule := range rules {
			if rule.Matches(r, now) {
				v = decide(standingOf(r), pin, auto.On, ruleNumber(i+1))
				break
			}
		}
	}
	return v.decision(r, auto, func(n ruleNumber) string { return rules[n-1].text })
}

// A standing is what counts of a repo itself.
type standing uint8

const (
	outside    standing = iota // it could be imported
	inside                     // it is, since some day
	tooLow                     // the account may not read it
	unreadable                 // Flow does not read it
)

func standingOf(r *Repo) standing {
	switch {
	case r.SHA256:
		return unreadable
	case !r.Role.CanImport():
		return tooLow
	case !r.ImportedAt.IsZero():
		return inside
	}
	return outside
}

// A ruleNumber names a rule, from 1 on; 0 is none.
type ruleNumber uint32

// A verdict is a decision in eight bytes. What a [Decision] says beyond it
// follows from the repo and its group.
type verdict struct {
	state State
	by    Decider
	rule  ruleNumber
}

func (v verdict) in() bool { return v.state == Imported }

// decide is the one rule of what becomes of a repo; rule is the first that
// matches it.
func decide(s standing, pin Pin, auto bool, rule ruleNumber) verdict {
	switch {
	case s == unreadable:
		return verdict{state: NotSupported, by: BySHA256}
	case s == tooLow:
		return verdict{state: NotSupported, by: ByRole}
	case pin == PinIn:
		return verdict{state: Imported, by: ByHand}
	case pin == PinOut && s == inside:
		return verdict{state: Paused, by: ByHand}
	case pin == PinOut:
		return verdict{state: KeptOut, by: ByHand}
	case s == inside:
		return verdict{state: Imported, by: ByHistory}
	case !auto:
		return verdict{state: NotImported, by: ByNobody}
	case rule != 0:
		return verdict{state: Excluded, by: ByRule, rule: rule}
	}
	return verdict{state: Imported, by: ByAutoImport}
}

// decision says it in full.
func (v verdict) decision(r *Repo, auto AutoImport, text func(ruleNumber) string) Decision {
	d := Decision{State: v.state, By: v.by}
	switch v.by {
	case ByHistory:
		d.Since, d.Group = r.ImportedAt.Time(), auto.Group
	case ByAutoImport:
		d.Group = auto.Group
	case ByRule:
		d.Group, d.Rule = auto.Group, text(v.rule)
	}
	return d
}
