package flow

import "time"

// Held is a discovery that found everything, but missed so many of the repos
// known before that an outage or a lost role is likelier than that they are gone:
// more than a tenth, and at least twenty. It changes nothing until a person has
// accepted it.
type Held struct {
	At       time.Time
	Groups   int // that it found
	Repos    int
	Known    int      // repos that were known before
	Lost     int      // of these, how many it did not find
	Examples []string // paths of a few of them, imported ones first
}

// Freezes reports whether so many of the known repos are missing at once that
// they are not to be believed gone.
func Freezes(known, lost int) bool { return lost >= 20 && lost*10 > known }
