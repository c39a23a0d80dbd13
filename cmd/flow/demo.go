package main

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"github.com/spf13/cobra"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/store"
	"flow/tui"
)

func (p *program) demoCommand() *cobra.Command {
	var oauth bool
	cmd := &cobra.Command{
		Use:   "demo",
		Short: "Shows Flow with a built-in GitLab; nothing is left of it",
		Long: `Shows Flow with a built-in GitLab; nothing is left of it.

It starts a GitLab of a made-up company on a port of this machine that only this machine can reach, says what is to be typed, and opens the wizard on it: the same screens and requests as with your own GitLab. With --oauth the wizard starts with OAuth: it is the same demo, and both methods work in it either way. A browser on this machine, or a forward to it, can then open the pages of that GitLab.

Nothing goes over the network, your own integrations are not touched, and everything that it wrote is removed when you leave.`,
		Example: "flow demo\nflow demo --oauth",
		Args:    takes(),
		RunE:    func(cmd *cobra.Command, _ []string) error { return p.runDemo(cmd.Context(), oauth) },
	}
	cmd.Flags().BoolVar(&oauth, "oauth", false, "start with OAuth instead of an access token")
	return cmd
}

// demoLatency is long enough to see progress.
const demoLatency = 15 * time.Millisecond

func (p *program) runDemo(ctx context.Context, oauth bool) error {
	if !p.canDraw() {
		return &flow.Fault{Cause: flow.NoTerminal}
	}
	d, err := p.newDemo(ctx)
	if err != nil {
		return err
	}
	// Deferred: it must also happen on a panic.
	defer func() {
		if problem := d.close(); problem != nil {
			fmt.Fprintf(p.stderr, "flow: %s could not be removed.\n", d.dir)
		}
	}()
	return p.show(ctx, d.deps(p, oauth))
}

// A demo is a GitLab on a loopback port and a store in a folder of its own.
type demo struct {
	dir    string
	server *gitlabtest.Server
	client *gitlab.Client
	store  *store.Store
}

func (p *program) newDemo(ctx context.Context) (d *demo, err error) {
	d = &demo{}
	defer func() {
		if err != nil {
			err = errors.Join(err, d.close())
		}
	}()
	if d.dir, err = os.MkdirTemp("", "flow-demo-"); err != nil { // mode 0700
		return d, fmt.Errorf("make a folder for the demo: %w", err)
	}
	d.server, err = gitlabtest.Start(gitlabtest.Demo(p.now()), gitlabtest.Options{
		Version: "17.5.2-ee", Path: "/git", Latency: demoLatency, Now: p.now,
	})
	if err != nil {
		return d, fmt.Errorf("start the built-in GitLab: %w", err)
	}
	d.client = gitlab.New(gitlab.Options{Now: p.now, Proxy: noProxy})
	d.store, err = store.Open(ctx, store.Options{Path: filepath.Join(d.dir, "flow.db"), Env: d.env, Now: p.now, Who: p.who()})
	return d, err
}

// env keeps the key in the demo's folder, whatever the user's own settings are.
func (d *demo) env(name string) string {
	if name == "HOME" || name == "XDG_STATE_HOME" || name == "XDG_DATA_HOME" {
		return d.dir
	}
	return ""
}

func noProxy(*http.Request) (*url.URL, error) { return nil, nil }

func (d *demo) deps(p *program, oauth bool) tui.Deps {
	kept := d.store.Keeping()
	return tui.Deps{
		GitLab: d.client, Store: d.store, Now: p.now, Who: p.who(), Getenv: p.env,
		Database: kept.Database, Key: kept.Key,
		OpenURL: p.browser(), Dir: d.dir, SSH: p.ssh(),
		Demo: &tui.Demo{
			Address: d.server.URL(), Token: gitlabtest.DemoToken,
			ClientID: gitlabtest.DemoClientID, ClientSecret: gitlabtest.DemoClientSecret, OAuth: oauth,
			User: gitlabtest.DemoUser, Password: gitlabtest.DemoPassword,
		},
	}
}

// close stops the GitLab and removes the folder with all that is in it.
func (d *demo) close() error {
	var err error
	if d.store != nil {
		err = d.store.Close()
	}
	if d.client != nil {
		d.client.Close()
	}
	if d.server != nil {
		d.server.Close()
	}
	if d.dir == "" {
		return err
	}
	return errors.Join(err, os.RemoveAll(d.dir))
}
