package flow_test

import (
	"fmt"
	"strings"
	"testing"

	"flow"
)

// A secret is taken out of words that repeat it, also where each of its
// characters stands there as it is or percent-encoded; nothing else is.
func FuzzRedact(f *testing.F) {
	for _, seed := range [][3]string{
		{"glpat-1234", "token ", " is unknown"}, {"100%", "", "%"}, {"hun@ter/2%ä", "http://ana:", "@proxy"}, {"%25x", "%", "x"}, {"aaaa", "aaa", "a"}, {"p\xe4ss", "%", "%E4"}, {"abc", "abc", "%61bc"},
	} {
		f.Add(seed[0], seed[1], seed[2], uint64(0))
		f.Add(seed[0], seed[1], seed[2], uint64(0xaaaa))
	}
	f.Fuzz(func(t *testing.T, typed, before, after string, encoded uint64) {
		secret := flow.NewSecret(typed)
		told := secret.Reveal()
		if len(told) < 4 || strings.Contains(told, "*") {
			return // too short to be one, or like what stands in its place
		}
		var written strings.Builder
		for i := range len(told) {
			switch {
			case encoded>>(i%64)&1 == 0:
				written.WriteByte(told[i])
			case i%2 == 0:
				fmt.Fprintf(&written, "%%%02x", told[i])
			default:
				fmt.Fprintf(&written, "%%%02X", told[i])
			}
		}
		got := secret.Redact(before + written.String() + after)
		if strings.Contains(got, told) {
			t.Fatalf("%q, written as %q, is still in %q", told, written.String(), got)
		}
		// A secret that may be read as one of its own encodings can be taken for it.
		if plain := !strings.Contains(told, "%"); plain && strings.Contains(got, written.String()) {
			t.Fatalf("%q, written as %q, is still in %q", told, written.String(), got)
		}
		if text := before + after; !strings.ContainsAny(text, "%+") && !strings.Contains(text, told) && secret.Redact(text) != text {
			t.Fatalf("%q is not in %q, which becomes %q", told, text, secret.Redact(text))
		}
		if again := secret.Redact(got); again != got && !strings.Contains(told, "%") {
			t.Fatalf("redacted twice, %q becomes %q", got, again)
		}
	})
}

// However a connection is printed, none of its secrets shows.
func FuzzConnectionHidesItsSecrets(f *testing.F) {
	f.Add("glpat-0123456789", "gloas-9876543210", "hunter22")
	f.Add("****", "two words", "p\xe4ss%2F")
	f.Fuzz(func(t *testing.T, token, appSecret, password string) {
		c := flow.Connection{Token: flow.NewSecret("T" + token), App: flow.Application{ClientID: "id", Secret: flow.NewSecret("S" + appSecret)}, Network: flow.Network{ProxyPassword: flow.NewSecret("P" + password)}}
		for _, verb := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x"} {
			text := fmt.Sprintf(verb, c)
			for _, secret := range []flow.Secret{c.Token, c.App.Secret, c.Network.ProxyPassword} {
				if secret.Len() > 8 && (strings.Contains(text, secret.Reveal()) || strings.Contains(text, fmt.Sprintf("%x", secret.Reveal()))) {
					t.Fatalf("%s shows %q: %s", verb, secret.Reveal(), text)
				}
			}
		}
	})
}
