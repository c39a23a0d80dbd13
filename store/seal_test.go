package store_test

import (
	"context"
	"strings"
	"testing"

	"flow"
	"flow/store"
)

func TestATokenIsBoundToWhereItBelongs(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name, tamper string
		cause        flow.Cause // "" opens
	}{
		{"untouched", `UPDATE integrations SET name = 'x'`, ""},
		{"another path of the same origin", `UPDATE integrations SET base_url = 'https://gitlab.example.com'`, ""},
		{"another host", `UPDATE integrations SET base_url = 'https://gitlab.example.org/git'`, flow.SealBroken},
		{"a host that looks like a user", `UPDATE integrations SET base_url = 'https://gitlab.example.com@evil.example/git'`, flow.NotAnAddress},
		{"another port", `UPDATE integrations SET base_url = 'https://gitlab.example.com:444/git'`, flow.SealBroken},
		{"http", `UPDATE integrations SET base_url = 'http://gitlab.example.com/git'`, flow.SealBroken},
		{"plain http accepted", `UPDATE integrations SET plain_http = 1`, flow.SealBroken},
		{"the token of another integration", `UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE integration_id = 2) WHERE integration_id = 1`, flow.SealBroken},
		{"cut off", `UPDATE credentials SET sealed = substr(sealed, 1, length(sealed) - 1)`, flow.SealBroken},
		{"not age", `UPDATE credentials SET sealed = x'00'`, flow.SealBroken},
		{"none", `DELETE FROM credentials WHERE integration_id = 1`, flow.SealBroken},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := defaults(t, store.Options{})
			s := openStore(t, o)
			in := create(t, s, "acme")
			other := flow.Connection{BaseURL: address(t, "https://other.example.com"), Token: flow.NewSecret("glpat-other")}
			must[flow.Integration](t)(s.Create(ctx, integration(t, "other"), other))
			if _, err := raw(t, o.Path).Exec(test.tamper); err != nil {
				t.Fatal(err)
			}
			c, err := s.Connection(ctx, in.ID)
			if test.cause == "" {
				if err != nil || c.Token.Reveal() != token {
					t.Fatalf("got %v", err)
				}
				return
			}
			wantCause(t, err, test.cause)
			if c != (flow.Connection{}) || strings.Contains(err.Error(), token) {
				t.Error("something of the connection came along")
			}
		})
	}
}

func TestANewConnection(t *testing.T) {
	ctx, at := context.Background(), newClock()
	s := openStore(t, store.Options{Now: at.now})
	in := create(t, s, "acme")
	failed := flow.Status{Data: flow.FailedIntegration, Reason: "The token expired.", Since: at.now()}
	if err := s.SetStatus(ctx, in.ID, failed); err != nil {
		t.Fatal(err)
	}
	c := flow.Connection{BaseURL: address(t, "http://git.internal"), PlainHTTP: true, Token: flow.NewSecret("glpat-second")}
	report := passed(at.now())
	report.Account = "@other-bot"
	_, err := s.SetConnection(ctx, in.ID, in.Version, flow.Connection{BaseURL: c.BaseURL}, report)
	wantCause(t, err, flow.NoToken)
	got := must[flow.Integration](t)(s.SetConnection(ctx, in.ID, in.Version, c, report))
	if got.Version != 2 || got.BaseURL != c.BaseURL || !got.PlainHTTP || got.Report.Account != "@other-bot" || got.Status.Data != flow.Processing {
		t.Errorf("got %+v", got)
	}
	if opened := must[flow.Connection](t)(s.Connection(ctx, in.ID)); opened != c {
		t.Errorf("got %v", opened)
	}
	if text := latest(t, s, in.ID); text != "changed the base URL to http://git.internal" {
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
