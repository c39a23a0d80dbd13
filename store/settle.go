package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math"
	"time"

	"flow"
)

// settleAtOnce is how many repos are in memory while decisions are drawn.
const settleAtOnce = 5_000

// A tally is what the decisions about all repos of an integration add up to.
type tally struct {
	counts flow.Counts
	taken  []int64 // repos that were imported
	missed missed
	glance []glanceRow
}

// settleStored is settle with the settings that are stored.
func (s *Store) settleStored(ctx context.Context, tx *sql.Tx, in flow.Integration) (*tally, error) {
	settings, err := loadSettings(ctx, tx, in.ID)
	if err != nil {
		return nil, err
	}
	groups, err := loadGroups(ctx, tx, in.ID)
	if err != nil {
		return nil, err
	}
	return s.settle(ctx, tx, in, settings, groups)
}

// settle decides about every repo of an integration, imports what the settings
// take in now, and stores how many are in which state and what is seen of them
// first. It goes over the repos in slices: a million of them are never in memory
// at once.
func (s *Store) settle(ctx context.Context, tx *sql.Tx, in flow.Integration, settings flow.Settings, groups []flow.Group) (*tally, error) {
	c := newCounter(flow.NewReview(in, settings, groups, nil), s.now())
	var repos []flow.Repo
	for after := int64(math.MinInt64); ; {
		var err error
		repos, err = appendRepos(ctx, tx, repos[:0], `WHERE r.integration_id = ? AND r.id > ? ORDER BY r.id LIMIT ?`, in.ID, after, settleAtOnce)
		if err != nil {
			return nil, err
		}
		if len(repos) == 0 {
			break
		}
		after = repos[len(repos)-1].ID
		if err := s.takeIn(ctx, tx, in.ID, c.add(repos)); err != nil {
			return nil, err
		}
	}
	t := c.sum()
	if err := putCounts(ctx, tx, in.ID, t); err != nil {
		return nil, err
	}
	return t, nil
}

// A counter adds up decisions, one slice of repos after the other.
type counter struct {
	tally
	plan   *flow.Plan // of the groups alone
	direct []flow.GroupCount
	first  firstRows
	now    time.Time
}

func newCounter(groups *flow.Review, now time.Time) *counter {
	c := &counter{plan: flow.NewPlan(groups, flow.Changes{}, now), direct: make([]flow.GroupCount, len(groups.Groups)), now: now}
	c.first.plan = c.plan
	c.first.begin()
	return c
}

// add decides about repos and returns the IDs of those to be imported.
func (c *counter) add(repos []flow.Repo) (take []int64) {
	var strangers []flow.Repo
	for i := range repos {
		if g, ok := c.plan.GroupByID(repos[i].GroupID); ok {
			take = c.count(take, &repos[i], g)
		} else {
			strangers = append(strangers, repos[i])
		}
	}
	if len(strangers) > 0 {
		// A namespace that the account can't see: the nearest group above counts,
		// which a review knows how to find.
		r := flow.NewReview(c.plan.Integration, c.plan.Settings, c.plan.Groups, strangers)
		for i := range r.Repos {
			take = c.count(take, &r.Repos[i], r.Owner(i))
		}
	}
	return take
}

// count decides about one repo in group g, or in none where that is negative. What
// was just imported counts as imported with or without its date.
func (c *counter) count(take []int64, r *flow.Repo, g int) []int64 {
	pin, auto := c.plan.Pins[r.ID], flow.AutoImport{}
	if g >= 0 {
		auto = c.plan.EffectiveAuto(g)
	}
	d := flow.Decide(r, pin, auto, c.plan.Review.Rules, c.now)
	c.counts[d.State]++
	if g >= 0 {
		n := &c.direct[g]
		n.All++
		if d.State != flow.NotSupported {
			n.Can++
		}
		if d.In() {
			n.Imported++
		}
	}
	c.missed.add(r, pin)
	c.first.add(r, g)
	if d.In() && r.ImportedAt.IsZero() && r.LostAt.IsZero() {
		take = append(take, r.ID)
		c.taken = append(c.taken, r.ID)
	}
	return take
}

// sum adds up every group with what is below it, deepest first.
func (c *counter) sum() *tally {
	for g := len(c.direct) - 1; g >= 0; g-- {
		if up := c.plan.Parent(g); up >= 0 {
			c.direct[up].All += c.direct[g].All
			c.direct[up].Can += c.direct[g].Can
			c.direct[up].Imported += c.direct[g].Imported
		}
	}
	c.glance = c.first.rows(c.direct)
	return &c.tally
}

// takeIn imports repos, by their IDs.
func (s *Store) takeIn(ctx context.Context, tx *sql.Tx, id int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `UPDATE repos SET imported_at = ?
		WHERE integration_id = ? AND imported_at = 0 AND id IN (SELECT value FROM json_each(?))`, nanos(s.now()), id, string(list))
	return err
}

// putCounts stores how many repos are in which state, for the list, and the rows
// of the first frame.
func putCounts(ctx context.Context, tx *sql.Tx, id int64, t *tally) error {
	counts, err := json.Marshal(t.counts)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, `UPDATE integrations SET counts = ? WHERE id = ?`, string(counts), id); err != nil {
		return err
	}
	rows, err := json.Marshal(t.glance)
	if err != nil {
		return err
	}
	_, err = tx.ExecContext(ctx, `INSERT INTO glances (integration_id, rows) VALUES (?, ?)
		ON CONFLICT DO UPDATE SET rows = excluded.rows`, id, string(rows))
	return err
}

// missed counts the imported repos that can't be read any more. What is paused is
// not missed.
type missed struct {
	n     int
	first string // by path
}

func (m *missed) add(r *flow.Repo, pin flow.Pin) {
	if r.ImportedAt.IsZero() || pin == flow.PinOut || r.LostAt.IsZero() && r.Role.CanImport() {
		return
	}
	if m.n++; m.n == 1 || flow.ComparePaths(r.Path, m.first) < 0 {
		m.first = r.Path
	}
}

// health is the data status after a contact that went well: an imported repo
// that can't be read any more is named.
func (s *Store) health(m missed) flow.Status {
	status := flow.Status{Data: flow.Healthy, Since: s.now()}
	switch {
	case m.n == 1:
		status.Data, status.Reason = flow.FailedItem, fmt.Sprintf("Flow can no longer read %s.", m.first)
	case m.n > 1:
		status.Data, status.Reason = flow.FailedItem, fmt.Sprintf("Flow can no longer read %s and %s.", m.first, flow.Plural(m.n-1, "more repo"))
	}
	return status
}

// storedHealth is health as the stored repos have it.
func (s *Store) storedHealth(ctx context.Context, tx *sql.Tx, id int64) (flow.Status, error) {
	var m missed
	err := each(ctx, tx, func(rows *sql.Rows) error {
		var r flow.Repo
		var pin flow.Pin
		err := rows.Scan(&r.Path, &r.Role, &r.LostAt, &r.ImportedAt, &pin)
		m.add(&r, pin)
		return err
	}, `SELECT r.path, r.role, r.lost_at, r.imported_at, ifnull(p.pin, 0)
		FROM repos r LEFT JOIN pins p ON p.integration_id = r.integration_id AND p.repo_id = r.id
		WHERE r.integration_id = ? AND r.imported_at <> 0`, id)
	return s.health(m), err
}
