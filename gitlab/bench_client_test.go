package gitlab_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"runtime/pprof"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest/scale"
)

// A walkTask is what a client is to do.
type walkTask struct {
	URL         string
	Concurrency int
	Plainly     bool   // one page after the other, with nothing of Flow's
	Profile     string // a file for a CPU profile; "": none
}

// A walkDeed is what it found, and the memory that it took: until the last page
// of projects, and in all.
type walkDeed struct {
	Repos, Groups, Roles int
	WalkPeakMB, PeakMB   float64
}

func walkAsTold(t walkTask) (d walkDeed, err error) {
	if t.Profile != "" {
		file, err := os.Create(t.Profile)
		if err != nil {
			return walkDeed{}, err
		}
		defer file.Close()
		if err := pprof.StartCPUProfile(file); err != nil {
			return walkDeed{}, err
		}
		defer pprof.StopCPUProfile()
	}
	if t.Plainly {
		d.Repos, err = t.plainly(context.Background())
	} else {
		err = t.discover(context.Background(), &d)
	}
	d.PeakMB = scale.PeakMB()
	return d, err
}

// A tally counts repos, each of which may come once.
type tally [5_000_000 / 64]uint64

func (t *tally) count(id int64) error {
	bit := uint64(1) << (id % 64)
	if t[id/64]&bit != 0 {
		return fmt.Errorf("repo %d came twice", id)
	}
	t[id/64] |= bit
	return nil
}

// discover counts what Flow finds.
func (t walkTask) discover(ctx context.Context, d *walkDeed) error {
	base, err := flow.ParseBaseURL(t.URL)
	if err != nil {
		return err
	}
	conn := flow.Connection{BaseURL: base, Token: flow.NewSecret(scale.Token), Network: flow.Network{PlainHTTP: true}}
	c := gitlab.New(gitlab.Options{Concurrency: t.Concurrency})
	defer c.Close()
	var seen tally
	return c.Discover(ctx, conn, nil, func(p flow.Page) error {
		d.Groups += len(p.Groups)
		d.Roles += len(p.Roles)
		d.Repos += len(p.Repos)
		for i := range p.Repos {
			if err := seen.count(p.Repos[i].ID); err != nil {
				return err
			}
		}
		if len(p.Repos) > 0 {
			d.WalkPeakMB = scale.PeakMB()
		}
		return nil
	})
}

// plainly is the walk as a script would do it: each page is asked for when the
// one before is read.
func (t walkTask) plainly(ctx context.Context) (repos int, err error) {
	var seen tally
	after := int64(0)
	for {
		at := fmt.Sprintf("%s/api/v4/projects?membership=true&pagination=keyset&order_by=id&sort=asc&per_page=100&id_after=%d", t.URL, after)
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, at, nil)
		if err != nil {
			return 0, err
		}
		request.Header.Set("PRIVATE-TOKEN", scale.Token)
		rows, err := listOf(request)
		if err != nil || len(rows) == 0 {
			return repos, err
		}
		for _, row := range rows {
			if err := seen.count(row.ID); err != nil {
				return 0, err
			}
		}
		repos += len(rows)
		after = rows[len(rows)-1].ID
	}
}

type projectID struct{ ID int64 }

func listOf(request *http.Request) (rows []projectID, err error) {
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return nil, err
	}
	defer response.Body.Close()
	if response.StatusCode != http.StatusOK {
		return nil, errors.New(response.Status)
	}
	return rows, json.NewDecoder(response.Body).Decode(&rows)
}
