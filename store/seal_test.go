package store_test

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"flow"
	"flow/store"
)

// set is a statement that writes one part of every network.
func set(part, value string) string {
	return `UPDATE integrations SET network = json_set(network, '$.` + part + `', ` + value + `)`
}

func TestACredentialIsBoundToWhereItBelongs(t *testing.T) {
	ctx := context.Background()
	for _, test := range []struct {
		name, tamper string
		c            flow.Connection
		cause        flow.Cause // "" opens
	}{
		{"untouched", `UPDATE integrations SET name = 'x' || id`, connection(t), ""},
		{"another path of the same origin", `UPDATE integrations SET base_url = 'https://gitlab.example.com'`, connection(t), ""},
		{"another host", `UPDATE integrations SET base_url = 'https://gitlab.example.org/git'`, connection(t), flow.SealBroken},
		{"a host that looks like a user", `UPDATE integrations SET base_url = 'https://gitlab.example.com@evil.example/git'`, connection(t), flow.NotAnAddress},
		{"another port", `UPDATE integrations SET base_url = 'https://gitlab.example.com:444/git'`, connection(t), flow.SealBroken},
		{"http", `UPDATE integrations SET base_url = 'http://gitlab.example.com/git'`, connection(t), flow.SealBroken},
		{"plain http accepted", set("plain_http", `json('true')`), connection(t), flow.SealBroken},
		{"no verification", set("unverified", `json('true')`), connection(t), flow.SealBroken},
		{"an authority", set("authorities", `'CA'`), connection(t), flow.SealBroken},
		{"a proxy in between", set("proxy", `'http://evil.example:3128'`), connection(t), flow.SealBroken},
		{"no proxy", set("proxy", `'direct'`), connection(t), flow.SealBroken},
		{"a client certificate", set("certificate", `'CERT'`), connection(t), flow.SealBroken},
		{"a network that can't be read", `UPDATE integrations SET network = '{'`, connection(t), flow.SealBroken},
		{"a network with more in it than is known", set("pin", `'x'`), connection(t), ""},
		{"secrets in the open", set("ProxyPassword", `'x'`) + `;` + set("Key", `'x'`), connection(t), ""},

		{"a network untouched", `UPDATE integrations SET name = 'x' || id`, routed(connection(t)), ""},
		{"plain http no longer accepted", set("plain_http", `json('false')`), routed(connection(t)), flow.SealBroken},
		{"verification", set("unverified", `json('false')`), routed(connection(t)), flow.SealBroken},
		{"another authority", set("authorities", `'CB'`), routed(connection(t)), flow.SealBroken},
		{"one authority more", set("authorities", `'CA' || 'CB'`), routed(connection(t)), flow.SealBroken},
		{"no authority", set("authorities", `''`), routed(connection(t)), flow.SealBroken},
		{"another proxy", set("proxy", `'http://ana@evil.example:3128'`), routed(connection(t)), flow.SealBroken},
		{"the proxy of the environment", set("proxy", `''`), routed(connection(t)), flow.SealBroken},
		{"another user of the proxy", set("proxy", `'http://ben@proxy.example.com:3128'`), routed(connection(t)), flow.SealBroken},
		{"another client certificate", set("certificate", `'CERTIFIED'`), routed(connection(t)), flow.SealBroken},
		{"no client certificate", set("certificate", `''`), routed(connection(t)), flow.SealBroken},
		{"authority and certificate changed for each other", `UPDATE integrations SET network = json_set(network, '$.authorities', 'CERT', '$.certificate', 'CA')`, routed(connection(t)), flow.SealBroken},
		{"the machine's own way", `UPDATE integrations SET network = '{}'`, routed(connection(t)), flow.SealBroken},
		{"the token of another integration", `UPDATE credentials SET sealed = (SELECT sealed FROM credentials WHERE integration_id = 2) WHERE integration_id = 1`, connection(t), flow.SealBroken},
		{"cut off", `UPDATE credentials SET sealed = substr(sealed, 1, length(sealed) - 1)`, connection(t), flow.SealBroken},
		{"not age", `UPDATE credentials SET sealed = x'00'`, connection(t), flow.SealBroken},
		{"none", `DELETE FROM credentials WHERE integration_id = 1`, connection(t), flow.SealBroken},
		{"a token for an application", `UPDATE integrations SET method = 'oauth', client_id = 'app'`, connection(t), flow.SealBroken},
		{"a token that is called a sign-in", `UPDATE integrations SET method = 'oauth'`, connection(t), flow.SealBroken},

		{"a sign-in untouched", `UPDATE integrations SET name = 'x' || id`, signedIn(t), ""},
		{"a sign-in with another callback", `UPDATE integrations SET redirect_uri = 'https://flow.example.com/callback'`, signedIn(t), ""},
		{"a sign-in at another host", `UPDATE integrations SET base_url = 'https://gitlab.example.org/git'`, signedIn(t), flow.SealBroken},
		{"a sign-in over plain http", set("plain_http", `json('true')`), signedIn(t), flow.SealBroken},
		{"a sign-in without verification", set("unverified", `json('true')`), signedIn(t), flow.SealBroken},
		{"a sign-in through a proxy", set("proxy", `'http://evil.example:3128'`), signedIn(t), flow.SealBroken},
		{"a sign-in with a network untouched", `UPDATE integrations SET name = 'x' || id`, routed(signedIn(t)), ""},
		{"a sign-in with another authority", set("authorities", `'CB'`), routed(signedIn(t)), flow.SealBroken},
		{"a sign-in with another application", `UPDATE integrations SET client_id = 'evil'`, signedIn(t), flow.SealBroken},
		{"a sign-in that is called a token", `UPDATE integrations SET method = 'token'`, signedIn(t), flow.SealBroken},
		{"a sign-in without its application", `UPDATE integrations SET method = 'token', client_id = ''`, signedIn(t), flow.SealBroken},
	} {
		t.Run(test.name, func(t *testing.T) {
			o := defaults(t, store.Options{})
			s := openStore(t, o)
			in := must[flow.Integration](t)(s.Create(ctx, integration(t, "acme"), test.c))
			other := flow.Connection{BaseURL: address(t, "https://other.example.com"), Token: flow.NewSecret("glpat-other")}
			must[flow.Integration](t)(s.Create(ctx, integration(t, "other"), other))
			if _, err := raw(t, o.Path).Exec(test.tamper); err != nil {
				t.Fatal(err)
			}
			c, err := s.Connection(ctx, in.ID)
			if test.cause == "" {
				if err != nil || c.Token != test.c.Token || c.Grant.Access != test.c.Grant.Access || c.App != test.c.App || c.Network != test.c.Network {
					t.Fatalf("got %+v, %v", c, err)
				}
				return
			}
			wantCause(t, err, test.cause)
			for _, secret := range []string{token, clientSecret, proxyPassword, ownKey} {
				if strings.Contains(err.Error(), secret) {
					t.Error("the error holds a secret")
				}
			}
			if !reflect.DeepEqual(c, flow.Connection{}) {
				t.Error("something of the connection came along")
			}
		})
	}
}
