package weather_test

import (
	"crypto/ecdsa"
	"crypto/rsa"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"strings"
	"testing"

	"flow/gitlab/gitlabtest/weather"
)

func TestCertificatesFailAsPeopleMeetThem(t *testing.T) {
	var unknown x509.UnknownAuthorityError
	var invalid x509.CertificateInvalidError
	var name x509.HostnameError
	for _, test := range []struct {
		label   string
		tls     *weather.TLS
		trusted bool
		as      any    // the error; nil is none
		says    string // in it
	}{
		{"the root is known", &weather.TLS{}, true, nil, ""},
		{"the root is not known", &weather.TLS{}, false, &unknown, ""},
		{"expired", weather.Expired(), true, &invalid, "is after"},
		{"not yet valid", weather.NotYetValid(), true, &invalid, "is before"},
		{"another name", weather.WrongName(), true, &name, ""},
		{"another name, given", weather.WrongName("a.example.com", "b.example.com"), true, &name, ""},
		{"with the intermediate", &weather.TLS{Chain: weather.LeafAndIntermediate}, true, nil, ""},
		{"without the intermediate", &weather.TLS{Chain: weather.MissingIntermediate}, true, &unknown, ""},
		{"self-signed", &weather.TLS{Chain: weather.SelfSigned}, false, &unknown, ""},
		{"self-signed and trusted", &weather.TLS{Chain: weather.SelfSigned}, true, nil, ""},
		{"RSA", &weather.TLS{RSA: true}, true, nil, ""},
	} {
		t.Run(test.label, func(t *testing.T) {
			s := serve(t, hello, weather.Options{TLS: test.tls})
			trust := s.CA()
			if !test.trusted {
				trust = nil
			}
			_, err := try(transport(t, trust), s.URL())
			switch {
			case test.as == nil && err != nil:
				t.Errorf("refused: %v", err)
			case test.as != nil && (err == nil || !errors.As(err, test.as) || !strings.Contains(err.Error(), test.says)):
				t.Errorf("error %v, want a %T that says %q", err, test.as, test.says)
			}
		})
	}
}

// state shakes hands without looking at the certificate.
func state(t *testing.T, s *weather.Server, c *tls.Config) (tls.ConnectionState, error) {
	t.Helper()
	c.InsecureSkipVerify = true
	conn, err := tls.Dial("tcp", s.Addr(), c)
	if err != nil {
		return tls.ConnectionState{}, err
	}
	defer conn.Close()
	return conn.ConnectionState(), nil
}

func TestWhatIsSentToProveIt(t *testing.T) {
	for _, test := range []struct {
		tls    weather.TLS
		length int
	}{
		{weather.TLS{}, 2},
		{weather.TLS{Chain: weather.LeafAndIntermediate}, 2},
		{weather.TLS{Chain: weather.MissingIntermediate}, 1},
		{weather.TLS{Chain: weather.SelfSigned}, 1},
	} {
		s := serve(t, hello, weather.Options{TLS: &test.tls})
		got, err := state(t, s, &tls.Config{})
		if err != nil {
			t.Fatal(err)
		}
		chain := got.PeerCertificates
		self := chain[0].CheckSignatureFrom(chain[0]) == nil || chain[0].Issuer.String() == chain[0].Subject.String()
		if len(chain) != test.length || self != (test.tls.Chain == weather.SelfSigned) {
			t.Errorf("chain %d: %d certificates, signed by itself: %v", test.tls.Chain, len(chain), self)
		}
	}
}

func TestKeys(t *testing.T) {
	for _, kind := range []bool{false, true} {
		got, err := state(t, serve(t, hello, weather.Options{TLS: &weather.TLS{RSA: kind}}), &tls.Config{})
		if err != nil {
			t.Fatal(err)
		}
		_, isRSA := got.PeerCertificates[0].PublicKey.(*rsa.PublicKey)
		_, isECDSA := got.PeerCertificates[0].PublicKey.(*ecdsa.PublicKey)
		if isRSA != kind || isECDSA == kind {
			t.Errorf("RSA wanted: %v, got %T", kind, got.PeerCertificates[0].PublicKey)
		}
	}
}

func TestVersionsOfTLS(t *testing.T) {
	for _, test := range []struct {
		name     string
		server   *weather.TLS
		min, max uint16 // the client's
		want     uint16 // 0 is a failed handshake
	}{
		{"today's", &weather.TLS{}, tls.VersionTLS12, 0, tls.VersionTLS13},
		{"the client wants 1.1", &weather.TLS{}, tls.VersionTLS10, tls.VersionTLS11, 0},
		{"1.2 at most", &weather.TLS{MaxVersion: tls.VersionTLS12}, tls.VersionTLS12, 0, tls.VersionTLS12},
		{"1.2 at most, the client wants 1.3", &weather.TLS{MaxVersion: tls.VersionTLS12}, tls.VersionTLS13, 0, 0},
		{"1.3 only", &weather.TLS{MinVersion: tls.VersionTLS13}, tls.VersionTLS12, tls.VersionTLS12, 0},
		{"1.1 at most", weather.OldTLS(), tls.VersionTLS10, 0, tls.VersionTLS11},
		{"1.0 as well", weather.OldTLS(), tls.VersionTLS10, tls.VersionTLS10, tls.VersionTLS10},
		{"1.1 at most, the client wants 1.2", weather.OldTLS(), tls.VersionTLS12, 0, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := serve(t, hello, weather.Options{TLS: test.server})
			got, err := state(t, s, &tls.Config{MinVersion: test.min, MaxVersion: test.max})
			if got.Version != test.want || (err == nil) != (test.want != 0) {
				t.Errorf("version %#x, error %v, want %#x", got.Version, err, test.want)
			}
		})
	}
	s := serve(t, hello, weather.Options{TLS: weather.OldTLS()})
	_, err := try(transport(t, s.CA()), s.URL())
	if err == nil || !strings.Contains(err.Error(), "remote error: tls: protocol version not supported") {
		t.Errorf("net/http's error: %v", err)
	}
}

func TestHTTP2IsOfferedUnlessSaid(t *testing.T) {
	for want, o := range map[string]*weather.TLS{
		"h2": {}, "http/1.1": {HTTP1: true},
	} {
		got, err := state(t, serve(t, hello, weather.Options{TLS: o}), &tls.Config{NextProtos: []string{"h2", "http/1.1"}})
		if err != nil || got.NegotiatedProtocol != want {
			t.Errorf("%q, %v, want %q", got.NegotiatedProtocol, err, want)
		}
	}
}

func TestTheAuthorityInBothForms(t *testing.T) {
	a, err := weather.NewAuthority("Acme Root CA 3")
	if err != nil {
		t.Fatal(err)
	}
	s := serve(t, hello, weather.Options{TLS: &weather.TLS{Authority: a}})
	if string(s.CA()) != string(a.PEM()) || s.Authority() != a || s.ClientAuthority() != a {
		t.Error("the server has another authority")
	}
	fromDER, err := x509.ParseCertificate(a.DER())
	if err != nil {
		t.Fatal(err)
	}
	roots := x509.NewCertPool()
	roots.AddCert(fromDER)
	for name, roots := range map[string]*x509.CertPool{"DER": roots, "PEM": pool(a.PEM()), "pool": a.Pool()} {
		tr := transport(t, nil)
		tr.TLSClientConfig.RootCAs = roots
		if _, err := try(tr, s.URL()); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	other, err := weather.NewAuthority("Acme Root CA 3")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := try(transport(t, other.PEM()), s.URL()); err == nil {
		t.Error("another authority of the same name is as good")
	}
	if fromDER.Subject.CommonName != "Acme Root CA 3" {
		t.Errorf("it is called %s", fromDER.Subject)
	}
}
