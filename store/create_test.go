package store_test

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/store"
)

func TestWhatWasCreatedIsThereAfterReopening(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	s := openStore(t, o)
	want := integration(t, "acme-gitlab")
	in := must[flow.Integration](t)(s.Create(ctx, want, connection(t)))
	if in.ID == 0 || in.Version != 1 {
		t.Errorf("got ID %d, version %d", in.ID, in.Version)
	}

	s = openStore(t, o)
	got := must[flow.Integration](t)(s.Named(ctx, "ACME-GitLab"))
	if got.Name != want.Name || got.Provider != want.Provider || got.Method != want.Method || got.BaseURL != want.BaseURL ||
		got.Services != want.Services || got.CreatedBy != want.CreatedBy || !got.CreatedAt.Equal(want.CreatedAt) ||
		got.Status.Data != flow.Processing || !got.Status.Since.Equal(want.Status.Since) || !got.Discovery.At.IsZero() || got.Counts.All() != 0 {
		t.Errorf("got %+v\nwant %+v", got, want)
	}
	if !got.Report.Passed() || got.Report.Account != "@flow-bot" || !got.Report.Scopes.Allow(flow.ScopeAPI) || !got.Report.At.Equal(want.Report.At) {
		t.Errorf("got the report %+v", got.Report)
	}
	wantConnection(t, s, in.ID, connection(t))
	events := must[[]flow.Event](t)(s.Events(ctx, in.ID, 10))
	if len(events) != 1 || events[0] != (flow.Event{At: at.now(), By: "ana@build-07", Text: "created the integration"}) {
		t.Errorf("got the events %+v", events)
	}
}

func TestNamesDifferByMoreThanCase(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	create(t, s, "Straße-Gitlab")
	other := create(t, s, "beta")
	for _, name := range []string{"Straße-Gitlab", "STRAßE-GITLAB", "ſtraße-gitlab", "straße-gitLab"} {
		_, err := s.Create(ctx, integration(t, name), connection(t))
		if f := wantCause(t, err, flow.NameTaken); f.Detail != "Straße-Gitlab" {
			t.Errorf("%q: the name that is taken is %q", name, f.Detail)
		}
		_, err = s.Rename(ctx, other.ID, other.Version, name)
		wantCause(t, err, flow.NameTaken)
	}
	create(t, s, "Alpha")
	var names []string
	for _, in := range must[[]flow.Integration](t)(s.List(ctx)) {
		names = append(names, in.Name)
	}
	if got := strings.Join(names, " "); got != "Alpha beta Straße-Gitlab" {
		t.Errorf("listed as %s", got)
	}
}

func TestUnknownIntegrations(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	_, err := s.Named(ctx, "nobody")
	if f := wantCause(t, err, flow.NoIntegration); f.Detail != "nobody" {
		t.Errorf("got %v", f)
	}
	_, connection := s.Connection(ctx, 7)
	_, review := s.Review(ctx, 7)
	_, stage := s.Stage(ctx, 7, time.Now())
	_, save := s.Save(ctx, 7, flow.Changes{Version: 1})
	_, lock := s.LockCredential(ctx, 7)
	_, begin := s.BeginRenewal(ctx, 7)
	_, shared := s.Shared(ctx, 7)
	create(t, s, "acme") // keeping a grant needs a key, and so does another network
	_, network := s.SetNetwork(ctx, 7, 1, flow.Network{}, flow.Report{})
	for _, err := range []error{connection, review, stage, save, lock, begin, shared, network, s.Delete(ctx, 7),
		s.SetStatus(ctx, 7, flow.Status{}), s.SetReport(ctx, 7, flow.Report{}),
		s.KeepGrant(ctx, 7, grant(0), grant(1)), s.EndRenewal(ctx, 7, flow.RenewalDone)} {
		wantCause(t, err, flow.NoIntegration)
	}
}

func TestAnIntegrationNeedsACredential(t *testing.T) {
	ctx := context.Background()
	home := t.TempDir()
	s := openStore(t, store.Options{Env: env(home)})
	at := address(t, "https://gitlab.example.com")
	app := flow.Application{ClientID: clientID, Secret: flow.NewSecret(clientSecret)}
	for _, c := range []flow.Connection{{BaseURL: at}, {BaseURL: at, App: app}, {BaseURL: at, App: app, Token: flow.NewSecret(token)}, {BaseURL: at, Grant: grant(0)}} {
		_, err := s.Create(ctx, integration(t, "acme"), c)
		wantCause(t, err, flow.NoToken)
	}
	wantNoFile(t, home+"/.local/state/flow/identity")
}

func TestDeleteLeavesNothing(t *testing.T) {
	ctx := context.Background()
	o := defaults(t, store.Options{})
	s := openStore(t, o)
	in, kept := create(t, s, "acme"), create(t, s, "labs")
	discover(t, s, in.ID, time.Now(), small())
	running := must[flow.Stage](t)(s.Stage(ctx, in.ID, time.Now()))
	if err := running.Add(ctx, small()); err != nil {
		t.Fatal(err)
	}
	in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version,
		Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}, Pins: map[int64]flow.Pin{11: flow.PinOut}, Add: []flow.Rule{rule(t, "is:fork")}}))
	if err := s.Delete(ctx, in.ID); err != nil {
		t.Fatal(err)
	}
	db := raw(t, o.Path)
	for table, want := range map[string]int{"integrations": 1, "credentials": 1, "events": 1, "groups": 0, "repos": 0,
		"auto_imports": 0, "pins": 0, "rules": 0, "discoveries": 0, "staged_groups": 0, "staged_repos": 0} {
		if got := count(t, db, table); got != want {
			t.Errorf("%d rows in %s, want %d", got, table, want)
		}
	}
	wantCause(t, running.Add(ctx, small()), flow.NoIntegration)
	_, err := running.Complete(ctx)
	if f := wantCause(t, err, flow.NoIntegration); f.Detail != "acme" {
		t.Errorf("got %v", f)
	}
	if err := running.Abandon(ctx); err != nil {
		t.Error(err)
	}
	must[flow.Connection](t)(s.Connection(ctx, kept.ID))
}

func TestNoSecretIsInAnyFileOrError(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		c       flow.Connection
		secrets []string
	}{
		{connection(t), []string{token}},
		{signedIn(t), []string{clientSecret, grant(0).Access.Reveal(), grant(0).Refresh.Reveal()}},
		{routed(signedIn(t)), []string{clientSecret, grant(0).Access.Reveal(), grant(0).Refresh.Reveal(), proxyPassword, ownKey}},
	} {
		t.Run(test.c.Method().String()+" "+test.c.Network.Proxy, func(t *testing.T) {
			home := t.TempDir()
			s := openStore(t, store.Options{Env: env(home), Path: home + "/data/flow.db"})
			in := integration(t, "acme")
			in.Report.Checks[0].Says = "you gave " + strings.Join(test.secrets, " ")
			report := in.Report
			in = must[flow.Integration](t)(s.Create(ctx, in, test.c))
			in = must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, test.c, report))
			if err := s.SetReport(ctx, in.ID, report); err != nil {
				t.Fatal(err)
			}
			in = must[flow.Integration](t)(s.SetNetwork(ctx, in.ID, in.Version, flow.Network{}, report))
			in = must[flow.Integration](t)(s.SetNetwork(ctx, in.ID, in.Version, test.c.Network, report))
			typed := "https://ana:" + test.secrets[0] + "@gitlab.example.com/?private_token=" + test.secrets[0]
			d := flow.Draft{Address: typed, Token: test.c.Token, App: test.c.App, Grant: test.c.Grant, Network: test.c.Network}
			d.App.Redirect = typed
			if err := s.KeepDraft(ctx, d); err != nil {
				t.Fatal(err)
			}
			_, failed := s.Create(ctx, integration(t, "ACME"), test.c)
			if test.c.Method() == flow.OAuth {
				must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
				if err := s.KeepGrant(ctx, in.ID, grant(0), grant(1)); err != nil {
					t.Fatal(err)
				}
				test.secrets = append(test.secrets, grant(1).Access.Reveal(), grant(1).Refresh.Reveal())
			}
			// JSON writes what is no UTF-8 otherwise, and the line ends of a key.
			test.secrets = append(test.secrets, "hun\ufffdter", "MIGHAgEAMBMGByqGSM49", "hun%E4ter")
			for _, secret := range test.secrets {
				if strings.Contains(failed.Error(), secret) {
					t.Error("the error holds a secret")
				}
				grep(t, home, secret)
			}
			if err := s.Delete(ctx, in.ID); err != nil {
				t.Fatal(err)
			}
			for _, secret := range test.secrets {
				grep(t, home, secret)
			}
		})
	}
}

// grep fails the test if a file below dir holds the text.
func grep(t *testing.T, dir, text string) {
	t.Helper()
	files := 0
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		files++
		content, err := os.ReadFile(path)
		if bytes.Contains(content, []byte(text)) {
			t.Errorf("%s holds a secret", path)
		}
		return err
	})
	if err != nil || files < 4 {
		t.Errorf("looked into %d files: %v", files, err)
	}
}

func TestDrafts(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	s := openStore(t, o)
	if _, found, err := s.KeptDraft(ctx); found || err != nil {
		t.Fatal(found, err)
	}
	for _, test := range []struct{ typed, kept string }{
		{"gitlab.example.com/git", "gitlab.example.com/git"},
		{"https://gitlab.example.com:8443", "https://gitlab.example.com:8443"},
		{"https://ana:secret@gitlab.example.com/git", "https://gitlab.example.com/git"},
		{"ana:sec@ret@gitlab.example.com", "gitlab.example.com"},
		{"gitlab.example.com/api/v4/user?private_token=x#y", "gitlab.example.com/api/v4/user"},
	} {
		d := flow.NewDraft()
		d.SetAddress(test.typed)
		d.SetToken(flow.NewSecret(token))
		d.SetApplication(flow.Application{ClientID: clientID, Secret: flow.NewSecret(clientSecret), Redirect: "https://flow.example.com/callback?a=b"})
		d.SetGrant(grant(0))
		d.Port = 7777
		d.SetName("acme")
		d.SetNetwork(routed(signedIn(t)).Network)
		d.Step = flow.StepConnection
		if err := s.KeepDraft(ctx, d); err != nil {
			t.Fatal(err)
		}
		got, found, err := s.KeptDraft(ctx)
		if err != nil || !found || got.Address != test.kept || !got.Token.IsZero() || got.Name != "acme" || got.Step != flow.StepConnection || !got.StoppedAt.Equal(at.now()) {
			t.Errorf("%s: got %+v, %v, %v", test.typed, got, found, err)
		}
		if want := (flow.Network{PlainHTTP: true, Unverified: true, Authorities: "CA", Proxy: "http://ana@proxy.example.com:3128"}); got.Network != want {
			t.Errorf("%s: got the network %+v", test.typed, got.Network)
		}
		if want := (flow.Application{ClientID: clientID, Redirect: "https://flow.example.com/callback?a=b"}); got.App != want || !got.Grant.IsZero() || got.Port != 7777 {
			t.Errorf("%s: got the application %+v, port %d", test.typed, got.App, got.Port)
		}
	}
	o.Who = "ben@build-02"
	if _, found, err := openStore(t, o).KeptDraft(ctx); found || err != nil {
		t.Error("another user has this draft", err)
	}
	create(t, s, "acme")
	if _, found, err := s.KeptDraft(ctx); !found || err != nil {
		t.Error("an integration that a script creates takes the draft away", err)
	}
	for range 2 {
		if err := s.DropDraft(ctx); err != nil {
			t.Error(err)
		}
	}
	if _, found, err := s.KeptDraft(ctx); found || err != nil {
		t.Error("the draft is still there", err)
	}
}
