package store

import (
	"bytes"
	"reflect"
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

// reopened opens what was sealed for a connection, by the way of another.
func reopened(t *testing.T, c, by flow.Connection) (flow.Connection, error) {
	t.Helper()
	k := newIdentity(t)
	sealed, err := k.seal(c)
	if err != nil {
		t.Fatal(err)
	}
	by.Network = by.Network.WithoutSecrets()
	return k.open(sealed, by)
}

// A field that somebody adds later is either a secret, which is sealed, or decides
// who can read what is sent: nothing of a network is left to whoever can write the
// database.
func TestEveryPartOfANetworkIsSealedOrBound(t *testing.T) {
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	plain := flow.Connection{BaseURL: b, Token: flow.NewSecret("glpat-secret")}
	kind := reflect.TypeFor[flow.Network]()
	for i := range kind.NumField() {
		c := plain
		field := reflect.ValueOf(&c.Network).Elem().Field(i)
		_, isSecret := field.Interface().(flow.Secret)
		switch {
		case isSecret:
			field.Set(reflect.ValueOf(flow.NewSecret("\xff secret")))
			if kind.Field(i).Name == "Key" { // PEM
				field.Set(reflect.ValueOf(flow.NewSecret("a\nsecret")))
			}
		case field.Kind() == reflect.Bool:
			field.SetBool(true)
		case field.Kind() == reflect.String:
			field.SetString("x")
		default:
			t.Fatalf("%s is of a kind that this test can't set", kind.Field(i).Name)
		}
		if got, err := reopened(t, c, c); err != nil || !reflect.DeepEqual(got, c) {
			t.Errorf("%s: got %+v, %v", kind.Field(i).Name, got, err)
		}
		if isSecret {
			continue
		}
		for _, other := range [][2]flow.Connection{{plain, c}, {c, plain}} {
			if _, err := reopened(t, other[0], other[1]); !flow.CausedBy(err, flow.SealBroken) {
				t.Errorf("%s: sealed for %+v it opens for %+v: %v", kind.Field(i).Name, other[0].Network, other[1].Network, err)
			}
		}
	}
}

// The room that a renewal sets aside does not hold the authorities of a machine.
func TestASealHasNoRoomForFiles(t *testing.T) {
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	file := strings.Repeat("x", flow.MaxCertificateFile)
	sealed, err := newIdentity(t).seal(flow.Connection{BaseURL: b, Token: flow.NewSecret("glpat-secret"),
		Network: flow.Network{Authorities: file, Certificate: file}})
	if err != nil || len(sealed) > 1000 {
		t.Errorf("%d bytes, %v", len(sealed), err)
	}
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
		{"as this one seals the machine's own way", "", `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false,"unverified":false,"authorities":"","proxy":"","certificate":""},"token":"glpat-secret","proxy_password":"","key":""}`, "glpat-secret"},
		{"a sign-in", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},` + grant + `}`, "access-secret"},
		{"only an access token in it", "app", `{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"grant":{"access":"access-secret","at":1,"expires":0}}`, "access-secret"},

		{"no verification", "", `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false,"unverified":true},"token":"glpat-secret"}`, ""},
		{"a proxy", "", `{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false,"proxy":"direct"},"token":"glpat-secret"}`, ""},
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
