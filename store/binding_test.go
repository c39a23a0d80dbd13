package store

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"filippo.io/age"

	"flow"
)

// newIdentity is a key that is kept nowhere.
func newIdentity(t *testing.T) *identity {
	t.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	return &identity{keys: []*age.X25519Identity{key}}
}

// sealText seals a text as it stands, such as another Flow has sealed it.
func sealText(t *testing.T, k *identity, text string) []byte {
	t.Helper()
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, k.keys[0].Recipient())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := w.Write([]byte(text)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return sealed.Bytes()
}

// A newer Flow may seal under conditions, such as a pinned certificate, that
// this one can't compare: it must not ignore them. What an older one has sealed
// opens.
func TestOnlyKnownConditionsOpen(t *testing.T) {
	k := newIdentity(t)
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	const grant = `"grant":{"client_secret":"gloas-secret","access":"access-secret","refresh":"refresh-secret","scopes":["api"],"at":1,"expires":2}`
	for _, test := range []struct {
		name, clientID, text string
		want                 string // the secret; "" opens nothing
	}{
		{"before there was OAuth", "", `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false},"token":"glpat-secret"}`, "glpat-secret"},
		{"a sign-in", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},` + grant + `}`, "access-secret"},
		{"only an access token in it", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"grant":{"access":"access-secret","at":1,"expires":0}}`, "access-secret"},

		{"an unknown condition", "", `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false,"pin":"x"},"token":"glpat-secret"}`, ""},
		{"an unknown part of a grant", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"grant":{"access":"access-secret","at":1,"expires":0,"proof":"x"}}`, ""},
		{"a token of an application", "", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"token":"glpat-secret"}`, ""},
		{"of another application", "app", `{"origin":"https://gitlab.example.com","client_id":"other","tls":{"plain_http":false},` + grant + `}`, ""},
		{"a grant without an application", "", `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false},` + grant + `}`, ""},
		{"a token where a grant belongs", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"token":"glpat-secret"}`, ""},
		{"both", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"token":"glpat-secret",` + grant + `}`, ""},
		{"neither", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false}}`, ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			c, err := k.open(sealText(t, k, test.text), flow.Connection{BaseURL: b, App: flow.Application{ClientID: test.clientID}})
			if test.want == "" {
				if !flow.CausedBy(err, flow.SealBroken) || strings.Contains(err.Error(), "secret") {
					t.Errorf("got %v", err)
				}
			} else if got := c.Token.Reveal() + c.Grant.Access.Reveal(); err != nil || got != test.want {
				t.Errorf("got %q, %v", got, err)
			}
		})
	}
}

// BeginRenewal tries whether the next grant will have room by means of the
// present one.
func TestEveryGrantIsAsLong(t *testing.T) {
	k := newIdentity(t)
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	lengths := map[int]bool{}
	at := time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)
	for _, part := range []time.Duration{0, 5 * time.Millisecond, 123456789} {
		sealed, err := k.seal(flow.Connection{BaseURL: b, App: flow.Application{ClientID: "app"},
			Grant: flow.Grant{Access: flow.NewSecret("access"), Refresh: flow.NewSecret("refresh"), At: at.Add(part), Expires: at.Add(part + 2*time.Hour)}})
		if err != nil {
			t.Fatal(err)
		}
		lengths[len(sealed)] = true
	}
	if len(lengths) != 1 {
		t.Errorf("got the lengths %v", lengths)
	}
}
