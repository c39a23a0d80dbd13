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
	imported := !r.ImportedAt.IsZero()
	switch {
	case r.SHA256:
		return Decision{State: NotSupported, By: BySHA256}
	case !r.Role.CanImport():
		return Decision{State: NotSupported, By: ByRole}
	case pin == PinIn:
		return Decision{State: Imported, By: ByHand}
	case pin == PinOut && imported:
		return Decision{State: Paused, By: ByHand}
	case pin == PinOut:
		return Decision{State: KeptOut, By: ByHand}
	case imported:
		return Decision{State: Imported, By: ByHistory, Since: r.ImportedAt, Group: auto.Group}
	case !auto.On:
		return Decision{State: NotImported, By: ByNobody}
	}
	for _, rule := range rules {
		if rule.Matches(r, now) {
			return Decision{State: Excluded, By: ByRule, Rule: rule.String(), Group: auto.Group}
		}
	}
	return Decision{State: Imported, By: ByAutoImport, Group: auto.Group}
}
