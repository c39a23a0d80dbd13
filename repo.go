package flow

import (
	"cmp"
	"path"
	"strings"
	"unicode/utf8"
)

// A Group is a group of GitLab, or the namespace of a person's own repos. Flow
// keeps it by GitLab's numeric ID: a rename or a move keeps its settings.
type Group struct {
	ID       int64
	ParentID int64  // 0 at the top, or where the parent is not known
	Path     string // full path: acme/platform
	Name     string // display name, cleaned
	Personal bool   // a person's namespace, not a group
}

// A Repo is a project of GitLab as the last complete discovery saw it, together
// with what Flow keeps about it.
type Repo struct {
	ID      int64
	GroupID int64  // the namespace it lives in
	Path    string // full path: acme/platform/api
	Name    string // display name, cleaned

	Role       Role
	CreatedAt  Moment
	ActiveAt   Moment // last activity; GitLab moves it at most once an hour
	Archived   bool
	Fork       bool
	Mirror     bool
	Empty      bool
	Public     bool
	SHA256     bool // object format that Flow does not read yet
	Off        Services
	LostWhy    Lost   // beside LostAt; here it takes no room
	Topics     string // lower case, sorted, joined by commas; "": none, or not told
	FirstSeen  Moment // the discovery that brought it
	LostAt     Moment // none, or since when complete discoveries no longer bring it
	ImportedAt Moment // imported since; none if it never was
}

// Lost says what is known of a repo that complete discoveries no longer bring.
type Lost uint8

const (
	NotLost        Lost = iota
	Missing             // the last complete discovery did not bring it
	Gone                // nor did one a day earlier, and GitLab says that it is not there
	NoLongerMember      // it can be seen, but the account is no member of it any more
)

// Slug is the repo's own name in its path, which rules of kind name: look at.
func (r Repo) Slug() string { return path.Base(r.Path) }

// Supported reports whether the repo can be imported at all.
func (r *Repo) Supported() bool { return !r.SHA256 && r.Role.CanImport() }

// Flags names what is special about the repo, in the words of screens and
// filters.
func (r Repo) Flags() []string {
	var flags []string
	for _, f := range []struct {
		set  bool
		word string
	}{
		{r.Archived, "archived"}, {r.Fork, "fork"}, {r.Mirror, "mirror"}, {r.Empty, "empty"},
		{!r.LostAt.IsZero(), lostWords[r.LostWhy]},
	} {
		if f.set {
			flags = append(flags, f.word)
		}
	}
	return flags
}

var lostWords = [...]string{NotLost: "no longer found", Missing: "no longer found", Gone: "gone", NoLongerMember: "no longer a member"}

// ComparePaths orders full paths as a tree is read: part by part, without
// regard to case, a group before what is in it.
func ComparePaths(a, b string) int {
	for i := 0; ; i++ {
		switch {
		case i == len(a) && i == len(b):
			// Case decides last: Acme/api is in acme, and must not stand before it.
			return cmp.Compare(a, b)
		case i == len(a):
			return -1
		case i == len(b):
			return 1
		case a[i]|b[i] >= utf8.RuneSelf:
			return compareParts(a, b)
		}
		if x, y := pathOrder[a[i]], pathOrder[b[i]]; x != y {
			return cmp.Compare(x, y)
		}
	}
}

// pathOrder puts the slash before all else, so that what is in a group follows
// it, and folds ASCII letters.
var pathOrder = func() (order [utf8.RuneSelf]uint8) {
	for c := range order {
		order[c] = uint8(c) + 1
		if 'A' <= c && c <= 'Z' {
			order[c] = uint8(c) - 'A' + 'a' + 1
		}
	}
	order['/'] = 0
	return order
}()

// compareParts does it for all letters, and takes ten times as long.
func compareParts(a, b string) int {
	restA, restB := a, b
	for restA != "" && restB != "" {
		var x, y string
		x, restA, _ = strings.Cut(restA, "/")
		y, restB, _ = strings.Cut(restB, "/")
		if c := cmp.Compare(strings.ToLower(x), strings.ToLower(y)); c != 0 {
			return c
		}
	}
	if c := cmp.Compare(len(restA), len(restB)); c != 0 {
		return c
	}
	return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
}
