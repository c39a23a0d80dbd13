package main

import (
	"context"
	"errors"
	"io"
	"os"
	"os/user"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/pkg/browser"

	"flow"
	"flow/store"
)

// openStore opens the store that --store, FLOW_STORE or the XDG folders name.
func (p *program) openStore(ctx context.Context) (*store.Store, error) {
	path, err := p.storePath()
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{Path: path, Env: p.env, Now: p.now, Who: p.who()})
}

func (p *program) storePath() (string, error) {
	if p.storeFile != "" {
		return p.storeFile, nil
	}
	if path := p.env("FLOW_STORE"); path != "" {
		return path, nil
	}
	return store.DefaultPath(p.env)
}

// withStore runs f with the store and closes it.
func (p *program) withStore(ctx context.Context, f func(*store.Store) error) error {
	s, err := p.openStore(ctx)
	if err != nil {
		return err
	}
	return errors.Join(f(s), s.Close())
}

func (p *program) setup(g flow.GitLab, s flow.Store) flow.Setup {
	return flow.Setup{GitLab: g, Store: s, Now: p.now, Who: p.who()}
}

// who is user@host, for the activity log.
func (p *program) who() string {
	name, host := p.env("USER"), "localhost"
	if u, err := user.Current(); err == nil && u.Username != "" {
		name = u.Username
	}
	if name == "" {
		name = "somebody"
	}
	if h, err := os.Hostname(); err == nil && h != "" {
		host, _, _ = strings.Cut(h, ".")
	}
	return flow.CleanLine(name+"@"+host, 80)
}

// withTilde writes a path as people do: the home folder as ~.
func (p *program) withTilde(path string) string {
	home := p.env("HOME")
	if rest, below := strings.CutPrefix(path, home+string(filepath.Separator)); below && home != "" {
		return "~" + string(filepath.Separator) + rest
	}
	return path
}

// browser opens an address where its window can be seen by who sits here; nil
// where it can't. A forwarded display counts as not here: what opens there
// would be a browser of the other machine.
func (p *program) browser() func(string) error {
	for _, name := range []string{"SSH_CONNECTION", "SSH_TTY", "SSH_CLIENT"} {
		if p.env(name) != "" {
			return nil
		}
	}
	windows := p.env("DISPLAY") != "" || p.env("WAYLAND_DISPLAY") != ""
	if !windows && runtime.GOOS != "darwin" && runtime.GOOS != "windows" {
		return nil
	}
	// What a browser prints would stand in the middle of the screen.
	browser.Stdout, browser.Stderr = io.Discard, io.Discard
	return func(address string) error {
		if !strings.HasPrefix(address, "https://") && !strings.HasPrefix(address, "http://") {
			return errors.New("open a browser: not a web address")
		}
		return browser.OpenURL(address)
	}
}
