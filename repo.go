package flow

import (
	"cmp"
	"path"
	"strings"
	"time"
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
	CreatedAt  time.Time
	ActiveAt   time.Time // last activity; GitLab moves it at most once an hour
	Archived   bool
	Fork       bool
	Mirror     bool
	Empty      bool
	Public     bool
	SHA256     bool // object format that Flow does not read yet
	Off        Services
	FirstSeen  time.Time // the discovery that brought it
	LostAt     time.Time // zero, or since when complete discoveries no longer bring it
	ImportedAt time.Time // imported since; zero if it never was
}

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
	}{{r.Archived, "archived"}, {r.Fork, "fork"}, {r.Mirror, "mirror"}, {r.Empty, "empty"}, {!r.LostAt.IsZero(), "not found any more"}} {
		if f.set {
			flags = append(flags, f.word)
		}
	}
	return flags
}

// ComparePaths orders full paths as a tree is read: part by part, without
// regard to case, a group before what is in it.
func ComparePaths(a, b string) int {
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
	// Case decides last: Acme/api is in acme, and must not stand before it, nor must
	// Acme/, whatever that is.
	return cmp.Or(cmp.Compare(strings.Count(a, "/"), strings.Count(b, "/")), cmp.Compare(a, b))
}
