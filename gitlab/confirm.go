package gitlab

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"golang.org/x/sync/errgroup"

	"flow"
)

// Confirm asks for projects one by one. See [flow.GitLab].
func (c *Client) Confirm(ctx context.Context, conn flow.Connection, repos []int64) (map[int64]flow.Presence, error) {
	s, err := c.session(conn)
	if err != nil {
		return nil, err
	}
	if err := s.learnVersion(ctx); err != nil {
		return nil, err
	}
	var mu sync.Mutex
	found := make(map[int64]flow.Presence, len(repos))
	g, inner := errgroup.WithContext(ctx)
	g.SetLimit(together)
	for _, id := range repos {
		g.Go(func() error {
			p, err := s.presence(inner, id)
			mu.Lock()
			defer mu.Unlock()
			found[id] = p
			return err
		})
	}
	err = g.Wait()
	if err == nil {
		// A 404 is also what a GitLab says to a token that it does not know any more.
		_, err = s.readAccount(ctx)
	}
	if ctx.Err() != nil {
		return nil, context.Cause(ctx)
	}
	if err != nil {
		return nil, err
	}
	return found, nil
}

// presence is what GitLab says of one project. That the account is no member of
// it is said by the list alone: the project itself tells neither of shares nor of
// all groups above.
func (s *session) presence(ctx context.Context, id int64) (flow.Presence, error) {
	r := s.request("projects/"+strconv.FormatInt(id, 10), nil)
	r.patient = true
	var row projectRow
	switch _, err := s.read(ctx, r, fmt.Sprintf("repo %d", id), &row); {
	case flow.CausedBy(err, flow.NotFound):
		return flow.Absent, nil
	case flow.CausedBy(err, flow.ServerFault):
		return flow.PresenceUnknown, nil // one project may be broken; the others can be asked for
	case err != nil:
		return flow.PresenceUnknown, err
	case row.ID != id:
		return flow.PresenceUnknown, s.odd("repos", "project %d came for %d", row.ID, id)
	case row.role() > flow.NoRole:
		return flow.Member, nil
	case !s.version.has(keysetProjects):
		return flow.Visible, nil // the walk that did not bring it has read the list
	}
	query := memberQuery("order_by", "id", "sort", "asc", "pagination", "keyset", "per_page", "1")
	query = with(query, []string{"id_after", strconv.FormatInt(id-1, 10), "id_before", strconv.FormatInt(id+1, 10)})
	page, err := idList(s, query).page(ctx, query)
	switch {
	case err != nil:
		return flow.PresenceUnknown, err
	case len(page.rows) == 0, page.rows[0].ID > id:
		return flow.Visible, nil
	case page.rows[0].ID < id:
		return flow.PresenceUnknown, s.odd("repos", "project %d came after %d", page.rows[0].ID, id-1)
	}
	return flow.Member, nil
}
