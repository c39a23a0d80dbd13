package store

import (
	"bytes"
	"encoding/json"
	"reflect"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"filippo.io/age"

	"flow"
)

func fuzzedIdentity(f *testing.F) *identity {
	f.Helper()
	key, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	return &identity{place: keyPlace{file: "/home/ana/identity"}, keys: []*age.X25519Identity{key}}
}

func fuzzedConnection(f *testing.F) flow.Connection {
	f.Helper()
	base, err := flow.ParseBaseURL("https://gitlab.example.com/git")
	if err != nil {
		f.Fatal(err)
	}
	return flow.Connection{BaseURL: base, Token: flow.NewSecret("glpat-0123456789")}
}

func wantSealFault(t *testing.T, what any, err error) {
	t.Helper()
	if !flow.CausedBy(err, flow.SealBroken, flow.KeyWrong) {
		t.Fatalf("%q: %v", what, err)
	}
	if f := flow.FaultOf(err); f.Sentence() != flow.Clean(f.Sentence()) || strings.Contains(err.Error(), "glpat-") {
		t.Fatalf("%q: it says %s, %v", what, f.Sentence(), err)
	}
}

// Whatever bytes stand where a sealed credential should: none opens but one that
// this installation has sealed for this connection.
func FuzzOpenSealed(f *testing.F) {
	key, c := fuzzedIdentity(f), fuzzedConnection(f)
	sealed, err := key.seal(c)
	if err != nil {
		f.Fatal(err)
	}
	f.Add([]byte(nil))
	f.Add([]byte("age-encryption.org/v1\n-> X25519 \n--- \n"))
	f.Add([]byte("age-encryption.org/v1\n-> scrypt AAAA 30\nAAAA\n--- AAAA\n\x00"))
	f.Add(sealed)
	f.Add(sealed[:len(sealed)-1])
	f.Add(append(bytes.Clone(sealed), 0))
	f.Fuzz(func(t *testing.T, data []byte) {
		opened, err := key.open(data, c)
		if err != nil {
			wantSealFault(t, data, err)
			if opened.HasCredential() {
				t.Fatalf("%q: %v, but it brought a credential", data, err)
			}
			return
		}
		if !bytes.Equal(data, sealed) || opened.Token != c.Token {
			t.Fatalf("%q opens", data)
		}
	})
}

// Whatever was sealed: it opens for what it says that it belongs to, and for
// nothing else, and is one credential or none.
func FuzzSealedText(f *testing.F) {
	key, c := fuzzedIdentity(f), fuzzedConnection(f)
	signedIn := c
	signedIn.Token, signedIn.App.ClientID = flow.Secret{}, "948fe603"
	signedIn.Grant = flow.Grant{Access: flow.NewSecret("access-0123456789"), At: time.Unix(1, 0)}
	for _, held := range []flow.Connection{c, signedIn} {
		text, err := json.Marshal(credentialOf(held))
		if err != nil {
			f.Fatal(err)
		}
		f.Add(text)
		f.Add(bytes.Replace(text, []byte("}"), []byte(`,"more":1}`), 1))
	}
	for _, text := range []string{
		"", "{}", "null", `{"origin":"https://gitlab.example.com","tls":{"plain_http":false},"token":" "}`, `{"origin":"https://gitlab.example.com","token":"a","grant":{"access":"b"}}`,
		`{"origin":"https://gitlab.example.com","token":"glpat-1"}{"x"`, `{"ORIGIN":"https://gitlab.example.com","Token":"glpat-1"}`, `{"origin":"https://gitlab.example.com","token":"glpat-1","grant":{"access":"","at":-9223372036854775808,"expires":9223372036854775807}}`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var sealed bytes.Buffer
		w, err := age.Encrypt(&sealed, key.keys[0].Recipient())
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write(text); err != nil {
			t.Fatal(err)
		}
		if err := w.Close(); err != nil {
			t.Fatal(err)
		}
		for _, to := range []flow.Connection{c, signedIn} {
			opened, err := key.open(sealed.Bytes(), to)
			if err != nil {
				wantSealFault(t, text, err)
				continue
			}
			if opened.BaseURL != to.BaseURL || bindingOf(opened) != bindingOf(to) || opened.Token.IsZero() == opened.Grant.IsZero() {
				t.Fatalf("%q opens as %+v", text, opened)
			}
			again, err := key.seal(opened)
			if err != nil {
				t.Fatalf("%q opens, but can't be sealed: %v", text, err)
			}
			if same, err := key.open(again, to); err != nil || same.Token != opened.Token || same.Grant.Access != opened.Grant.Access || same.Grant.Refresh != opened.Grant.Refresh || same.Network != opened.Network {
				t.Fatalf("%q opens as %+v and, sealed again, as %+v, %v", text, opened, same, err)
			}
		}
	})
}

// Secrets come back as they were given, whatever they hold.
func FuzzSealRoundTrip(f *testing.F) {
	f.Add("glpat-0123456789", "gloas-\"<&>", "r\u2028\\", "p\xe4ss", "-----BEGIN\n-----END")
	f.Add("\x00", "\ufffd", "", " x ", "\r\n")
	f.Add("a", "", "b\u007f", "\xff", "k")
	key, c := fuzzedIdentity(f), fuzzedConnection(f)
	f.Fuzz(func(t *testing.T, access, clientSecret, refresh, password, ownKey string) {
		for _, text := range []string{access, clientSecret, refresh, ownKey} {
			if !utf8.ValidString(text) {
				return // no token and no PEM; a password may be anything
			}
		}
		given := c
		given.Network.ProxyPassword, given.Network.Key = flow.NewSecret(password), flow.NewSecret(ownKey)
		given.Token = flow.NewSecret(access)
		if len(access)%2 == 1 {
			given.Token, given.App = flow.Secret{}, flow.Application{ClientID: "id", Secret: flow.NewSecret(clientSecret)}
			given.Grant = flow.Grant{Access: flow.NewSecret(access), Refresh: flow.NewSecret(refresh), At: time.Unix(1, 0).UTC()}
		}
		sealed, err := key.seal(given)
		if err != nil {
			if !flow.CausedBy(err, flow.NoToken) || given.HasCredential() {
				t.Fatal(err)
			}
			return
		}
		bare := flow.Connection{BaseURL: c.BaseURL, App: flow.Application{ClientID: given.App.ClientID}}
		if opened, err := key.open(sealed, bare); err != nil || !reflect.DeepEqual(opened, given) {
			t.Fatalf("got %+v, %v", opened, err)
		}
	})
}

// An identity is read whatever stands around it, and nothing of a broken one is
// repeated.
func FuzzParseKey(f *testing.F) {
	const own = "AGE-SECRET-KEY-1QQPQ3ZXJ0U5FK8K6QH3W5Q9Y8Z7X2C4V6B8N0M2L4K6J8H0G2FQSWXDCE"
	k, err := age.GenerateX25519Identity()
	if err != nil {
		f.Fatal(err)
	}
	for _, text := range []string{"", "# a comment\n", k.String(), "\r\n " + k.String() + "\t\r\n# x\n" + k.String(), k.String()[:40], own, strings.ToLower(k.String()), "AGE-PLUGIN-YUBIKEY-1", "\ufeff" + k.String(), k.String() + "\x00"} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		key, err := parseKey(keyPlace{file: "identity"}, text)
		if err != nil {
			if key != nil || !flow.CausedBy(err, flow.KeyWrong) || strings.Contains(strings.ToUpper(err.Error()), "AGE-SECRET-KEY-1Q") {
				t.Fatalf("%q: %v", text, err)
			}
			return
		}
		if len(key.keys) == 0 {
			t.Fatalf("%q holds no key, and is taken", text)
		}
		for _, one := range key.keys {
			if !strings.Contains(strings.ToUpper(string(text)), one.String()) {
				t.Fatalf("%q holds another key", text)
			}
		}
	})
}

// Names are one name where the rest of Flow takes them for one.
func FuzzFold(f *testing.F) {
	for _, pair := range [][2]string{{"acme", "ACME"}, {"Straße", "STRASSE"}, {"K", "\u212a"}, {"ſ", "S"}, {"İ", "i"}, {"ΐ", "\u1fd3"}, {"\xff", "\ufffd"}, {"a\xffb", "A\xfeB"}} {
		f.Add(pair[0], pair[1])
	}
	f.Fuzz(func(t *testing.T, a, b string) {
		if !utf8.ValidString(a) || !utf8.ValidString(b) {
			return // no name of an integration
		}
		if strings.EqualFold(a, b) != (fold(a) == fold(b)) || fold(fold(a)) != fold(a) {
			t.Fatalf("%q and %q: %q and %q", a, b, fold(a), fold(b))
		}
	})
}
