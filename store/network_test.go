package store_test

import (
	"context"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"reflect"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/store"
)

// authority is the certificate of a real one, as PEM.
func authority(t testing.TB, name string) string {
	t.Helper()
	_, key, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	template := x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, NotAfter: newClock().now().AddDate(5, 0, 0)}
	der, err := x509.CreateCertificate(rand.Reader, &template, &template, key.Public(), key)
	if err != nil {
		t.Fatal(err)
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

func TestAnotherWayToAGitLab(t *testing.T) {
	ctx, at := context.Background(), newClock()
	acme := flow.Network{Authorities: authority(t, "Acme Root CA 2"), Proxy: "http://proxy.example.com:3128", ProxyPassword: flow.NewSecret("hunter2")}
	for _, c := range []flow.Connection{connection(t), signedIn(t), routed(connection(t)), routed(signedIn(t))} {
		t.Run(c.Method().String()+" "+c.Network.Proxy, func(t *testing.T) {
			o := defaults(t, store.Options{Now: at.now})
			s := openStore(t, o)
			in := signIn(t, s, "acme", c)
			other := signIn(t, s, "other", routed(connection(t)))
			discover(t, s, in.ID, at.now(), small())
			in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version,
				Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}, Pins: map[int64]flow.Pin{11: flow.PinOut}, Add: []flow.Rule{rule(t, "is:fork")}}))
			failed := flow.Status{Data: flow.FailedIntegration, Cause: flow.UnknownCA, Reason: "Can't trust it.", Since: at.now()}
			if err := s.SetStatus(ctx, in.ID, failed); err != nil {
				t.Fatal(err)
			}
			before := review(t, s, in.ID)

			report := passed(at.now())
			report.Account = "@other-bot"
			report.Checks[0].Says = "407 for ana:hunter2, formerly " + proxyPassword
			got := must[flow.Integration](t)(s.SetNetwork(ctx, in.ID, in.Version, acme, report))
			want := before.Integration
			want.Version, want.Network, want.Report = in.Version+1, acme.WithoutSecrets(), got.Report
			want.Status = flow.Status{Data: flow.Healthy, Since: at.now()}
			if !reflect.DeepEqual(got, want) {
				t.Errorf("got  %+v\nwant %+v", got, want)
			}
			says := "407 for ana:****, formerly " + proxyPassword
			if !c.Network.IsZero() {
				says = "407 for ana:****, formerly ****"
			} else {
				says = strings.ToValidUTF8(says, "\ufffd") // as JSON has it
			}
			if got.Report.Account != "@other-bot" || got.Report.Checks[0].Says != says {
				t.Errorf("got the report %+v", got.Report)
			}
			s = openStore(t, o)
			c.Network = acme
			wantConnection(t, s, in.ID, c)
			wantConnection(t, s, other.ID, routed(connection(t)))
			after := review(t, s, in.ID)
			if fmt.Sprint(after.Settings) != fmt.Sprint(before.Settings) || !reflect.DeepEqual(after.Repos, before.Repos) {
				t.Errorf("what was chosen is %+v, was %+v", after.Settings, before.Settings)
			}
			listed := must[[]flow.Integration](t)(s.List(ctx))
			if named := must[flow.Integration](t)(s.Named(ctx, "acme")); !reflect.DeepEqual(named, got) || !reflect.DeepEqual(listed, []flow.Integration{got, other}) {
				t.Errorf("named %+v\nlisted %+v", named, listed)
			}

			kept := state(t, o.Path)
			_, err := s.SetNetwork(ctx, in.ID, in.Version, flow.Network{Unverified: true}, report)
			wantCause(t, err, flow.ChangedMeanwhile)
			if now := state(t, o.Path); now != kept {
				t.Errorf("a refused save stored %s, was %s", now, kept)
			}
		})
	}
}

// state is all that is stored of integrations, their credentials and activity.
func state(t testing.TB, path string) (text string) {
	t.Helper()
	err := raw(t, path).QueryRow(`SELECT
		(SELECT group_concat(id || version || network || base_url || report || status || status_reason) FROM integrations) ||
		(SELECT ifnull(group_concat(integration_id || renewal || hex(sealed)), '') FROM credentials) ||
		(SELECT group_concat(id || text) FROM events)`).Scan(&text)
	if err != nil {
		t.Fatal(err)
	}
	return text
}

func TestTheSameWayStoresItsTestAlone(t *testing.T) {
	ctx, at := context.Background(), newClock()
	o := defaults(t, store.Options{Now: at.now})
	s := openStore(t, o)
	in := signIn(t, s, "acme", routed(signedIn(t)))
	if err := s.SetStatus(ctx, in.ID, flow.Status{Data: flow.FailedIntegration, Since: at.now()}); err != nil {
		t.Fatal(err)
	}
	sealed := rows(t, o.Path)
	report := passed(at.now())
	report.Account = "@other-bot"
	got := must[flow.Integration](t)(s.SetNetwork(ctx, in.ID, in.Version, routed(signedIn(t)).Network, report))
	if got.Version != in.Version || got.Network != in.Network || got.Report.Account != "@other-bot" || got.Status.Data != flow.Processing {
		t.Errorf("got %+v", got)
	}
	if events := must[[]flow.Event](t)(s.Events(ctx, in.ID, 9)); len(events) != 1 || rows(t, o.Path) != sealed {
		t.Errorf("logged %+v", events)
	}
}

func TestANetworkThatCantBeStored(t *testing.T) {
	ctx := context.Background()
	for _, test := range append([]spoiling{
		{"another network", func(*testing.T, string) string { return set("unverified", `json('true')`) }, flow.SealBroken},
		{"the seal can't be written", func(*testing.T, string) string {
			return `CREATE TRIGGER no_write BEFORE UPDATE OF sealed ON credentials BEGIN SELECT raise(ABORT, 'no'); END`
		}, flow.StoreFailed},
		{"the network can't be written", func(*testing.T, string) string {
			return `CREATE TRIGGER no_write BEFORE UPDATE OF network ON integrations BEGIN SELECT raise(ABORT, 'no'); END`
		}, flow.StoreFailed},
		{"its activity can't be written", func(*testing.T, string) string {
			return `CREATE TRIGGER no_write BEFORE INSERT ON events BEGIN SELECT raise(ABORT, 'no'); END`
		}, flow.StoreFailed},
	}, spoiledCredentials()...) {
		t.Run(test.name, func(t *testing.T) {
			home := t.TempDir()
			s := openStore(t, store.Options{Env: env(home), Path: home + "/flow.db"})
			in := signIn(t, s, "acme", signedIn(t))
			if statement := test.spoil(t, home); statement != "" {
				if _, err := raw(t, home+"/flow.db").Exec(statement); err != nil {
					t.Fatal(err)
				}
			}
			before := state(t, home+"/flow.db")
			report := passed(newClock().now())
			report.Account = "@other-bot"
			_, err := s.SetNetwork(ctx, in.ID, in.Version, routed(signedIn(t)).Network, report)
			wantCause(t, err, test.cause)
			if after := state(t, home+"/flow.db"); after != before {
				t.Errorf("stored %s\nwas %s", after, before)
			}
		})
	}
}

// A renewal that was begun says so still: GitLab may have ended the tokens that are
// sealed anew.
func TestANetworkEndsNoRenewal(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	in := signIn(t, s, "acme", signedIn(t))
	set := func(n flow.Network) {
		t.Helper()
		in = must[flow.Integration](t)(s.SetNetwork(ctx, in.ID, in.Version, n, passed(newClock().now())))
	}
	must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
	set(flow.Network{Proxy: flow.NoProxy})
	wantRenewal(t, s, in.ID, flow.RenewalBegun)
	if err := s.EndRenewal(ctx, in.ID, flow.RenewalUnanswered); err != nil {
		t.Fatal(err)
	}
	set(flow.Network{})
	wantRenewal(t, s, in.ID, flow.RenewalUnanswered)
	if left := must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID)); left != flow.RenewalUnanswered || in.Renewal != left {
		t.Errorf("an earlier renewal left %q behind", left)
	}
	set(routed(signedIn(t)).Network)
	if err := s.KeepGrant(ctx, in.ID, grant(0), grant(1)); err != nil {
		t.Fatal(err)
	}
	wantRenewal(t, s, in.ID, flow.RenewalDone)
	wantConnection(t, s, in.ID, routed(renewed(signedIn(t), 1)))
}

func TestWhatIsSaidOfAnotherWay(t *testing.T) {
	ctx := context.Background()
	first, second := authority(t, "First"), authority(t, "Second\x1b[2J")
	var many string
	for i := range 4 {
		many += authority(t, fmt.Sprint(i))
	}
	proxy := flow.Network{Proxy: "http://ana@proxy.example.com:3128", ProxyPassword: flow.NewSecret("hunter2")}
	own := flow.Network{Certificate: first, Key: flow.NewSecret("key")}
	for _, test := range []struct {
		was, now flow.Network
		want     string
	}{
		{flow.Network{}, flow.Network{PlainHTTP: true}, "accepted plain http"},
		{flow.Network{PlainHTTP: true}, flow.Network{}, "stopped accepting plain http"},
		{flow.Network{}, flow.Network{Unverified: true}, "switched certificate verification off"},
		{flow.Network{Unverified: true}, flow.Network{}, "switched certificate verification on"},
		{flow.Network{}, flow.Network{Authorities: first + second}, `trusted "First" and trusted "Second[2J"`},
		{flow.Network{Authorities: first}, flow.Network{Authorities: second}, `trusted "Second[2J" and stopped trusting "First"`},
		{flow.Network{Authorities: first}, flow.Network{Authorities: first + many}, "trusted 4 authorities"},
		{flow.Network{Authorities: first + second}, flow.Network{Authorities: second + first}, "changed how GitLab is reached"},
		{flow.Network{Authorities: first}, flow.Network{Authorities: "rubbish"}, `stopped trusting "First"`},
		{flow.Network{}, proxy, "changed the proxy to proxy.example.com:3128"},
		{proxy, flow.Network{}, "left the proxy to the environment"},
		{proxy, flow.Network{Proxy: flow.NoProxy}, "chose no proxy"},
		{proxy, flow.Network{Proxy: proxy.Proxy, ProxyPassword: flow.NewSecret("hunter3")}, "changed the password of the proxy"},
		{flow.Network{}, own, "put in a client certificate"},
		{own, flow.Network{Certificate: second, Key: flow.NewSecret("key")}, "put in another client certificate"},
		{own, flow.Network{Certificate: first, Key: flow.NewSecret("another key")}, "put in another client certificate"},
		{own, flow.Network{}, "took out the client certificate"},
		{flow.Network{}, flow.Network{Unverified: true, Proxy: flow.NoProxy}, "switched certificate verification off and chose no proxy"},
	} {
		s := openStore(t, store.Options{})
		c := connection(t)
		c.Network = test.was
		in := signIn(t, s, "acme", c)
		in = must[flow.Integration](t)(s.SetNetwork(ctx, in.ID, in.Version, test.now, passed(time.Time{})))
		if got := latest(t, s, in.ID); got != test.want || in.Version != 2 {
			t.Errorf("version %d: logged %q, want %q", in.Version, got, test.want)
		}
	}
}
