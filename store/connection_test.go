package store_test

import (
	"context"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"flow"
	"flow/store"
)

func TestANewConnection(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	failed := flow.Status{Data: flow.FailedIntegration, Reason: "The token expired.", Since: at.now()}
	if err := s.SetStatus(ctx, in.ID, failed); err != nil {
		t.Fatal(err)
	}
	c := flow.Connection{BaseURL: address(t, "http://git.internal"), Network: flow.Network{PlainHTTP: true}, Token: flow.NewSecret("glpat-second")}
	report := passed(at.now())
	report.Account = "@other-bot"
	_, err := s.SetConnection(ctx, in.ID, in.Version, flow.Connection{BaseURL: c.BaseURL}, report)
	wantCause(t, err, flow.NoToken)
	got := must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, c, report))
	if got.Version != 2 || got.BaseURL != c.BaseURL || !got.Network.PlainHTTP || got.Report.Account != "@other-bot" || got.Status.Data != flow.Processing {
		t.Errorf("got %+v", got)
	}
	wantConnection(t, s, in.ID, c)
	if text := latest(t, s, in.ID); text != "changed the base URL to http://git.internal and accepted plain http" {
		t.Errorf("logged %q", text)
	}
	c.Token = flow.NewSecret("glpat-third")
	_, err = s.SetConnection(ctx, in.ID, in.Version, c, report)
	wantCause(t, err, flow.ChangedMeanwhile)
	if opened := must[flow.Connection](t)(s.Connection(ctx, in.ID)); opened.Token.Reveal() != "glpat-second" {
		t.Error("a refused save stored the token")
	}
	must[flow.Integration](t)(s.SetConnection(ctx, in.ID, 2, c, report))
	if text := latest(t, s, in.ID); text != "put in a new token" {
		t.Errorf("logged %q", text)
	}
}

func TestWhatTakesThePlaceOfAConnection(t *testing.T) {
	ctx, at := context.Background(), newClock()
	fresh := func(change func(*flow.Connection)) flow.Connection {
		c := signedIn(t)
		c.Grant = grant(7)
		change(&c)
		return c
	}
	elsewhere := address(t, "https://gitlab.example.org")
	for _, test := range []struct {
		name     string
		was, now flow.Connection
		log      string
	}{
		{"a sign-in for a token", connection(t), signedIn(t), "changed the method to OAuth"},
		{"a token for a sign-in", signedIn(t), connection(t), "changed the method to access token"},
		{"a sign-in for a sign-in", signedIn(t), fresh(func(*flow.Connection) {}), "signed in again"},
		{"with another application", signedIn(t), fresh(func(c *flow.Connection) { c.App = flow.Application{ClientID: "other"} }), "signed in again"},
		{"at another address", signedIn(t), fresh(func(c *flow.Connection) { c.BaseURL, c.App.ClientID = elsewhere, "other" }), "changed the base URL to https://gitlab.example.org"},
		{"a token at another address", connection(t), flow.Connection{BaseURL: elsewhere, Token: flow.NewSecret("glpat-other")}, "changed the base URL to https://gitlab.example.org"},
		{"a token by another way", connection(t), routed(connection(t)), "put in a new token and accepted plain http and switched certificate verification off and " +
			"changed the proxy to proxy.example.com:3128 and put in a client certificate"},
		{"with other secrets on the same way", routed(signedIn(t)), fresh(func(c *flow.Connection) {
			c.Network = routed(*c).Network
			c.Network.ProxyPassword, c.Network.Key = flow.NewSecret("new password"), flow.NewSecret("new key")
		}), "signed in again"},
		{"with a network for one without", routed(signedIn(t)), fresh(func(c *flow.Connection) {}),
			"signed in again and stopped accepting plain http and switched certificate verification on and left the proxy to the environment and took out the client certificate"},
		{"a sign-in for a token at another address", connection(t), fresh(func(c *flow.Connection) { c.BaseURL = elsewhere }),
			"changed the base URL to https://gitlab.example.org and the method to OAuth"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := openStore(t, store.Options{Now: at.now})
			in := signIn(t, s, "acme", test.was)
			discover(t, s, in.ID, at.now(), small())
			in = must[flow.Integration](t)(s.Save(ctx, in.ID, flow.Changes{Version: in.Version,
				Auto: map[int64]flow.AutoSetting{1: flow.AutoOn}, Pins: map[int64]flow.Pin{11: flow.PinOut}, Add: []flow.Rule{rule(t, "is:fork")}}))
			if test.was.Method() == flow.OAuth {
				must[flow.Renewal](t)(s.BeginRenewal(ctx, in.ID))
			}
			before := review(t, s, in.ID)

			report := passed(at.now())
			report.Checks[0].Says = "you gave " + test.now.Grant.Refresh.Reveal() + " and " + test.now.App.Secret.Reveal()
			in = must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, test.now, report))
			app := flow.Application{ClientID: test.now.App.ClientID, Redirect: test.now.App.Redirect}
			if in.Method != test.now.Method() || in.BaseURL != test.now.BaseURL || in.App != app || in.Network != test.now.Network.WithoutSecrets() || in.Renewal != flow.RenewalDone || in.Version != before.Integration.Version+1 {
				t.Errorf("got %+v", in)
			}
			wantConnection(t, s, in.ID, test.now)
			if text := latest(t, s, in.ID); text != test.log {
				t.Errorf("logged %q, want %q", text, test.log)
			}
			after := review(t, s, in.ID)
			if fmt.Sprint(after.Settings) != fmt.Sprint(before.Settings) || !reflect.DeepEqual(after.Repos, before.Repos) || after.Integration.Counts != before.Integration.Counts {
				t.Errorf("what was chosen is %+v, was %+v", after.Settings, before.Settings)
			}
			for _, secret := range []flow.Secret{test.now.Grant.Refresh, test.now.App.Secret} {
				if text := after.Integration.Report.Checks[0].Says; !secret.IsZero() && strings.Contains(text, secret.Reveal()) {
					t.Errorf("the report says %q", text)
				}
			}
		})
	}
}

// The page that tests a stored connection has opened it before.
func TestAReportIsRedactedAlsoWithoutItsConnection(t *testing.T) {
	ctx := context.Background()
	s := openStore(t, store.Options{})
	in := signIn(t, s, "acme", routed(signedIn(t)))
	must[flow.Connection](t)(s.Connection(ctx, in.ID))
	for given, want := range map[string]string{
		"you gave " + grant(0).Access.Reveal():                "you gave ****",
		"http://ana:" + proxyPassword + "@proxy failed":       "http://ana:****@proxy failed",
		"http://ana:hun%e4ter%2F2%22@proxy failed":            "http://ana:****@proxy failed",
		"the key is " + ownKey + "\nand the certificate CERT": "the key is ****\nand the certificate CERT",
	} {
		report := passed(newClock().now())
		report.Checks[0].Says = given
		if err := s.SetReport(ctx, in.ID, report); err != nil {
			t.Fatal(err)
		}
		if got := must[flow.Integration](t)(s.Named(ctx, "acme")).Report.Checks[0].Says; got != want {
			t.Errorf("the report says %q, want %q", got, want)
		}
	}
}
