package store_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"reflect"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/store"
)

const (
	token        = "glpat-Zx8mQ2vN4kLpR7sT9wYb"
	clientID     = "3f0c9a7b1e5d42d8a6f1b2c3d4e5f60718293a4b5c6d7e8f90a1b2c3d4e5f607"
	clientSecret = "gloas-9e8d7c6b5a49382716f5e4d3c2b1a09f8e7d6c5b4a392817f6e5d4c3b2a19080"

	proxyPassword = "hun\xe4ter/2\"" // Latin-1, as an old proxy may have it
	ownKey        = "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\n-----END PRIVATE KEY-----"
)

// A clock is moved by the test that reads it.
type clock struct {
	mu sync.Mutex
	t  time.Time
}

func newClock() *clock { return &clock{t: time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)} }

func (c *clock) now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.t
}

func (c *clock) pass(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.t = c.t.Add(d)
}

// env is an environment whose home is a folder of the test.
func env(home string, more ...map[string]string) func(string) string {
	values := map[string]string{"HOME": home}
	for _, m := range more {
		maps.Copy(values, m)
	}
	return func(name string) string { return values[name] }
}

// openStore opens a store in a folder of the test; fields of o that are not set
// get a value fit for tests.
func openStore(t testing.TB, o store.Options) *store.Store {
	t.Helper()
	s, err := store.Open(context.Background(), defaults(t, o))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Close(); err != nil {
			t.Error(err)
		}
	})
	return s
}

func defaults(t testing.TB, o store.Options) store.Options {
	home := t.TempDir()
	if o.Env == nil {
		o.Env = env(home)
	}
	if o.Path == "" {
		o.Path = home + "/data/flow/flow.db"
	}
	if o.Who == "" {
		o.Who = "ana@build-07"
	}
	return o
}

func address(t testing.TB, text string) flow.BaseURL {
	t.Helper()
	b, err := flow.ParseBaseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func connection(t testing.TB) flow.Connection {
	return flow.Connection{BaseURL: address(t, "https://gitlab.example.com/git"), Token: flow.NewSecret(token)}
}

// grant is one of a row, each of which is what renewing the one before brought.
func grant(n int) flow.Grant {
	at := newClock().now().Add(time.Duration(n) * 100 * time.Minute)
	return flow.Grant{
		Access: flow.NewSecret(fmt.Sprintf("access%058d", n)), Refresh: flow.NewSecret(fmt.Sprintf("refresh%057d", n)),
		Scopes: flow.Scopes{flow.ScopeAPI, flow.ScopeReadUser}, At: at, Expires: at.Add(2 * time.Hour),
	}
}

func signedIn(t testing.TB) flow.Connection {
	return flow.Connection{
		BaseURL: connection(t).BaseURL,
		App:     flow.Application{ClientID: clientID, Secret: flow.NewSecret(clientSecret), Redirect: "https://flow.example.com/callback"},
		Grant:   grant(0),
	}
}

// routed is a connection whose network has every field set.
func routed(c flow.Connection) flow.Connection {
	c.Network = flow.Network{PlainHTTP: true, Unverified: true, Authorities: "CA", Certificate: "CERT", Key: flow.NewSecret(ownKey),
		Proxy: "http://ana@proxy.example.com:3128", ProxyPassword: flow.NewSecret(proxyPassword)}
	return c
}

// signIn creates an integration with OAuth.
func signIn(t testing.TB, s *store.Store, name string, c flow.Connection) flow.Integration {
	t.Helper()
	return must[flow.Integration](t)(s.Create(context.Background(), integration(t, name), c))
}

func wantConnection(t testing.TB, s *store.Store, id int64, want flow.Connection) {
	t.Helper()
	got := must[flow.Connection](t)(s.Connection(context.Background(), id))
	if !reflect.DeepEqual(got, want) {
		t.Errorf("integration %d: got %+v with the access token %s, want %+v with %s",
			id, got, got.Grant.Access.Reveal()+got.Token.Reveal(), want, want.Grant.Access.Reveal()+want.Token.Reveal())
	}
}

func passed(at time.Time) flow.Report {
	return flow.Report{At: at, Checks: []flow.Check{{Name: flow.CheckGitLab, Status: flow.OK, Text: "GitLab 17.5.2"}, {Name: flow.CheckAccount, Status: flow.OK, Text: "signed in as @flow-bot"}},
		Server: "GitLab 17.5.2", Account: "@flow-bot", Scopes: flow.Scopes{flow.ScopeAPI}, Readable: flow.EveryService, Groups: 38, Repos: 1204}
}

// integration is one as a draft makes it.
func integration(t testing.TB, name string) flow.Integration {
	at := newClock().now()
	return flow.Integration{
		Name: name, Provider: "gitlab-self-hosted", Method: flow.AccessToken,
		BaseURL: connection(t).BaseURL, Services: flow.EveryService, Report: passed(at),
		Status: flow.Status{Data: flow.Processing, Since: at}, CreatedAt: at, CreatedBy: "ana@build-07",
	}
}

func create(t testing.TB, s *store.Store, name string) flow.Integration {
	t.Helper()
	in, err := s.Create(context.Background(), integration(t, name), connection(t))
	if err != nil {
		t.Fatal(err)
	}
	return in
}

// must returns what a call returned without an error.
func must[T any](t testing.TB) func(v T, err error) T {
	return func(v T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
}

// wantCause fails the test unless err has the cause.
func wantCause(t testing.TB, err error, cause flow.Cause) *flow.Fault {
	t.Helper()
	var f *flow.Fault
	if !errors.As(err, &f) || f.Cause != cause {
		t.Fatalf("got %v, want the cause %q", err, cause)
	}
	return f
}
