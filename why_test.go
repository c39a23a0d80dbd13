package flow_test

import (
	"context"
	"errors"
	"strings"
	"testing"

	"flow"
)

// A watcher is a GitLab that tells one sighting.
type watcher struct {
	flow.GitLab // what looking does not need

	seen flow.Sighting
	err  error
	path string // that was asked for
}

func (w *watcher) Look(_ context.Context, _ flow.Connection, path string) (flow.Sighting, error) {
	w.path = path
	return w.seen, w.err
}

func whyReview(t *testing.T) *flow.Review {
	t.Helper()
	base, err := flow.ParseBaseURL("https://gitlab.example.com/git")
	if err != nil {
		t.Fatal(err)
	}
	rule, err := flow.ParseRule("name:legacy-*")
	if err != nil {
		t.Fatal(err)
	}
	in := flow.Integration{ID: 1, Name: "acme", BaseURL: base, Method: flow.AccessToken, Report: flow.Report{Account: "@flow-bot", OwnURL: "https://git.internal/forge"}}
	settings := flow.Settings{Auto: map[int64]bool{1: true}, Rules: []flow.Rule{rule}}
	groups := []flow.Group{{ID: 1, Path: "acme", Name: "acme"}, {ID: 2, ParentID: 1, Path: "acme/platform", Name: "platform"}}
	repos := []flow.Repo{
		{ID: 9, GroupID: 2, Path: "acme/platform/web", Role: flow.Reporter, ImportedAt: flow.MomentOf(today), Fork: true},
		{ID: 10, GroupID: 2, Path: "acme/platform/api", Role: flow.Reporter},
		{ID: 11, GroupID: 2, Path: "acme/platform/legacy-mail", Role: flow.Reporter},
		{ID: 12, GroupID: 2, Path: "acme/platform/guest", Role: flow.Guest},
		{ID: 13, GroupID: 2, Path: "acme/platform/old", Role: flow.Reporter, LostAt: flow.MomentOf(today)},
	}
	return flow.NewReview(in, settings, groups, repos)
}

func ask(t *testing.T, w *watcher, asked string) flow.Why {
	t.Helper()
	s := setup(nil, &shelf{})
	s.GitLab = w
	why, err := s.Why(t.Context(), whyReview(t), asked)
	if err != nil {
		t.Fatalf("%s: %v", asked, err)
	}
	return why
}

// Whatever people type or paste names the same repo.
func TestWhyReadsPathsAndLinks(t *testing.T) {
	for _, asked := range []string{
		"acme/platform/api", " /acme/platform/api/ ", "Acme/Platform/API", "acme/platform/api.git", `"acme/platform/api"`,
		"https://gitlab.example.com/git/acme/platform/api",
		"https://gitlab.example.com/git/acme/platform/api/-/tree/main/docs?ref=1#top",
		"https://gitlab.example.com/git/acme/platform/api/merge_requests/12",
		"https://git.internal/forge/acme/platform/api/-/issues",
		"https://gitlab.example.com/git/acme/platform/api.git",
		"git@gitlab.example.com:acme/platform/api.git",
		"ssh://git@gitlab.example.com:2222/acme/platform/api.git",
	} {
		if w := ask(t, &watcher{err: errors.New("not to be asked")}, asked); w.Kind != flow.KindRepo || w.Path != "acme/platform/api" || w.Reason != flow.Listed {
			t.Errorf("%q: %+v", asked, w)
		}
	}
	for _, asked := range []string{"acme/platform", "groups/acme/platform", "https://gitlab.example.com/git/groups/acme/platform/-/group_members"} {
		if w := ask(t, &watcher{err: errors.New("not to be asked")}, asked); w.Kind != flow.KindGroup || w.Path != "acme/platform" {
			t.Errorf("%q: %+v", asked, w)
		}
	}
	// A repo may be called like a page, where no link says otherwise.
	look := &watcher{}
	ask(t, look, "acme/tools/issues")
	if look.path != "acme/tools/issues" {
		t.Errorf("asked for %q", look.path)
	}
}

func TestWhyRefusesWhatNamesNothing(t *testing.T) {
	for asked, where := range map[string]string{
		"": "it is empty", "  ": "it is empty", "///": "it names no group and no repo",
		"acme/pay load": "no such character", "acme/\x1b[2J": "no such character", "https://": "its host can't be read",
		"https://gitlab.example.com/git/": "it names no group and no repo",
	} {
		s := setup(nil, &shelf{})
		s.GitLab = &watcher{err: errors.New("not to be asked")}
		_, err := s.Why(t.Context(), whyReview(t), asked)
		if f := flow.FaultOf(orElse(err)); f.Cause != flow.BadPath || !strings.Contains(f.Sentence(), where) || strings.Contains(f.Sentence(), "\x1b") {
			t.Errorf("%q: %v", asked, err)
		}
	}
	_, err := setup(nil, &shelf{}).Why(t.Context(), whyReview(t), "https://ana:hunter22@git lab/acme")
	if text := flow.FaultOf(orElse(err)).Sentence(); strings.Contains(text, "hunter22") {
		t.Errorf("a password is repeated: %s", text)
	}
}

func orElse(err error) error {
	if err == nil {
		return errors.New("no error")
	}
	return err
}

// Every reason has a sentence of its own.
func TestWhySaysWhy(t *testing.T) {
	for _, test := range []struct {
		asked string
		seen  flow.Sighting
		want  flow.Reason
		says  string // part of the sentence
		next  string
	}{
		{"acme/platform/api", flow.Sighting{}, flow.Listed, "It is in the list: imported, by auto-import of acme.", ""},
		{"acme/platform/web", flow.Sighting{}, flow.Listed, "It is in the list: imported, fork, since 22 Nov 2026.", ""},
		{"acme/platform/legacy-mail", flow.Sighting{}, flow.Listed, "It is in the list: excluded name:legacy-*. That rule keeps it out of the auto-import of acme.", "Import it by hand, or remove the rule."},
		{"acme/platform/guest", flow.Sighting{}, flow.Listed, "the role of @flow-bot there is Guest", "Give @flow-bot the role Reporter"},
		{"acme/platform", flow.Sighting{}, flow.Listed, "It is in the list: auto-import, inherited from acme; 5 repos below it.", ""},
		{"https://gitlab.com/acme/api", flow.Sighting{}, flow.OtherGitLab, "That is at gitlab.com; acme is connected to gitlab.example.com.", "Look in the integration"},
		{"git@github.com:acme/api.git", flow.Sighting{}, flow.OtherGitLab, "That is at github.com", ""},
		{"acme/secret", flow.Sighting{Says: "404 Project Not Found"}, flow.NotSeen, "acme/secret is not visible to @flow-bot.", "Add the account to it as Reporter"},
		{"acme/platform/secret", flow.Sighting{Above: "acme/platform"}, flow.NotSeen, "which sees acme/platform above it", "Compare the path"},
		{"other/api", flow.Sighting{Bound: "project 42"}, flow.BoundElse, "the token is for project 42 alone", "Make a token"},
		{"acme/platform/old", flow.Sighting{}, flow.NoLongerFound, "no longer visible to @flow-bot since", "If it is still there"},
		{"acme/platform/old-api", flow.Sighting{Kind: flow.KindRepo, ID: 10, Path: "acme/platform/api", Member: true}, flow.MovedTo, "acme/platform/old-api is acme/platform/api now. It is in the list: imported", ""},
		{"acme/going", flow.Sighting{Kind: flow.KindRepo, ID: 99, Path: "acme/going", Member: true, Deleting: true}, flow.BeingDeleted, "marked for deletion", "Restore it"},
		{"open/tools", flow.Sighting{Kind: flow.KindRepo, ID: 99, Path: "open/tools"}, flow.NotMember, "as anybody here can", "Add the account"},
		{"vault", flow.Sighting{Kind: flow.KindGroup, ID: 99, Path: "vault", Private: true}, flow.ByShare, "through a share or a repo in it", "Add the account"},
		{"vault/keys", flow.Sighting{Kind: flow.KindRepo, ID: 99, Path: "vault/keys", Private: true, Admin: true}, flow.AsAdmin, "as an administrator", "Add the account"},
		{"acme/new", flow.Sighting{Kind: flow.KindRepo, ID: 99, Path: "acme/new", Member: true}, flow.NotYetFound, "@flow-bot sees acme/new now; the last discovery did not.", "Press r."},
	} {
		w := ask(t, &watcher{seen: test.seen}, test.asked)
		if w.Reason != test.want || !strings.Contains(w.Sentence, test.says) || !strings.HasPrefix(w.Next, test.next) || w.Says != test.seen.Says {
			t.Errorf("%s: %+v", test.asked, w)
		}
	}
}

func TestWhyWhereTheScopeIsMissing(t *testing.T) {
	w := ask(t, &watcher{err: &flow.Fault{Cause: flow.ScopeMissing, Says: "403 insufficient_scope"}}, "acme/new")
	if w.Reason != flow.ScopeTooLow || !strings.Contains(w.Sentence, "The token may not look") || w.Says != "403 insufficient_scope" {
		t.Errorf("%+v", w)
	}
}

func TestWhyFailsWhereGitLabCantBeAsked(t *testing.T) {
	s := setup(nil, &shelf{})
	s.GitLab = &watcher{err: &flow.Fault{Cause: flow.DNS, Host: "gitlab.example.com"}}
	if _, err := s.Why(t.Context(), whyReview(t), "acme/new"); !flow.CausedBy(err, flow.DNS) {
		t.Error(err)
	}
}
