package gitlab

import (
	"iter"
	"slices"

	"flow"
)

// A roleBook brings together what is known of the account's role in each
// project: a lower bound from the project itself, and on which side of Reporter
// and Maintainer it is, from GitLab's table of authorisations, in which
// inherited and shared access counts.
type roleBook struct {
	noted      []noted
	walked     bool    // the two lists were asked for
	reporter   []int64 // projects with Reporter or more
	maintainer []int64
}

type noted struct {
	id   int64
	role flow.Role
}

// note keeps a project's role and returns the one to hand on. GitLab tells
// nothing of access through a share, so a low role says little before the walks
// are complete.
func (b *roleBook) note(r flow.Repo) flow.Role {
	b.noted = append(b.noted, noted{r.ID, r.Role})
	return b.handed(r.Role)
}

func (b *roleBook) handed(role flow.Role) flow.Role {
	if b.walked && !role.CanImport() {
		return flow.RoleUnknown
	}
	return role
}

// corrections yields the roles that differ from those handed on, at most n at once.
func (b *roleBook) corrections(n int) iter.Seq[map[int64]flow.Role] {
	return func(yield func(map[int64]flow.Role) bool) {
		if !b.walked {
			return
		}
		slices.Sort(b.reporter)
		slices.Sort(b.maintainer)
		batch := map[int64]flow.Role{}
		for _, p := range b.noted {
			_, atLeastReporter := slices.BinarySearch(b.reporter, p.id)
			_, atLeastMaintainer := slices.BinarySearch(b.maintainer, p.id)
			role := corrected(p.role, atLeastReporter, atLeastMaintainer)
			if role == b.handed(p.role) {
				continue
			}
			if batch[p.id] = role; len(batch) == n {
				if !yield(batch) {
					return
				}
				batch = map[int64]flow.Role{}
			}
		}
		if len(batch) > 0 {
			yield(batch)
		}
	}
}

// corrected fits a role between the bounds. Who is below Reporter and of no
// known role came in through a share, and has at least Guest.
func corrected(role flow.Role, reporter, maintainer bool) flow.Role {
	switch {
	case maintainer:
		return max(role, flow.Maintainer)
	case reporter:
		return min(max(role, flow.Reporter), flow.Developer)
	case role == flow.NoRole || role >= flow.Reporter:
		return flow.Guest
	}
	return role
}
