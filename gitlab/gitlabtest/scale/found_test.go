package scale_test

import (
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/scale"
)

// connected starts a GitLab, and a client that may ask it.
func connected(t *testing.T, o scale.Options) (*scale.Server, *gitlab.Client, flow.Connection) {
	t.Helper()
	s, err := scale.Start(o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	base, err := flow.ParseBaseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	client := gitlab.New(gitlab.Options{})
	t.Cleanup(client.Close)
	return s, client, flow.Connection{BaseURL: base, Token: flow.NewSecret(scale.Token), Network: flow.Network{PlainHTTP: true}}
}

// TestFlowFindsWhatThereIs: every repo once, with its role, and every group.
func TestFlowFindsWhatThereIs(t *testing.T) {
	const projects, groups = 3_000, 150
	for _, version := range []string{"11.2.0", "12.9.0-ee", "17.5.2-ee", "18.9.0-ee"} {
		t.Run(version, func(t *testing.T) {
			s, client, conn := connected(t, scale.Options{Projects: projects, Groups: groups, Version: version, Broken: 0.01})
			roles, found := map[int64]flow.Role{}, map[int64]bool{}
			err := client.Discover(t.Context(), conn, nil, func(p flow.Page) error {
				for _, r := range p.Repos {
					if _, twice := roles[r.ID]; twice {
						t.Errorf("repo %d came twice", r.ID)
					}
					roles[r.ID] = r.Role
				}
				for id, role := range p.Roles {
					roles[id] = role
				}
				for _, g := range p.Groups {
					found[g.ID] = found[g.ID] || !g.Personal
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for id, role := range roles {
				if want := s.Role(id); gitlabtest.Role(role) != want {
					t.Errorf("repo %d: role %d, want %d", id, role, want)
				}
			}
			own := 0
			for _, isGroup := range found {
				if isGroup {
					own++
				}
			}
			if len(roles) != projects || own != groups-1 {
				t.Errorf("%d repos in %d groups, want %d and all but one of %d", len(roles), own, projects, groups)
			}
		})
	}
}

// TestTasksAreDoneElsewhere: what a process of its own keeps is what there is.
func TestTasksAreDoneElsewhere(t *testing.T) {
	s, err := scale.Start(scale.Options{Projects: 1_000})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	var k kept
	if _, err := scale.Alone(t.Context(), keeping{URL: s.URL(), Folder: t.TempDir()}, &k); err != nil || k.Repos != 1_000 {
		t.Errorf("%d repos were kept, want 1,000: %v", k.Repos, err)
	}
	if _, err := scale.Alone(t.Context(), keeping{URL: s.URL(), Folder: "/dev/null"}, &k); err == nil {
		t.Error("a task that fails is done")
	}
}

// TestFlowConnectsAndLooks: the connection is tested, and what is asked for by its
// path is found, or is not there, as in any GitLab.
func TestFlowConnectsAndLooks(t *testing.T) {
	for _, version := range []string{"11.4.0", "17.5.2-ee"} {
		t.Run(version, func(t *testing.T) {
			_, client, conn := connected(t, scale.Options{Projects: 1_000, Version: version})
			report, err := client.Test(t.Context(), conn, func(flow.Check) {})
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range report.Checks {
				// What GitLab calls itself is the one thing to warn of.
				if c.Status == flow.Failed || c.Status == flow.Warning && c.Name != flow.CheckOwnURL {
					t.Errorf("%s is %s: %s %s", c.Name, c.Status, c.Text, c.Says)
				}
			}
			var repo flow.Repo
			var group flow.Group
			err = client.Discover(t.Context(), conn, nil, func(p flow.Page) error {
				for _, r := range p.Repos {
					if r.GroupID != 0 {
						repo = r
					}
				}
				for _, g := range p.Groups {
					if !g.Personal && g.ParentID != 0 {
						group = g
					}
				}
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			for path, want := range map[string]flow.Sighting{
				repo.Path:         {Kind: flow.KindRepo, ID: repo.ID, Path: repo.Path, Member: true},
				group.Path:        {Kind: flow.KindGroup, ID: group.ID, Path: group.Path, Member: true},
				repo.Path + "0":   {Kind: flow.KindUnknown},
				group.Path + "/x": {Kind: flow.KindUnknown},
			} {
				seen, err := client.Look(t.Context(), conn, path)
				if err != nil || seen.Kind != want.Kind || seen.ID != want.ID || seen.Path != want.Path || seen.Member != want.Member {
					t.Errorf("%s: %+v, %v; want %+v", path, seen, err, want)
				}
			}
		})
	}
}
