package flow

import (
	"strings"
	"testing"
)

// A path that is asked for is one that GitLab may have: whatever it is written
// into, nothing of an address is left of it.
func FuzzPathAsked(f *testing.F) {
	for _, asked := range []string{
		"acme/api", " /acme/platform/api.git/ ", "https://gitlab.example.com/git/acme/api/-/tree/main?x=1#top", "https://gitlab.example.com/gitty/api",
		"https://git.internal/forge/acme/api/issues/12", "git@gitlab.example.com:acme/api.git", "ssh://git@gitlab.example.com:22/acme/api.git", "https://gitlab.com/acme/a%1b[2Jb",
		"groups//acme", "acme//api", "acme/.git", "acme/../../admin", "..", ".", "https://", "https://%1b/x", "https://gitlab.example.com/git/acme//tree/main", "user@host", "@\x00", "a/b/-/-/", "https://ana:hunter2@x/%zz",
	} {
		f.Add(asked)
	}
	base, err := ParseBaseURL("https://gitlab.example.com/git")
	if err != nil {
		f.Fatal(err)
	}
	in := Integration{Name: "acme", BaseURL: base, Report: Report{OwnURL: "https://git.internal/forge"}}
	f.Fuzz(func(t *testing.T, asked string) {
		path, other, err := pathAsked(asked, in)
		if err != nil {
			if fault := FaultOf(err); fault.Cause != BadPath || fault.Sentence() != Clean(fault.Sentence()) || path != "" || other != "" {
				t.Fatalf("%q: %q at %q, %v", asked, path, other, err)
			}
			return
		}
		if other != CleanLine(other, 80) || path != Clean(path) || strings.HasPrefix(path, "/") || strings.HasSuffix(path, "/") {
			t.Fatalf("%q: %q at %q", asked, path, other)
		}
		if other != "" {
			return
		}
		for part := range strings.SplitSeq(path, "/") {
			if part == "" || part == "." || part == ".." {
				t.Fatalf("%q: %q has the part %q", asked, path, part)
			}
		}
		if i := strings.IndexFunc(path, func(r rune) bool { return !inPath(r) }); i >= 0 {
			t.Fatalf("%q: %q is no path", asked, path)
		}
	})
}
