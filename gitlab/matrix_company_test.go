package gitlab_test

import (
	"path"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
)

// groupTruth is a group of the company that every release is tried with.
type groupTruth struct {
	path, name string
	role       gitlabtest.Role // of the account in the group itself
	visibility gitlabtest.Visibility
	found      bool // a discovery has to bring it
}

var groupTruths = []groupTruth{
	{path: "acme", name: "Acme", found: true},                                                        // seen through what is in it only
	{path: "acme/platform", name: "Platform", role: gitlabtest.Developer, found: true},               // in the middle, without repos
	{path: "acme/platform/libs", name: "Libraries", found: true},                                     //
	{path: "acme/platform/libs/go", name: "Go", found: true},                                         // four deep
	{path: "acme/platform/quiet", name: "Quiet", found: true},                                        // holds nothing
	{path: "acme/shop", name: "Shop", role: gitlabtest.Guest, found: true},                           //
	{path: "acme/ops", name: "Ops", role: gitlabtest.Maintainer, found: true},                        //
	{path: "acme/ops/terraform", name: "Terraform", found: true},                                     //
	{path: "acme/secret", name: "Secret", found: true},                                               // the account is in one repo only
	{path: "acme/legal", name: "Legal", found: true},                                                 // lets groups into repos
	{path: "acme/hidden", name: "Hidden"},                                                            //
	{path: "partners", name: "Partners", role: gitlabtest.Developer, found: true},                    // is let in elsewhere
	{path: "partners/eu", name: "Europe", found: true},                                               //
	{path: "club", name: "Club", found: true},                                                        // lets all of partners in
	{path: "club/annex", name: "Annex", found: true},                                                 //
	{path: "open", name: "Open", visibility: gitlabtest.Public},                                      //
	{path: "open/below", name: "Below", visibility: gitlabtest.Public},                               //
	{path: "ops", name: "Ops", role: gitlabtest.Owner, visibility: gitlabtest.Internal, found: true}, // of the same name as another
}

// repoTruth is a repo of that company, and what a discovery has to say of it.
type repoTruth struct {
	path  string
	make  func(*gitlabtest.Project)
	role  gitlabtest.Role // of the account in the project itself
	share gitlabtest.Role // at most, with share.with
	with  string
	want  flow.Role // 0: it must not be found
	flags string    // of the words of flow.Repo.Flags, and public, sha256
	off   flow.Services
}

var repoTruths = []repoTruth{
	{path: "acme/platform/libs/go/router", want: flow.Developer},
	{path: "acme/platform/libs/http", want: flow.Developer},
	{path: "acme/shop/web", want: flow.Guest},
	{path: "acme/shop/cart", role: gitlabtest.Reporter, want: flow.Reporter},
	{path: "acme/shop/private-prs", want: flow.Guest, make: func(p *gitlabtest.Project) { p.MergeRequests = gitlabtest.FeatureMembers }},
	{path: "acme/ops/runbooks", want: flow.Maintainer},
	{path: "acme/ops/terraform/network", want: flow.Maintainer},
	{path: "acme/secret/audit", role: gitlabtest.Reporter, want: flow.Reporter},
	{path: "acme/secret/plans"},
	{path: "acme/hidden/nothing"},
	{path: "acme/legal/contracts", share: gitlabtest.Maintainer, with: "partners", want: flow.Developer},
	{path: "acme/legal/terms", share: gitlabtest.Reporter, with: "partners/eu", want: flow.Reporter},
	{path: "acme/legal/notices", share: gitlabtest.Guest, with: "partners", want: flow.Guest},
	{path: "club/annex/news", want: flow.Reporter},
	{path: "open/handbook", make: func(p *gitlabtest.Project) { p.Visibility = gitlabtest.Public }},
	{path: "flow-bot/notes", want: flow.Owner},
	{path: "ana/tools", role: gitlabtest.Maintainer, want: flow.Maintainer},

	{path: "acme/ops/old", want: flow.Maintainer, flags: "archived", make: func(p *gitlabtest.Project) { p.Archived = true }},
	{path: "acme/ops/blank", want: flow.Maintainer, flags: "empty", make: func(p *gitlabtest.Project) { p.Empty = true }},
	{path: "acme/ops/copy", want: flow.Maintainer, flags: "fork", make: func(p *gitlabtest.Project) { p.ForkedFrom = 2 }},
	{path: "acme/ops/pulled", want: flow.Maintainer, flags: "mirror", make: func(p *gitlabtest.Project) { p.Mirror = true }},
	{path: "acme/ops/status", want: flow.Maintainer, flags: "public", make: func(p *gitlabtest.Project) { p.Visibility = gitlabtest.Public }},
	{path: "acme/ops/long-hashes", want: flow.Maintainer, flags: "sha256", make: func(p *gitlabtest.Project) { p.SHA256 = true }},
	{path: "acme/ops/dying", want: flow.Maintainer, make: func(p *gitlabtest.Project) { p.DeletionOn = today.AddDate(0, 0, 7) }},
	{path: "acme/ops/no-issues", want: flow.Maintainer, off: flow.Services(flow.TicketService), make: func(p *gitlabtest.Project) { p.Issues = gitlabtest.FeatureDisabled }},
	{path: "acme/ops/no-prs", want: flow.Maintainer, off: flow.Services(flow.PRService), make: func(p *gitlabtest.Project) { p.MergeRequests = gitlabtest.FeatureDisabled }},
	{path: "acme/ops/no-commits", want: flow.Maintainer, off: flow.Services(flow.RepoService | flow.PRService), make: func(p *gitlabtest.Project) {
		p.Repository, p.MergeRequests = gitlabtest.FeatureDisabled, gitlabtest.FeatureDisabled
	}},
	{path: "acme/ops/for-members", want: flow.Maintainer, make: func(p *gitlabtest.Project) { p.Issues = gitlabtest.FeatureMembers }},
}

// matrixCompany builds the company, with an account that may be changed. Before
// 12.7 groups can't be shared with groups.
func matrixCompany(t *testing.T, groupShares bool, change ...func(*gitlabtest.User)) *gitlabtest.Company {
	t.Helper()
	c := gitlabtest.NewCompany()
	must := func(id int, err error) int {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	ensure := func(err error) { t.Helper(); must(0, err) }
	user := gitlabtest.User{Username: gitlabtest.DemoUser, Name: "Flow", Email: "flow@acme.example", Password: gitlabtest.DemoPassword}
	for _, f := range change {
		f(&user)
	}
	bot := must(c.AddUser(user))
	ana := must(c.AddUser(gitlabtest.User{Username: "ana", Name: "Ana", Email: "ana@acme.example"}))
	must(c.AddToken(gitlabtest.Token{Value: gitlabtest.DemoToken, Name: "Flow", User: bot, Scopes: []string{"api", "read_user", "read_repository"}, ExpiresOn: today.AddDate(0, 6, 0)}))
	_, err := c.AddApplication(gitlabtest.Application{
		UID: gitlabtest.DemoClientID, Secret: gitlabtest.DemoClientSecret, Name: "Flow", Owner: ana,
		Redirects: []string{fixedRedirect}, Scopes: []string{"api", "read_user", "read_repository"},
	})
	ensure(err)
	groups := map[string]int{}
	for _, g := range groupTruths {
		id := must(c.AddGroup(gitlabtest.Group{Parent: groups[path.Dir(g.path)], Path: path.Base(g.path), Name: g.name, Visibility: g.visibility}))
		groups[g.path] = id
		ensure(c.SetGroupRole(id, bot, g.role))
	}
	for i, r := range repoTruths {
		p := gitlabtest.Project{
			Group: groups[path.Dir(r.path)], Owner: ana, Path: path.Base(r.path), Name: strings.ToUpper(path.Base(r.path)),
			CreatedAt: today.AddDate(-1, 0, i), LastActivityAt: today.AddDate(0, 0, -i),
		}
		if path.Dir(r.path) == gitlabtest.DemoUser {
			p.Owner = bot
		}
		if r.make != nil {
			r.make(&p)
		}
		id := must(c.AddProject(p))
		if r.role > 0 {
			ensure(c.SetProjectRole(id, bot, r.role))
		}
		if r.share > 0 {
			ensure(c.ShareProject(id, groups[r.with], r.share))
		}
	}
	if groupShares {
		ensure(c.ShareGroup(groups["club"], groups["partners"], gitlabtest.Reporter))
	}
	return c
}

// wanted is what a discovery of the company brings where nothing is unknown.
func wanted(enterprise bool) (groups map[string]flow.Group, repos map[string]flow.Repo) {
	groups, repos = map[string]flow.Group{}, map[string]flow.Repo{}
	for _, g := range groupTruths {
		if g.found {
			groups[g.path] = flow.Group{Path: g.path, Name: g.name}
		}
	}
	groups["ana"] = flow.Group{Path: "ana", Name: "Ana", Personal: true}
	groups[gitlabtest.DemoUser] = flow.Group{Path: gitlabtest.DemoUser, Name: "Flow", Personal: true}
	for i, r := range repoTruths {
		if r.want == 0 {
			continue
		}
		has := func(flag string) bool { return strings.Contains(r.flags, flag) }
		repos[r.path] = flow.Repo{
			Path: r.path, Name: strings.ToUpper(path.Base(r.path)), Role: r.want, Off: r.off,
			Archived: has("archived"), Fork: has("fork"), Mirror: has("mirror") && enterprise, Empty: has("empty"),
			Public: has("public"), SHA256: has("sha256"),
			CreatedAt: flow.MomentOf(today.AddDate(-1, 0, i).Truncate(time.Second)), ActiveAt: flow.MomentOf(today.AddDate(0, 0, -i).Truncate(time.Second)),
		}
	}
	return groups, repos
}
