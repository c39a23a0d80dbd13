package store

import (
	"bytes"
	"strings"
	"testing"

	"filippo.io/age"

	"flow"
)

// A newer Flow may seal under conditions, such as a pinned certificate, that
// this one can't compare: it must not ignore them.
func TestAnUnknownConditionOpensNothing(t *testing.T) {
	key, err := age.GenerateX25519Identity()
	if err != nil {
		t.Fatal(err)
	}
	k := &identity{keys: []*age.X25519Identity{key}}
	b, _ := flow.ParseBaseURL("https://gitlab.example.com")
	for _, test := range []struct {
		text  string
		opens bool
	}{
		{`{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false},"token":"secret"}`, true},
		{`{"origin":"https://gitlab.example.com","client_id":"","tls":{"plain_http":false,"pin":"x"},"token":"secret"}`, false},
		{`{"origin":"https://gitlab.example.com","client_id":"app","tls":{"plain_http":false},"token":"secret"}`, false},
	} {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, key.Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(test.text)); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		c, err := k.open(sealed.Bytes(), flow.Connection{BaseURL: b})
		switch {
		case test.opens && (err != nil || c.Token.Reveal() != "secret"):
			t.Errorf("%s: %v", test.text, err)
		case !test.opens && (!flow.CausedBy(err, flow.SealBroken) || strings.Contains(err.Error(), "secret")):
			t.Errorf("%s: %v", test.text, err)
		}
	}
}
