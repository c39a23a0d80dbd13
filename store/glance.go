package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"slices"

	"flow"
)

// glanceRows is how many rows of the tree are kept ready: more than a terminal
// shows.
const glanceRows = 200

// A glanceRow is a group with the sums of all that is below it, or a repo.
type glanceRow struct {
	Group    int64 `json:"g,omitempty"`
	All      int   `json:"all,omitempty"`
	Can      int   `json:"can,omitempty"`
	Imported int   `json:"in,omitempty"`
	Repo     int64 `json:"r,omitempty"`
}

// Glance returns the first rows of an integration, as a tree shows them: top
// groups, open unless they are people's, with what is directly in them. It reads
// only these, and makes no decision about others. An integration without a
// complete discovery has none. Fault: NoIntegration.
func (s *Store) Glance(ctx context.Context, id int64, rows int) (flow.Glance, error) {
	glance := flow.Glance{Below: map[int64]flow.GroupCount{}}
	err := s.read(ctx, "read the first rows", func(tx *sql.Tx) error {
		in, err := integration(ctx, tx, id)
		if err != nil {
			return err
		}
		kept, err := loadGlance(ctx, tx, id, rows)
		if err != nil {
			return err
		}
		var groupIDs, repoIDs []int64
		for _, row := range kept {
			if row.Repo != 0 {
				repoIDs = append(repoIDs, row.Repo)
				continue
			}
			groupIDs = append(groupIDs, row.Group)
			glance.Below[row.Group] = flow.GroupCount{All: row.All, Can: row.Can, Imported: row.Imported, In: row.Imported}
		}
		glance.Review, err = loadPart(ctx, tx, in, groupIDs, repoIDs)
		return err
	})
	return glance, err
}

func loadGlance(ctx context.Context, tx *sql.Tx, id int64, rows int) (kept []glanceRow, err error) {
	var text string
	err = tx.QueryRowContext(ctx, `SELECT rows FROM glances WHERE integration_id = ?`, id).Scan(&text)
	if errors.Is(err, sql.ErrNoRows) {
		return nil, nil
	}
	if err == nil {
		err = json.Unmarshal([]byte(text), &kept)
	}
	return kept[:min(rows, len(kept))], err
}

// loadPart reads a review of some groups and repos, with the settings that count
// for these.
func loadPart(ctx context.Context, tx *sql.Tx, in flow.Integration, groupIDs, repoIDs []int64) (*flow.Review, error) {
	groupList, err := json.Marshal(groupIDs)
	if err != nil {
		return nil, err
	}
	repoList, err := json.Marshal(repoIDs)
	if err != nil {
		return nil, err
	}
	const listed = ` IN (SELECT value FROM json_each(?))`
	settings := flow.Settings{}
	if settings.Auto, err = loadAutos(ctx, tx, in.ID, ` AND group_id`+listed, string(groupList)); err != nil {
		return nil, err
	}
	if settings.Pins, err = loadPins(ctx, tx, in.ID, ` AND repo_id`+listed, string(repoList)); err != nil {
		return nil, err
	}
	if settings.Rules, err = loadRules(ctx, tx, in.ID); err != nil {
		return nil, err
	}
	groups, err := appendGroups(ctx, tx, `WHERE integration_id = ? AND id`+listed, in.ID, string(groupList))
	if err != nil {
		return nil, err
	}
	repos, err := appendRepos(ctx, tx, nil, `WHERE r.integration_id = ? AND r.id`+listed, in.ID, string(repoList))
	if err != nil {
		return nil, err
	}
	return flow.NewReview(in, settings, groups, repos), nil
}

// firstRows finds the first rows of the tree, while its repos come in any order.
type firstRows struct {
	plan *flow.Plan // of the groups alone
	open map[int][]ref
	none []ref // in no group
}

type ref struct {
	id   int64
	path string
}

// begin chooses the groups whose direct repos may be among the first rows: the top
// ones, as long as the groups before and in them leave room.
func (f *firstRows) begin() {
	f.open = map[int][]ref{}
	rows := 0
	for g := range f.plan.Top() {
		if rows++; rows > glanceRows {
			break
		}
		if !f.plan.Groups[g].Personal {
			for range f.plan.GroupsIn(g) {
				rows++
			}
			f.open[g] = nil
		}
	}
}

// add takes a repo of group g, or of none where that is negative.
func (f *firstRows) add(r *flow.Repo, g int) {
	if g < 0 {
		f.none = keepFirst(f.none, r)
	} else if direct, ok := f.open[g]; ok {
		f.open[g] = keepFirst(direct, r)
	}
}

// keepFirst adds a repo to those with the first paths, of which there are never
// many more than there are rows.
func keepFirst(refs []ref, r *flow.Repo) []ref {
	if refs = append(refs, ref{r.ID, r.Path}); len(refs) >= 2*glanceRows {
		refs = sorted(refs)[:glanceRows]
	}
	return refs
}

func sorted(refs []ref) []ref {
	slices.SortFunc(refs, func(a, b ref) int { return flow.ComparePaths(a.path, b.path) })
	return refs
}

// rows puts the first rows together; counts are those of the groups, with what is
// below them.
func (f *firstRows) rows(counts []flow.GroupCount) (rows []glanceRow) {
	group := func(g int) {
		rows = append(rows, glanceRow{Group: f.plan.Groups[g].ID, All: counts[g].All, Can: counts[g].Can, Imported: counts[g].Imported})
	}
	repos := func(refs []ref) {
		for _, r := range sorted(refs) {
			rows = append(rows, glanceRow{Repo: r.id})
		}
	}
	for g := range f.plan.Top() {
		if len(rows) >= glanceRows {
			break
		}
		group(g)
		if f.plan.Groups[g].Personal {
			continue
		}
		for below := range f.plan.GroupsIn(g) {
			if group(below); len(rows) >= glanceRows {
				break
			}
		}
		repos(f.open[g])
	}
	repos(f.none)
	return rows[:min(glanceRows, len(rows))]
}
