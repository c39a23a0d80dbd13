package flow_test

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"strings"
	"testing"

	"flow"
)

// These belong together, and are in no use anywhere.
const (
	fuzzedCertificate = `-----BEGIN CERTIFICATE-----
MIIBRDCB96ADAgECAgEBMAUGAytlcDAiMQ0wCwYDVQQKEwRBY21lMREwDwYDVQQD
EwhmbG93LWJvdDAeFw0yNjExMDMwOTAwMDBaFw0zNjExMDMwOTAwMDBaMCIxDTAL
BgNVBAoTBEFjbWUxETAPBgNVBAMTCGZsb3ctYm90MCowBQYDK2VwAyEAJK9lV7yO
9cDbFYUZ6/sRgea25QvTWel7GnvhvZ2+RdejUjBQMA8GA1UdEwEB/wQFMAMBAf8w
HQYDVR0OBBYEFIIWdk2GdwnCuFXG8O8IO5jb7WQ8MB4GA1UdEQQXMBWCDWEuZXhh
bXBsZS5jb22HBAoAAAcwBQYDK2VwA0EAoQ14xO8nIN+3X5yZt62FdMccnrqTMEA8
TaskW2LFowSZ9kW/NuL51bUj1yBxlscpfF0FWAlV4jT4j7ahLgdfAQ==
-----END CERTIFICATE-----
`
	fuzzedKey = `-----BEGIN PRIVATE KEY-----
MC4CAQAwBQYDK2VwBCIEIGmwqqhY7Nvm39sbde4LS1UcLhhpT4eHUO3l8G4OVsho
-----END PRIVATE KEY-----
`
)

// Whatever is in a file with authorities: what is taken of it are certificates,
// all of them are told, and nothing else comes along.
func FuzzReadAuthorities(f *testing.F) {
	for _, text := range []string{
		"", " \n", fuzzedCertificate, fuzzedKey, fuzzedKey + fuzzedCertificate, "\ufeff" + fuzzedCertificate, strings.ReplaceAll(fuzzedCertificate, "\n", "\r\n"),
		"words\n" + fuzzedCertificate + "words" + fuzzedCertificate, fuzzedCertificate[:120], "-----BEGIN CERTIFICATE-----\n-----END CERTIFICATE-----\n", "\x30\x82\x01\x00",
	} {
		f.Add([]byte(text))
	}
	f.Add(derOf(f, fuzzedCertificate))
	f.Fuzz(func(t *testing.T, data []byte) {
		text, err := flow.ReadAuthorities("ca.pem", data)
		told := flow.Certificates(text)
		if err != nil {
			if f := flow.FaultOf(err); f.Cause != flow.BadCertificate || f.Where == "" || text != "" {
				t.Fatalf("%q: %v", data, err)
			}
			return
		}
		if len(told) == 0 || strings.Count(text, "-----BEGIN CERTIFICATE-----") != len(told) || strings.Count(text, "-----BEGIN") != len(told) {
			t.Fatalf("%q: %d certificates are told of %q", data, len(told), text)
		}
		if again, err := flow.ReadAuthorities("ca.pem", []byte(text)); err != nil || again != text {
			t.Fatalf("%q: read again, %q becomes %q, %v", data, text, again, err)
		}
		if !x509.NewCertPool().AppendCertsFromPEM([]byte(text)) {
			t.Fatalf("%q: none of %q can be trusted", data, text)
		}
		for _, c := range told {
			for _, said := range append([]string{c.Subject, c.Issuer, c.Name(), c.SHA256}, c.Names...) {
				if said != flow.CleanLine(said, 120) {
					t.Fatalf("%q: it is called %q", data, said)
				}
			}
		}
	})
}

// A certificate and a key that are taken can be shown to a server; a key never
// gets into what is said.
func FuzzReadClientCertificate(f *testing.F) {
	for _, parts := range [][2]string{
		{fuzzedCertificate, fuzzedKey}, {fuzzedCertificate + fuzzedKey, ""}, {fuzzedCertificate, ""}, {fuzzedKey, fuzzedKey}, {fuzzedCertificate, fuzzedKey[:60]},
		{fuzzedCertificate, strings.ReplaceAll(fuzzedKey, "PRIVATE KEY", "ENCRYPTED PRIVATE KEY")}, {fuzzedCertificate, "-----BEGIN RSA PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\n\nAA==\n-----END RSA PRIVATE KEY-----\n"},
		{fuzzedCertificate, "-----BEGIN PRIVATE KEY-----\nA: b\n\nAA==\n-----END PRIVATE KEY-----\n"}, {fuzzedCertificate, "\ufeff" + fuzzedKey},
	} {
		f.Add([]byte(parts[0]), []byte(parts[1]))
	}
	f.Fuzz(func(t *testing.T, certificate, key []byte) {
		if len(key) == 0 {
			key = nil
		}
		shown, secret, err := flow.ReadClientCertificate("flow.pem", certificate, key)
		if err != nil {
			fault := flow.FaultOf(err)
			if fault.Cause != flow.BadCertificate || fault.Detail != "flow.pem" || fault.Where == "" || fault.Err != nil || shown != "" || !secret.IsZero() {
				t.Fatalf("%q and %q: %v", certificate, key, err)
			}
			return
		}
		if _, err := tls.X509KeyPair([]byte(shown), []byte(secret.Reveal())); err != nil {
			t.Fatalf("%q and %q: what is taken is no pair: %v", certificate, key, err)
		}
		if strings.Contains(shown, "KEY") || bytes.Contains([]byte(shown), []byte(secret.Reveal())) {
			t.Fatalf("%q and %q: the key is shown: %q", certificate, key, shown)
		}
		if again, same, err := flow.ReadClientCertificate("flow.pem", []byte(shown), []byte(secret.Reveal())); err != nil || again != shown || same != secret {
			t.Fatalf("%q and %q: read again it is %q, %v", certificate, key, again, err)
		}
	})
}

func derOf(f *testing.F, text string) []byte {
	f.Helper()
	pair, err := tls.X509KeyPair([]byte(text), []byte(fuzzedKey))
	if err != nil {
		f.Fatal(err)
	}
	return pair.Certificate[0]
}
