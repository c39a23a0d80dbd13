package gitlab

import (
	"context"
	"maps"
	"net/http"
	"net/url"

	"flow"
)

// A GitLab ignores a parameter that it does not know, but answers 400 to a value
// that can't be of one that it does. So nonsense tells whether a filter works.
var (
	nonsenseMember = url.Values{"membership": {"perhaps"}}
	nonsenseRole   = url.Values{"min_access_level": {"1"}}
)

// refusesNonsense asks /projects for nonsense, and returns how it was answered.
func (s *session) refusesNonsense(ctx context.Context, nonsense url.Values) (status int, err error) {
	a, err := s.ask(ctx, s.request("projects", with(maps.Clone(nonsense), []string{"per_page", "1", "simple", "true"})))
	return a.status, err
}

// count takes in a project with the role that was worked out for it.
func (s *signs) count(role flow.Role, reporter, maintainer bool) {
	if role == flow.NoRole && !reporter {
		s.Strangers++
	}
	if maintainer {
		s.Maintained++
		if !role.CanHook() {
			s.Raised++
		}
	}
}

// checkFilters looks at what the walks brought for signs of a filter that was
// ignored: repos in which nothing gives the account a role, or Maintainer
// everywhere against what the repos say. Either may be right (a group that is
// invited into another shows nowhere), so that GitLab is asked before the walk is
// taken for one over the repos of others.
func (d *discovery) checkFilters(ctx context.Context) error {
	seen := d.roles.signs
	for _, filter := range []struct {
		suspect  bool
		nonsense url.Values
		name     string
	}{
		{seen.Strangers > 0, nonsenseMember, "membership"},
		{seen.Raised > 0 && seen.Maintained >= len(d.roles.noted), nonsenseRole, "min_access_level"},
	} {
		if !filter.suspect {
			continue
		}
		status, err := d.refusesNonsense(ctx, filter.nonsense)
		if err != nil {
			return err
		}
		if status == http.StatusOK {
			return d.odd("repos", "the server ignores %s", filter.name)
		}
	}
	return nil
}
