package store

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"filippo.io/age"

	"flow"
)

// An identity opens what is sealed. Its first key seals; the others, if a file
// holds several, are former ones.
type identity struct {
	place keyPlace
	keys  []*age.X25519Identity
}

// A keyPlace is where the identity comes from.
type keyPlace struct {
	command string // FLOW_IDENTITY_COMMAND
	file    string
	own     bool // the file is Flow's to make
}

const commandPlace = "the command in FLOW_IDENTITY_COMMAND"

func (p keyPlace) String() string {
	if p.command != "" {
		return commandPlace
	}
	return p.file
}

// keyPlace says where the identity is or will be. Outside a configuration
// folder, which people put into dotfile repositories.
func (s *Store) keyPlace() (keyPlace, error) {
	if file := s.env("FLOW_IDENTITY_FILE"); file != "" {
		return keyPlace{file: file}, nil
	}
	if command := s.env("FLOW_IDENTITY_COMMAND"); command != "" {
		return keyPlace{command: command}, nil
	}
	file, err := userPath(s.env, "XDG_STATE_HOME", ".local/state", "identity")
	return keyPlace{file: file, own: true}, err
}

// loadKey reads the identity. It returns nil if Flow is to make one and has not
// yet. Faults: KeyMissing, KeyTooOpen, KeyWrong.
func (s *Store) loadKey(ctx context.Context) (*identity, error) {
	place, err := s.keyPlace()
	if err != nil {
		return nil, err
	}
	if place.command != "" {
		return s.askCommand(ctx, place)
	}
	key, err := readKey(place)
	if place.own && errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err == nil {
		s.lastKey.Store(key)
	}
	return key, err
}

// key reads the identity where there are sealed credentials already: it is
// missing if there is none.
func (s *Store) key(ctx context.Context) (*identity, error) {
	key, err := s.loadKey(ctx)
	if err == nil && key == nil {
		err = &flow.Fault{Cause: flow.KeyMissing, Detail: s.Keeping().Key}
	}
	return key, err
}

// keyAtHand returns the identity that was read last, and reads it only where
// that never happened.
func (s *Store) keyAtHand(ctx context.Context) (*identity, error) {
	if key := s.lastKey.Load(); key != nil {
		return key, nil
	}
	return s.key(ctx)
}

// maxIdentity bounds what is read of an identity.
const maxIdentity = 1 << 16

func readKey(place keyPlace) (*identity, error) {
	f, err := os.Open(place.file)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, &flow.Fault{Cause: flow.KeyMissing, Detail: place.file, Err: err}
	}
	if err != nil {
		return nil, faultAt(place.file, "read the key", err)
	}
	defer f.Close()
	// The mode of what was opened: the name may mean another file by now.
	info, err := f.Stat()
	if err != nil {
		return nil, faultAt(place.file, "read the key", err)
	}
	if info.Mode().Perm()&0o077 != 0 {
		return nil, &flow.Fault{Cause: flow.KeyTooOpen, Detail: place.file, Err: fmt.Errorf("its mode is %#o", info.Mode().Perm())}
	}
	text, err := io.ReadAll(io.LimitReader(f, maxIdentity))
	if err != nil {
		return nil, faultAt(place.file, "read the key", err)
	}
	return parseKey(place, text)
}

var errNoKey = errors.New("it holds no age identity, a line that starts with AGE-SECRET-KEY-1")

func parseKey(place keyPlace, text []byte) (*identity, error) {
	key := &identity{place: place}
	for line := range bytes.Lines(text) {
		line := strings.TrimSpace(string(line))
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		k, err := age.ParseX25519Identity(line)
		if err != nil {
			// err is not kept: it may repeat parts of the key.
			return nil, &flow.Fault{Cause: flow.KeyWrong, Detail: place.String(), Err: errNoKey}
		}
		key.keys = append(key.keys, k)
	}
	if len(key.keys) == 0 {
		return nil, &flow.Fault{Cause: flow.KeyWrong, Detail: place.String(), Err: errNoKey}
	}
	return key, nil
}

// commandTimeout bounds FLOW_IDENTITY_COMMAND, which may ask a password manager.
const commandTimeout = 30 * time.Second

// askCommand runs FLOW_IDENTITY_COMMAND, once per store. Of what it prints
// nothing gets into an error.
func (s *Store) askCommand(ctx context.Context, place keyPlace) (*identity, error) {
	s.asking.Lock()
	defer s.asking.Unlock()
	if key := s.lastKey.Load(); key != nil && key.place == place {
		return key, nil
	}
	bounded, cancel := context.WithTimeout(ctx, commandTimeout)
	defer cancel()
	cmd := exec.CommandContext(bounded, "sh", "-c", place.command)
	cmd.WaitDelay = time.Second // its children may hold the pipe open
	out, err := cmd.Output()
	if ctx.Err() != nil {
		return nil, ctx.Err()
	}
	if err = errors.Join(bounded.Err(), err); err != nil {
		return nil, &flow.Fault{Cause: flow.KeyMissing, Detail: place.String() + " failed", Err: fmt.Errorf("run it: %w", withoutOutput(err))}
	}
	key, err := parseKey(place, out)
	if err == nil {
		s.lastKey.Store(key)
	}
	return key, err
}

// withoutOutput drops what a command wrote to its standard error.
func withoutOutput(err error) error {
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		exit.Stderr = nil
	}
	return err
}

// createKey makes the identity of this installation and returns it, or that of
// a process that was faster: the file appears under its name complete or not at
// all.
func createKey(place keyPlace) (*identity, error) {
	if err := writeKey(place.file); err != nil && !errors.Is(err, fs.ErrExist) {
		return nil, faultAt(place.file, "make the key", err)
	}
	return readKey(place)
}

func writeKey(path string) (err error) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		return err
	}
	dir := filepath.Dir(path)
	if err := makeDir(dir); err != nil {
		return err
	}
	temp, err := os.CreateTemp(dir, ".identity-*") // O_EXCL, mode 0600
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, os.Remove(temp.Name())) }()
	_, err = fmt.Fprintf(temp, "# Opens the tokens that Flow keeps. Whoever has this file and the database has the tokens.\n%s\n", key)
	if err = errors.Join(err, temp.Sync(), temp.Close()); err != nil {
		return err
	}
	// Unlike rename, link fails if the name is taken.
	if err := os.Link(temp.Name(), path); err != nil {
		return err
	}
	return syncDir(dir)
}

// syncDir makes a new name in a folder durable.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return err
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) {
		err = nil // some file systems sync no folders
	}
	return errors.Join(err, d.Close())
}
