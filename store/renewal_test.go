package store_test

import (
	"context"
	"reflect"
	"testing"

	"flow"
	"flow/store"
)

// renewed is a connection whose grant is the nth of the row.
func renewed(c flow.Connection, n int) flow.Connection {
	c.Grant = grant(n)
	return c
}

func wantRenewal(t testing.TB, s *store.Store, id int64, want flow.Renewal) {
	t.Helper()
	if got := review(t, s, id).Integration.Renewal; got != want {
		t.Errorf("integration %d: an earlier renewal left %q behind, want %q", id, got, want)
	}
}

func TestARenewal(t *testing.T) {
	ctx := context.Background()
	o := defaults(t, store.Options{})
	s := openStore(t, o)
	created := signIn(t, s, "acme", signedIn(t))
	id := created.ID
	want := flow.Application{ClientID: clientID, Redirect: "https://flow.example.com/callback"}
	if created.App != want || created.Method != flow.OAuth || created.Renewal != flow.RenewalDone {
		t.Errorf("created %+v", created)
	}
	wantConnection(t, openStore(t, o), id, signedIn(t))

	begin := func(want flow.Renewal) {
		t.Helper()
		if left := must[flow.Renewal](t)(s.BeginRenewal(ctx, id)); left != want {
			t.Errorf("an earlier renewal left %q behind, want %q", left, want)
		}
		wantRenewal(t, openStore(t, o), id, flow.RenewalBegun)
	}
	end := func(left flow.Renewal) {
		t.Helper()
		if err := s.EndRenewal(ctx, id, left); err != nil {
			t.Fatal(err)
		}
		wantRenewal(t, openStore(t, o), id, left)
	}
	keep := func(n int) {
		t.Helper()
		if err := s.KeepGrant(ctx, id, grant(n-1), grant(n)); err != nil {
			t.Fatal(err)
		}
		wantRenewal(t, openStore(t, o), id, flow.RenewalDone)
		wantConnection(t, openStore(t, o), id, renewed(signedIn(t), n))
	}
	begin(flow.RenewalDone)
	keep(1)
	begin(flow.RenewalDone)
	wantConnection(t, s, id, renewed(signedIn(t), 1))
	begin(flow.RenewalBegun) // as after a crash
	end(flow.RenewalUnanswered)
	begin(flow.RenewalUnanswered)
	end(flow.RenewalUnanswered)
	begin(flow.RenewalUnanswered)
	keep(2)
	begin(flow.RenewalDone)
	end(flow.RenewalDone)

	// GitLab may send no refresh token, no end, other scopes: what came is kept.
	fresh := flow.Grant{Access: flow.NewSecret("bare"), At: grant(3).At}
	if err := s.KeepGrant(ctx, id, grant(2), fresh); err != nil {
		t.Fatal(err)
	}
	c := signedIn(t)
	c.Grant = fresh
	wantConnection(t, s, id, c)
	wantCause(t, s.KeepGrant(ctx, id, fresh, flow.Grant{Refresh: flow.NewSecret("no access token")}), flow.NoToken)
	wantConnection(t, s, id, c)

	got := must[flow.Integration](t)(s.Named(ctx, "acme"))
	listed := must[[]flow.Integration](t)(s.List(ctx))
	if !reflect.DeepEqual(got, created) || !reflect.DeepEqual(listed, []flow.Integration{created}) {
		t.Errorf("renewing made %+v of %+v", got, created)
	}
	if events := must[[]flow.Event](t)(s.Events(ctx, id, 10)); len(events) != 1 {
		t.Errorf("logged %+v", events)
	}
}

func TestARenewalReachesAllWhoHoldTheTokens(t *testing.T) {
	ctx := context.Background()
	o := defaults(t, store.Options{})
	s := openStore(t, o)
	db := raw(t, o.Path)
	all := map[string]flow.Connection{}
	ids := map[string]int64{}
	add := func(name string, c flow.Connection) {
		all[name], ids[name] = c, signIn(t, s, name, c).ID
	}
	tamper := func(name, statement string) {
		t.Helper()
		if _, err := db.Exec(statement, ids[name]); err != nil {
			t.Fatal(err)
		}
		delete(all, name)
	}
	add("broken", signedIn(t)) // before the one that is renewed
	tamper("broken", `UPDATE credentials SET sealed = x'00' WHERE integration_id = ?`)
	add("unreadable", signedIn(t))
	tamper("unreadable", `UPDATE integrations SET base_url = 'nowhere' WHERE id = ?`)
	add("unreachable", signedIn(t))
	tamper("unreachable", `UPDATE integrations SET network = '{' WHERE id = ?`)
	add("own", signedIn(t))
	c := signedIn(t)
	c.App.Secret, c.App.Redirect = flow.NewSecret("gloas-former"), ""
	c.BaseURL = address(t, "https://gitlab.example.com")
	add("sharing", c)
	add("sharing by another way", routed(signedIn(t)))
	add("another sign-in", renewed(signedIn(t), 5))
	c = signedIn(t)
	c.App.ClientID = "other"
	add("another application", c)
	c = signedIn(t)
	c.BaseURL = address(t, "https://gitlab.example.org/git")
	add("another GitLab", c)
	add("a token", connection(t))
	for _, name := range []string{"sharing", "another sign-in"} {
		must[flow.Renewal](t)(s.BeginRenewal(ctx, ids[name]))
		if err := s.EndRenewal(ctx, ids[name], flow.RenewalUnanswered); err != nil {
			t.Fatal(err)
		}
	}

	must[flow.Renewal](t)(s.BeginRenewal(ctx, ids["own"]))
	for name, c := range all {
		wantConnection(t, s, ids[name], c)
	}
	wantLeft := func(want map[string]flow.Renewal) {
		t.Helper()
		for name, id := range ids {
			var left flow.Renewal
			if err := db.QueryRow(`SELECT renewal FROM credentials WHERE integration_id = ?`, id).Scan(&left); err != nil || left != want[name] {
				t.Errorf("%s: an earlier renewal left %q behind, want %q: %v", name, left, want[name], err)
			}
		}
	}
	wantLeft(map[string]flow.Renewal{"own": flow.RenewalBegun, "sharing": flow.RenewalUnanswered, "another sign-in": flow.RenewalUnanswered})

	if err := s.KeepGrant(ctx, ids["own"], grant(0), grant(1)); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"own", "sharing", "sharing by another way"} {
		all[name] = renewed(all[name], 1)
	}
	for name, c := range all {
		wantConnection(t, s, ids[name], c)
	}
	wantLeft(map[string]flow.Renewal{"another sign-in": flow.RenewalUnanswered})
}

func TestANewerSignInIsNotOverwritten(t *testing.T) {
	ctx := context.Background()
	other := signedIn(t)
	other.BaseURL, other.App.ClientID = address(t, "https://gitlab.example.org"), "other"
	for _, newer := range []flow.Connection{renewed(signedIn(t), 7), renewed(other, 7), connection(t)} {
		t.Run(newer.BaseURL.Host()+" "+newer.Method().String(), func(t *testing.T) {
			s := openStore(t, store.Options{})
			in := signIn(t, s, "acme", signedIn(t))
			sharing := signIn(t, s, "sharing", signedIn(t))
			for _, end := range []func() error{
				func() error { return s.KeepGrant(ctx, in.ID, grant(0), grant(1)) },
				func() error { return s.EndRenewal(ctx, in.ID, flow.RenewalUnanswered) },
			} {
				in = must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, signedIn(t), passed(newClock().now())))
				must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
				in = must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, newer, passed(newClock().now())))
				if err := end(); err != nil {
					t.Error(err)
				}
				wantConnection(t, s, in.ID, newer)
				wantRenewal(t, s, in.ID, flow.RenewalDone)
			}
			if newer.App.ClientID == clientID {
				wantConnection(t, s, sharing.ID, renewed(signedIn(t), 1))
			}
		})
	}
}

// Somebody may sign in again after the old connection was read, but before its
// renewal is noted: the note must not stay with the newer sign-in.
func TestARenewalOfAFormerSignInEnds(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	in := signIn(t, s, "acme", renewed(signedIn(t), 7))
	must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
	if err := s.KeepGrant(ctx, in.ID, grant(0), grant(1)); err != nil {
		t.Fatal(err)
	}
	wantConnection(t, s, in.ID, renewed(signedIn(t), 7))
	wantRenewal(t, s, in.ID, flow.RenewalDone)
}

func TestShared(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	own := signIn(t, s, "own", signedIn(t))
	token := create(t, s, "token")
	create(t, s, "token too")
	wantShared := func(id int64, want bool) {
		t.Helper()
		if got := must[bool](t)(s.Shared(ctx, id)); got != want {
			t.Errorf("integration %d is shared: %v", id, got)
		}
	}
	add := func(name string, change func(*flow.Integration, *flow.Connection)) flow.Integration {
		in, c := integration(t, name), renewed(signedIn(t), 5)
		change(&in, &c)
		return must[flow.Integration](t)(s.Create(ctx, in, c))
	}
	add("another account", func(in *flow.Integration, c *flow.Connection) { in.Report.Account = "@ana" })
	add("another application", func(in *flow.Integration, c *flow.Connection) { c.App.ClientID = "other" })
	add("another GitLab", func(in *flow.Integration, c *flow.Connection) { c.BaseURL = address(t, "https://gitlab.example.com") })
	wantShared(own.ID, false)
	other := add("the same", func(in *flow.Integration, c *flow.Connection) {})
	wantShared(own.ID, true)
	wantShared(other.ID, true)
	wantShared(token.ID, false)
	if err := s.Delete(ctx, other.ID); err != nil {
		t.Fatal(err)
	}
	wantShared(own.ID, false)
}
