package gitlab

import (
	"context"
	"net/http"
	"strings"

	"flow"
)

// learnVersion reads the version. Where GitLab does not tell it, before 12.9 to
// tokens without the scope api, it counts as the oldest that it may be: by what
// the GitLab announces, and by what it turns out to know. What an older release
// is asked for, a newer one answers as well, except that it lists more groups.
func (s *session) learnVersion(ctx context.Context) error {
	_, _, err := s.readVersion(ctx)
	if !flow.CausedBy(err, flow.ScopeMissing) {
		return err
	}
	_, told := s.announced(ctx)
	for _, trial := range []struct {
		shows capability
		knows func(context.Context) (bool, error)
	}{{roleFilter, s.knowsRoles}, {treeListed, s.knowsSubgroups}} {
		knows := told.certainly(trial.shows)
		if !knows {
			if knows, err = trial.knows(ctx); err != nil {
				return err
			}
		}
		if knows {
			told.raise(capabilities[trial.shows].since)
			break
		}
	}
	s.version = told.lower
	return nil
}

// knowsSubgroups asks for those of a group that can't be: a GitLab that has such
// a list misses the group, another one the address.
func (s *session) knowsSubgroups(ctx context.Context) (bool, error) {
	a, err := s.ask(ctx, s.request("groups/0/subgroups", nil))
	return a.status == http.StatusNotFound && strings.Contains(wordsOf(a).message, "Group"), err
}

func (s *session) knowsRoles(ctx context.Context) (bool, error) {
	status, err := s.refusesNonsense(ctx, nonsenseRole)
	return status == http.StatusBadRequest, err
}
