package flow_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/sha256"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/asn1"
	"encoding/pem"
	"fmt"
	"math/big"
	"net"
	"reflect"
	"strings"
	"testing"
	"time"

	"flow"
)

// An authority is a real one, made for a test.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
}

var madeOn = time.Date(2026, 11, 3, 9, 0, 0, 0, time.UTC)

func newKey(t testing.TB) *ecdsa.PrivateKey {
	t.Helper()
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	return key
}

// sign makes a certificate for 5 years of an authority, 1 year otherwise.
func sign(t testing.TB, template x509.Certificate, parent *x509.Certificate, key, parentKey *ecdsa.PrivateKey) *x509.Certificate {
	t.Helper()
	template.SerialNumber = big.NewInt(1)
	template.NotBefore, template.NotAfter = madeOn, madeOn.AddDate(1, 0, 0)
	if template.IsCA {
		template.NotAfter = madeOn.AddDate(5, 0, 0)
	}
	if parent == nil {
		parent = &template
	}
	der, err := x509.CreateCertificate(rand.Reader, &template, parent, key.Public(), parentKey)
	if err != nil {
		t.Fatal(err)
	}
	made, err := x509.ParseCertificate(der)
	if err != nil {
		t.Fatal(err)
	}
	return made
}

func newAuthority(t testing.TB, name string) authority {
	key := newKey(t)
	return authority{sign(t, x509.Certificate{Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true}, nil, key, key), key}
}

func pemOf(kind string, der []byte) string {
	return string(pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}))
}

func (a authority) pem() string { return pemOf("CERTIFICATE", a.certificate.Raw) }

// issue makes a certificate and the key to it, as PEM.
func (a authority) issue(t testing.TB, name string) (certificate, key string) {
	t.Helper()
	private := newKey(t)
	made := sign(t, x509.Certificate{Subject: pkix.Name{CommonName: name}}, a.certificate, private, a.key)
	der, err := x509.MarshalPKCS8PrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	return pemOf("CERTIFICATE", made.Raw), pemOf("PRIVATE KEY", der)
}

func TestWhatIsToldOfACertificate(t *testing.T) {
	a := newAuthority(t, "Acme Root CA 2")
	key := newKey(t)
	made := sign(t, x509.Certificate{
		Subject:  pkix.Name{CommonName: "git\x1b[2Jlab", Organization: []string{"Acme"}},
		DNSNames: []string{"gitlab.example.com", "\x1b]0;owned\x07.example.com"}, IPAddresses: []net.IP{net.IPv4(10, 0, 0, 7), net.IPv6loopback},
	}, a.certificate, key, a.key)
	got := flow.NewCertificate(made)
	want := flow.Certificate{
		Subject: "git[2Jlab", Issuer: "Acme Root CA 2",
		Names: []string{"gitlab.example.com", "]0;owned.example.com", "10.0.0.7", "::1"},
		From:  madeOn, Until: madeOn.AddDate(1, 0, 0),
		SHA256: strings.ReplaceAll(fmt.Sprintf("% x", sha256.Sum256(made.Raw)), " ", ":"),
	}
	if !reflect.DeepEqual(got, want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if got.Name() != `"git[2Jlab"` || len(got.SHA256) != 95 {
		t.Errorf("its name is %s, its fingerprint %s", got.Name(), got.SHA256)
	}
}

func TestWhoACertificateSpeaksOf(t *testing.T) {
	mail := pkix.AttributeTypeAndValue{Type: asn1.ObjectIdentifier{1, 2, 840, 113549, 1, 9, 1}, Value: "root@acme.com"}
	for _, test := range []struct {
		name pkix.Name
		want string
	}{
		{pkix.Name{CommonName: "Acme Root", Organization: []string{"Acme"}}, "Acme Root"},
		{pkix.Name{CommonName: " \u202e\x07", Organization: []string{"\x1b", "Acme\nInc."}}, "Acme Inc."},
		{pkix.Name{Country: []string{"DE"}, OrganizationalUnit: []string{"IT"}}, "OU=IT,C=DE"},
		{pkix.Name{ExtraNames: []pkix.AttributeTypeAndValue{mail}}, "1.2.840.113549.1.9.1=#0c0d726f6f744061636d652e636f6d"},
		{pkix.Name{CommonName: strings.Repeat("x", 64)}, strings.Repeat("x", 57) + "..."},
		{pkix.Name{}, "nobody"},
	} {
		if got := flow.NewCertificate(&x509.Certificate{Subject: test.name}).Subject; got != test.want {
			t.Errorf("got %q, want %q", got, test.want)
		}
	}
}

func TestAuthoritiesAreReadFromWhatAdministratorsHandOut(t *testing.T) {
	first, second := newAuthority(t, "First"), newAuthority(t, "Second")
	leaf, key := first.issue(t, "flow-bot")
	der := bytes.Join([][]byte{first.certificate.Raw, second.certificate.Raw}, nil)
	for _, test := range []struct {
		name string
		data string
		want []string
	}{
		{"PEM", first.pem(), []string{"First"}},
		{"DER", string(first.certificate.Raw), []string{"First"}},
		{"DER, several", string(der), []string{"First", "Second"}},
		{"a bundle", first.pem() + second.pem(), []string{"First", "Second"}},
		{"a bundle with words in it", "# Acme\nFirst\n" + first.pem() + "\nsubject=/CN=Second\n" + second.pem() + "end", []string{"First", "Second"}},
		{"line ends of Windows", strings.ReplaceAll(first.pem(), "\n", "\r\n"), []string{"First"}},
		{"a mark of Windows before it", "\ufeff" + first.pem() + second.pem(), []string{"First", "Second"}},
		{"with a private key", key + first.pem(), []string{"First"}},
		{"a server's own", leaf, []string{"flow-bot"}},
		{"one that is broken among others", first.pem() + pemOf("CERTIFICATE", []byte("rubbish")) + second.pem(), []string{"First", "Second"}},
	} {
		text, err := flow.ReadAuthorities("ca.pem", []byte(test.data))
		if err != nil {
			t.Errorf("%s: %v", test.name, err)
			continue
		}
		var names []string
		for _, c := range flow.Certificates(text) {
			names = append(names, c.Subject)
		}
		if !reflect.DeepEqual(names, test.want) || strings.Contains(text, "KEY") || !x509.NewCertPool().AppendCertsFromPEM([]byte(text)) {
			t.Errorf("%s: got %v of %s", test.name, names, text)
		}
		if again, err := flow.ReadAuthorities("ca.pem", []byte(text)); again != text || err != nil {
			t.Errorf("%s: read again it is another text: %v", test.name, err)
		}
	}
}

func TestFilesWithoutCertificates(t *testing.T) {
	_, key := newAuthority(t, "First").issue(t, "flow-bot")
	for _, test := range []struct{ name, data, where string }{
		{"nothing", "", "it is empty"},
		{"nothing but white space", " \r\n\t", "it is empty"},
		{"a private key", key, "it holds a private key and no certificate"},
		{"words", "Dear diary", "it holds no certificate"},
		{"a certificate that is broken", pemOf("CERTIFICATE", []byte("rubbish")), "it holds no certificate"},
		{"one that is cut off", newAuthority(t, "First").pem()[:200], "it holds no certificate"},
		{"something else", pemOf("PUBLIC KEY", []byte("x")), "it holds no certificate"},
	} {
		for what, err := range map[string]error{
			"authorities":          second(flow.ReadAuthorities("/etc/\x1b[2Jca.pem", []byte(test.data))),
			"a client certificate": third(flow.ReadClientCertificate("/etc/\x1b[2Jca.pem", []byte(test.data), []byte(key))),
		} {
			f := flow.FaultOf(err)
			if f.Cause != flow.BadCertificate || f.Detail != "/etc/[2Jca.pem" || f.Where != test.where || strings.Contains(err.Error(), "KEY") {
				t.Errorf("%s as %s: %v", test.name, what, err)
			}
		}
	}
}

func second[T any](_ T, err error) error        { return err }
func third[T, S any](_ T, _ S, err error) error { return err }

func TestClientCertificates(t *testing.T) {
	a := newAuthority(t, "Acme Root CA 2")
	certificate, key := a.issue(t, "flow-bot")
	_, other := a.issue(t, "other")
	private := newKey(t)
	made := pemOf("CERTIFICATE", sign(t, x509.Certificate{Subject: pkix.Name{CommonName: "flow-bot"}}, a.certificate, private, a.key).Raw)
	sec1, err := x509.MarshalECPrivateKey(private)
	if err != nil {
		t.Fatal(err)
	}
	old := pemOf("EC PARAMETERS", []byte{6, 8}) + pemOf("EC PRIVATE KEY", sec1)
	locked := pemOf("ENCRYPTED PRIVATE KEY", []byte("x"))
	lockedOld := string(pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Bytes: []byte("x"),
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-256-CBC,00"}}))

	for _, test := range []struct{ name, certificate, key, where string }{ // a key of "-" is nil
		{"two files", certificate, key, ""},
		{"one file", certificate + key, "-", ""},
		{"one file, the key first", key + certificate, "-", ""},
		{"one file, named twice", certificate + key, certificate + key, ""},
		{"with its chain", certificate + a.pem(), key, ""},
		{"with the bags of an export", "Bag Attributes\n    friendlyName: x\n" + key + "Bag Attributes\n" + certificate, "-", ""},
		{"a mark of Windows before each", "\ufeff" + certificate, "\ufeff" + key, ""},
		{"a key in its older form", made, old, ""},

		{"no key", certificate, "-", "there is no key to it"},
		{"an empty key", certificate, "", "there is no key to it"},
		{"another certificate as key", certificate, a.pem(), "there is no key to it"},
		{"the key to another", certificate, other, "certificate and key do not belong together"},
		{"a key that is broken", certificate, pemOf("PRIVATE KEY", []byte("hunter2")), "certificate and key do not belong together"},
		{"a locked key", certificate, locked, "its key is locked with a password"},
		{"a locked key in its older form", certificate, lockedOld, "its key is locked with a password"},
		{"a locked key in one file", certificate + locked, "-", "its key is locked with a password"},
	} {
		given := []byte(test.key)
		if test.key == "-" {
			given = nil
		}
		shown, secret, err := flow.ReadClientCertificate("flow.pem", []byte(test.certificate), given)
		if test.where != "" {
			f := flow.FaultOf(err)
			if f.Cause != flow.BadCertificate || f.Detail != "flow.pem" || f.Where != test.where || shown != "" || !secret.IsZero() || f.Err != nil {
				t.Errorf("%s: got %v", test.name, err)
			}
			continue
		}
		if err != nil || strings.Contains(shown, "KEY") || strings.Contains(secret.Reveal(), "CERTIFICATE") {
			t.Errorf("%s: got %s, %v", test.name, shown, err)
			continue
		}
		// Of the key, the line end is cut off: it is a secret.
		if _, err := tls.X509KeyPair([]byte(shown), []byte(secret.Reveal())); err != nil {
			t.Errorf("%s: what was read is no pair: %v", test.name, err)
		}
		if got := flow.Certificates(shown); got[0].Subject != "flow-bot" || len(got) != strings.Count(test.certificate, "BEGIN CERTIFICATE") {
			t.Errorf("%s: got %+v", test.name, got)
		}
	}
}
