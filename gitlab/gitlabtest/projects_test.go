package gitlabtest

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
)

// permissions reads the two roles of a project, 0 for null and -1 where the
// key is absent.
func permissions(project map[string]any) [2]int {
	both, there := project["permissions"].(map[string]any)
	if !there {
		return [2]int{-1, -1}
	}
	var levels [2]int
	for i, key := range []string{"project_access", "group_access"} {
		if access, ok := both[key].(map[string]any); ok {
			levels[i] = int(access["access_level"].(float64))
		}
	}
	return levels
}

func TestPermissionsShowOwnMembershipsOnly(t *testing.T) {
	for _, test := range []struct {
		name, version, path, query string
		want                       [2]int
	}{
		{"own and parent", "17.5.2-ee", "acme/platform/api", "", [2]int{40, 20}},
		{"from a group further up, before 18.1", "18.0.0-ee", "acme/platform/tools/release-bot", "", [2]int{0, 0}},
		{"from a group further up, since 18.1", "18.1.0-ee", "acme/platform/tools/release-bot", "", [2]int{0, 20}},
		{"through an invited group", "18.1.0-ee", "acme/payments/refunds", "", [2]int{0, 0}},
		{"personal", "17.5.2-ee", "flow-bot/webhook-probe", "", [2]int{50, 0}},
		{"not with simple", "17.5.2-ee", "acme/platform/api", "&simple=true", [2]int{-1, -1}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, test.version)
			_, path, _ := cutLast(test.path)
			rows := s.get(t, DemoToken, "/api/v4/projects?membership=true&per_page=100&search="+path+test.query).list(t)
			at := slices.Index(paths(rows), test.path)
			if at < 0 {
				t.Fatalf("not in the list: %v", paths(rows))
			}
			if got := permissions(rows[at]); got != test.want {
				t.Errorf("in the list: %v, want %v", got, test.want)
			}
		})
	}
	for version, want := range map[string][2]int{"9.0.0": {0, 0}, "11.6.0": {0, 0}, "11.7.0": {0, 20}, "17.5.2-ee": {0, 20}} {
		one := demo(t, version).get(t, DemoToken, "/api/v4/projects/acme%2Fplatform%2Ftools%2Frelease-bot").object(t)
		if got := permissions(one); got != want {
			t.Errorf("%s: one project looks at all groups above since 11.7: %v, want %v", version, got, want)
		}
	}
	s := demo(t, "17.5.2-ee")
	for _, row := range s.get(t, DemoToken, "/api/v4/groups/acme%2Fplatform/projects").list(t) {
		if permissions(row) != [2]int{-1, -1} {
			t.Fatalf("%v has permissions in a group's list", row["path"])
		}
	}
}

func TestFieldsComeWithRoles(t *testing.T) {
	s := demo(t, "")
	for _, test := range []struct {
		path, token string
		has, lacks  string
	}{
		{"acme/platform/api", DemoToken, "default_branch readme_url forks_count ci_config_path import_error build_timeout service_desk_address", "owner"},
		{"acme/platform/legacy-mail", DemoToken, "default_branch ci_config_path service_desk_address", "build_timeout import_error"},
		{"acme/infra/cost-reports", DemoToken, "permissions archived", "default_branch readme_url forks_count ci_config_path build_timeout service_desk_address"},
		{"flow-bot/webhook-probe", DemoToken, "owner", "forked_from_project"},
		{"oss/gateway", "", "id default_branch readme_url namespace", "archived permissions empty_repo repository_object_format _links"},
		{"acme/platform/gateway", DemoToken, "forked_from_project", ""},
		{"acme/sandbox/hackdays/threat-models-diagrams", DemoToken, "mr_default_target_self", "forked_from_project"},
	} {
		p := s.get(t, test.token, "/api/v4/projects/"+strings.ReplaceAll(test.path, "/", "%2F")).object(t)
		for key := range strings.FieldsSeq(test.has) {
			if _, there := p[key]; !there {
				t.Errorf("%s lacks %s", test.path, key)
			}
		}
		for key := range strings.FieldsSeq(test.lacks) {
			if _, there := p[key]; there {
				t.Errorf("%s shows %s", test.path, key)
			}
		}
	}
}

func TestAFullProjectIsAboutAsLargeAsAReal(t *testing.T) {
	rows := demo(t, contractRelease).get(t, DemoToken, "/api/v4/projects?min_access_level=40&per_page=100")
	size := len(rows.body) / 100
	if count := len(rows.list(t)[0]); size < 4_000 || size > 6_000 || count < 100 || count > 140 {
		t.Errorf("%d bytes and %d keys, want 4,000 to 6,000 and 100 to 140", size, count)
	}
	simple := demo(t, contractRelease).get(t, DemoToken, "/api/v4/projects?simple=true&per_page=100")
	if size := len(simple.body) / 100; size < 700 || size > 1_500 {
		t.Errorf("simple: %d bytes, want about 1,000", size)
	}
}

func TestProjectFilters(t *testing.T) {
	c := NewCompany()
	me := must(c.AddUser(User{Username: "me"}))
	must(c.AddToken(Token{Value: "t", User: me, Scopes: []string{"api"}}))
	group := must(c.AddGroup(Group{Path: "acme", Name: "Acme"}))
	if err := c.SetGroupRole(group, me, Reporter); err != nil {
		t.Fatal(err)
	}
	for i, p := range []Project{
		{Path: "alpha", Name: "Zeta", Topics: []string{"a", "b"}},
		{Path: "beta", Name: "Yoga", Archived: true},
		{Path: "gamma", Name: "Xylo", Issues: FeatureDisabled, Visibility: Public, Topics: []string{"a"}},
		{Path: "delta", Name: "Wine", MergeRequests: FeatureDisabled, DeletionOn: today.AddDate(0, 0, 3)},
	} {
		p.Group = group
		p.CreatedAt = today.AddDate(0, 0, -i)
		p.LastActivityAt = today.AddDate(0, i, 0)
		p.UpdatedAt = today.AddDate(0, -i, 0)
		must(c.AddProject(p))
	}
	s := play(t, c, Options{Version: "18.9.0-ee"})
	for query, want := range map[string][]int{
		"":                               {1, 2, 3, 4},
		"sort=asc":                       {4, 3, 2, 1},
		"order_by=name&sort=asc":         {4, 3, 2, 1},
		"order_by=path&sort=asc":         {1, 2, 4, 3},
		"order_by=last_activity_at":      {4, 3, 2, 1},
		"order_by=updated_at":            {1, 2, 3, 4},
		"order_by=star_count":            {4, 3, 2, 1},
		"archived=true":                  {2},
		"archived=false":                 {1, 3, 4},
		"visibility=public":              {3},
		"with_issues_enabled=true":       {1, 2, 4},
		"with_merge_requests_enabled=1":  {1, 2, 3},
		"search=ALPH":                    {1},
		"search=wine":                    {4},
		"topic=a":                        {1, 3},
		"topic=a,b":                      {1},
		"active=true":                    {1, 3},
		"active=false":                   {2, 4},
		"last_activity_after=2027-01-22": {3, 4},
		"order_by=updated_at&updated_before=2026-10-22T15:04:05Z": {2, 3, 4},
		"marked_for_deletion_on=2026-11-25":                       {4},
		"owned=true":                                              {},
		"starred=true":                                            {},
		"archived=&visibility=private&sort=asc":                   {4, 2, 1},
	} {
		if got := ids(s.get(t, "t", "/api/v4/projects?membership=true&"+query).list(t)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
	if r := s.get(t, "t", "/api/v4/projects?updated_after=2026-01-01"); r.status != 400 ||
		r.body != `{"message":"400 Bad request - `+"`updated_at` filter and `updated_at` sorting must be paired"+`"}` {
		t.Errorf("updated_after in another order: %d %s", r.status, r.body)
	}
	for query, want := range map[string]string{
		"min_access_level=7":                 "min_access_level does not have a valid value",
		"order_by=size&sort=up":              "order_by does not have a valid value, sort does not have a valid value",
		"archived=maybe":                     "archived is invalid",
		"id_after=x":                         "id_after is invalid",
		"per_page=0":                         "per_page has a value not allowed",
		"last_activity_after=next%20tuesday": "last_activity_after is invalid",
	} {
		r := s.get(t, "t", "/api/v4/projects?"+query)
		if r.status != 400 || r.object(t)["error"] != want {
			t.Errorf("%s: %d %s, want 400 %s", query, r.status, r.body, want)
		}
	}
	for version, want := range map[string]int{"17.6.0-ee": 400, "17.7.0-ee": 200} {
		if got := play(t, c, Options{Version: version}).get(t, "t", "/api/v4/projects?min_access_level=15").status; got != want {
			t.Errorf("%s: Planner gives status %d, want %d", version, got, want)
		}
	}
}

func TestAGroupListsItsProjects(t *testing.T) {
	c := newSmall(t)
	if err := errors.Join(c.SetGroupRole(c.acme, c.eve, Reporter), c.SetProjectRole(c.secret, c.eve, Guest)); err != nil {
		t.Fatal(err)
	}
	if err := c.ShareProject(c.secret, c.platform, Developer); err != nil {
		t.Fatal(err)
	}
	s := play(t, c.Company, Options{})
	for query, want := range map[string][]int{
		"platform?":                  {c.api, c.secret},
		"platform?with_shared=false": {c.api},
		"platform?with_shared=false&include_subgroups=true": {c.api, c.lib},
		"?with_shared=true":                                  {},
		"?include_subgroups=true":                            {c.api, c.lib},
		"platform?min_access_level=20":                       {c.api, c.secret},
		"platform?min_access_level=30":                       {},
		"platform?id_after=1000":                             {c.api, c.secret}, // there is no such parameter
		"platform%2Flibs?include_ancestor_groups=true":       {c.api, c.lib},
		"platform%2Flibs?pagination=keyset&order_by=created": nil,
	} {
		path, parameters, _ := strings.Cut(query, "?")
		path = strings.TrimSuffix("acme%2F"+path, "%2F")
		r := s.get(t, "t", fmt.Sprintf("/api/v4/groups/%s/projects?order_by=id&sort=asc&%s", path, parameters))
		if want == nil {
			if r.status != 400 {
				t.Errorf("%s: status %d, want 400", query, r.status)
			}
			continue
		}
		if got := ids(r.list(t)); !slices.Equal(got, want) {
			t.Errorf("%s: %v, want %v", query, got, want)
		}
	}
}
