package store

import (
	"context"
	"database/sql"
	"encoding/json"
	"maps"
	"slices"

	"flow"
)

// Save stores changes of the settings and imports what these take in, in one
// transaction. It returns the integration as stored. Changes that change nothing
// leave the version as it is. Faults: ChangedMeanwhile where they were made from
// another version than the stored one (EventsSince tells what happened),
// NoIntegration.
func (s *Store) Save(ctx context.Context, id int64, c flow.Changes) (flow.Integration, error) {
	var in flow.Integration
	err := s.write(ctx, "save", func(tx *sql.Tx) (err error) {
		if in, err = s.unchanged(ctx, tx, id, c.Version); err != nil {
			return err
		}
		settings, err := loadSettings(ctx, tx, id)
		if err != nil {
			return err
		}
		groups, err := loadGroups(ctx, tx, id)
		if err != nil {
			return err
		}
		// A plan drops what is no change, which no repo makes a difference to.
		plan := flow.NewPlan(flow.NewReview(in, settings, groups, nil), c, s.now())
		if !plan.IsChanged() {
			return nil
		}
		if err := s.putChanges(ctx, tx, plan); err != nil {
			return err
		}
		in, err = integration(ctx, tx, id)
		return err
	})
	if err != nil {
		return flow.Integration{}, err
	}
	return in, nil
}

func putSettings(ctx context.Context, tx *sql.Tx, id int64, c flow.Changes) error {
	for group, setting := range c.Auto {
		if err := putAuto(ctx, tx, id, group, setting); err != nil {
			return err
		}
	}
	if err := putPins(ctx, tx, id, c.Pins); err != nil {
		return err
	}
	return putRules(ctx, tx, id, c)
}

func putAuto(ctx context.Context, tx *sql.Tx, id, group int64, setting flow.AutoSetting) error {
	if setting == flow.AsAbove {
		_, err := tx.ExecContext(ctx, `DELETE FROM auto_imports WHERE integration_id = ? AND group_id = ?`, id, group)
		return err
	}
	_, err := tx.ExecContext(ctx, `INSERT INTO auto_imports (integration_id, group_id, is_on) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET is_on = excluded.is_on`, id, group, setting == flow.AutoOn)
	return err
}

// putPins is prepared for one whole integration put in or out by hand.
func putPins(ctx context.Context, tx *sql.Tx, id int64, pins map[int64]flow.Pin) error {
	if len(pins) == 0 {
		return nil
	}
	put, err := tx.PrepareContext(ctx, `INSERT INTO pins (integration_id, repo_id, pin) VALUES (?, ?, ?)
		ON CONFLICT DO UPDATE SET pin = excluded.pin`)
	if err != nil {
		return err
	}
	remove, err := tx.PrepareContext(ctx, `DELETE FROM pins WHERE integration_id = ? AND repo_id = ?`)
	if err != nil {
		return err
	}
	for repo, pin := range pins {
		if pin == flow.NoPin {
			_, err = remove.ExecContext(ctx, id, repo)
		} else {
			_, err = put.ExecContext(ctx, id, repo, pin)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// putChanges stores a plan's changes and draws their consequences: imports,
// counts, data status, version and activity. The plan has no repos.
func (s *Store) putChanges(ctx context.Context, tx *sql.Tx, plan *flow.Plan) error {
	in, c := plan.Integration, plan.Changes()
	set, err := setGroups(ctx, tx, in.ID, c.Auto)
	if err != nil {
		return err
	}
	chosen, err := chosenRepos(ctx, tx, in.ID, c.Pins)
	if err != nil {
		return err
	}
	if err := putSettings(ctx, tx, in.ID, c); err != nil {
		return err
	}
	settings := c.Apply(plan.Settings)
	t, err := s.settle(ctx, tx, in, settings, plan.Groups)
	if err != nil {
		return err
	}
	did := words(plan, set, chosen)
	byItself := 0
	for _, id := range t.taken {
		if settings.Pins[id] != flow.PinIn {
			byItself++
		}
	}
	if byItself > 0 {
		did = append(did, "imported "+flow.Plural(byItself, "repo")+" through auto-import")
	}
	// A repo that is kept out by hand is no longer missed.
	if in.Status.Data == flow.FailedItem || in.Status.Data == flow.Healthy {
		if err := putStatus(ctx, tx, in, s.health(t.missed)); err != nil {
			return err
		}
	}
	return s.raise(ctx, tx, in, did...)
}

// Of an integration: what its discovery has brought, and what a walk that runs has
// found so far. Its first one is chosen from before it is complete.
const (
	pathsOfGroups = `SELECT id, path FROM "groups" WHERE integration_id = ?1 AND id IN (SELECT value FROM json_each(?2))
		UNION SELECT id, path FROM staged_groups AS new
		WHERE discovery_id = (SELECT max(id) FROM discoveries WHERE integration_id = ?1 AND complete = 0) AND id IN (SELECT value FROM json_each(?2))
			AND NOT EXISTS (SELECT 1 FROM "groups" AS old WHERE old.integration_id = ?1 AND old.id = new.id)`
	pathsOfRepos = `SELECT id, path, imported_at FROM repos WHERE integration_id = ?1 AND id IN (SELECT value FROM json_each(?2))
		UNION SELECT id, path, 0 FROM staged_repos AS new
		WHERE discovery_id = (SELECT max(id) FROM discoveries WHERE integration_id = ?1 AND complete = 0) AND id IN (SELECT value FROM json_each(?2))
			AND NOT EXISTS (SELECT 1 FROM repos AS old WHERE old.integration_id = ?1 AND old.id = new.id)`
)

// setGroups reads the paths of groups whose auto-import is set, as far as they
// are known.
func setGroups(ctx context.Context, tx *sql.Tx, id int64, auto map[int64]flow.AutoSetting) (map[int64]string, error) {
	paths := map[int64]string{}
	err := eachByID(ctx, tx, func(rows *sql.Rows) error {
		var group int64
		var path string
		err := rows.Scan(&group, &path)
		paths[group] = path
		return err
	}, pathsOfGroups, id, slices.Collect(maps.Keys(auto)))
	return paths, err
}

// chosenRepos reads the repos that changes choose by hand, as far as they are
// known: their paths and since when they are imported.
func chosenRepos(ctx context.Context, tx *sql.Tx, id int64, pins map[int64]flow.Pin) ([]flow.Repo, error) {
	var repos []flow.Repo
	err := eachByID(ctx, tx, func(rows *sql.Rows) error {
		var r flow.Repo
		err := rows.Scan(&r.ID, &r.Path, &r.ImportedAt)
		repos = append(repos, r)
		return err
	}, pathsOfRepos, id, slices.Collect(maps.Keys(pins)))
	return repos, err
}

// eachByID runs a query about some rows of an integration.
func eachByID(ctx context.Context, tx *sql.Tx, row func(*sql.Rows) error, query string, id int64, ids []int64) error {
	if len(ids) == 0 {
		return nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return err
	}
	return each(ctx, tx, row, query, id, string(list))
}
