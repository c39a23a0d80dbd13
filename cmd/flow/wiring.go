package main

import (
	"context"
	"errors"
	"os"
	"os/user"
	"path/filepath"
	"strings"

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

// ssh is how this machine is reached by who sits at another one, as far as it
// knows: ana@build-07. "" is for who sits here.
func (p *program) ssh() string {
	if p.env("SSH_CONNECTION") == "" {
		return ""
	}
	name, _, _ := strings.Cut(p.who(), "@")
	host, err := os.Hostname()
	if err != nil || host == "" {
		return ""
	}
	return flow.CleanLine(name+"@"+host, 80)
}
