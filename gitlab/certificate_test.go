package gitlab_test

import (
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// testOver tests a connection over a network.
func testOver(t *testing.T, url string, n flow.Network) flow.Report {
	t.Helper()
	c, _ := newClient(t, gitlab.Options{Now: time.Now})
	conn := connect(t, url)
	conn.Network = n
	r, err := c.Test(t.Context(), conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func faultAt(t *testing.T, url string, n flow.Network) *flow.Fault {
	t.Helper()
	c, _ := newClient(t, gitlab.Options{})
	_, err := c.Find(t.Context(), url, n)
	return flow.FaultOf(orNone(err))
}

// fingerprint is that of a certificate as administrators compare it.
func fingerprint(t *testing.T, text []byte) string {
	t.Helper()
	block, _ := pem.Decode(text)
	sum := sha256.Sum256(block.Bytes)
	var pairs []string
	for _, b := range sum {
		pairs = append(pairs, hex.EncodeToString([]byte{b}))
	}
	return strings.Join(pairs, ":")
}

func TestAnUntrustedCertificateIsShown(t *testing.T) {
	s := stand(t, weather.Nginx(), weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.acme.com", "git.acme.com", "127.0.0.1"}}})
	f := faultAt(t, s.URL(), flow.Network{})
	if f.Cause != flow.UnknownCA || len(f.Chain) != 2 {
		t.Fatalf("%v, chain %+v", f, f.Chain)
	}
	own, root := f.Chain[0], f.Chain[1]
	if own.Subject != "gitlab.acme.com" || own.Issuer != "Acme Root CA 2" || !slices.Equal(own.Names, []string{"gitlab.acme.com", "git.acme.com", "127.0.0.1"}) ||
		own.From.After(time.Now()) || own.Until.Before(time.Now().AddDate(0, 11, 0)) {
		t.Errorf("its own: %+v", own)
	}
	if root.Subject != "Acme Root CA 2" || root.SHA256 != fingerprint(t, s.CA()) {
		t.Errorf("its authority: %+v, want SHA-256 %s", root, fingerprint(t, s.CA()))
	}
	for cause, o := range map[flow.Cause]*weather.TLS{
		flow.SelfSigned: {Chain: weather.SelfSigned}, flow.CertExpired: weather.Expired(), flow.CertEarly: weather.NotYetValid(), flow.WrongName: weather.WrongName(),
	} {
		s := stand(t, weather.Nginx(), weather.Options{TLS: o})
		if f := faultAt(t, s.URL(), flow.Network{}); f.Cause != cause || len(f.Chain) == 0 {
			t.Errorf("%s: got %s with %d certificates", cause, f.Cause, len(f.Chain))
		}
	}
}

// A server may put what it likes into its certificate.
func TestWhatACertificateSaysIsCleanedAndCut(t *testing.T) {
	var names []string
	for range 300 {
		names = append(names, strings.Repeat("x", 100)+".example.com")
	}
	s := stand(t, weather.Nginx(), weather.Options{TLS: &weather.TLS{Hosts: names, Chain: weather.SelfSigned}})
	f := faultAt(t, s.URL(), flow.Network{})
	if len(f.Chain) != 1 || len(f.Chain[0].Names) != 10 || f.Chain[0].More != 290 || len(f.Sentence()) > 300 {
		t.Errorf("%s, %d names", f.Sentence(), len(f.Chain[0].Names))
	}
	authority, err := weather.NewAuthority("Acme\x1b[2J Root\u202e")
	if err != nil {
		t.Fatal(err)
	}
	s = stand(t, weather.Nginx(), weather.Options{TLS: &weather.TLS{Authority: authority}})
	if f := faultAt(t, s.URL(), flow.Network{}); f.Detail != "Acme[2J Root" || strings.ContainsAny(f.Error()+f.Chain[0].Issuer, "\x1b\u202e") {
		t.Errorf("%q", f.Error())
	}
}

// Nothing that is told of a certificate repeats the token.
func TestACertificateMayHoldTheToken(t *testing.T) {
	authority, err := weather.NewAuthority("CA of " + gitlabtest.DemoToken)
	if err != nil {
		t.Fatal(err)
	}
	s := stand(t, weather.Nginx(), weather.Options{TLS: &weather.TLS{Authority: authority, Hosts: []string{gitlabtest.DemoToken + ".example.com", "127.0.0.1"}}})
	c := failed(testOver(t, s.URL(), flow.Network{}))
	if told := fmt.Sprintf("%+v", c); len(c.Certificates) != 2 || c.Certificates[0].Subject != "CA of ****" || strings.Contains(told, gitlabtest.DemoToken) {
		t.Errorf("%s", told)
	}
}

func TestACAFileIsTrustedForItsNetworkOnly(t *testing.T) {
	for name, o := range map[string]*weather.TLS{
		"the root": {}, "one between is sent": {Chain: weather.LeafAndIntermediate}, "signed by itself": {Chain: weather.SelfSigned}, "TLS 1.2": {MaxVersion: 0x0303},
	} {
		s := behind(t, gitlabtest.Options{Path: "/git"}, weather.Options{TLS: o})
		r := testOver(t, s.URL(), trusts(s.CA()))
		if check := r.Check(flow.CheckTLS); !r.Passed() || check.Status != flow.OK {
			t.Errorf("%s: %s", name, lines(r))
		}
		if f := faultAt(t, s.URL(), flow.Network{}); !slices.Contains(flow.NeedCA, f.Cause) {
			t.Errorf("%s, elsewhere: %v", name, f)
		}
	}
}

func TestTheTLSCheckSaysWhoseCertificate(t *testing.T) {
	day := func(d int) time.Time { return time.Now().AddDate(0, 0, d) }
	for _, test := range []struct {
		name    string
		o       *weather.TLS
		network func(ca []byte) flow.Network
		status  flow.CheckStatus
		text    string
		hint    string
	}{
		{"trusted", &weather.TLS{}, trusts, flow.OK, "TLS 1.3, certificate of Acme Root CA 2 until " + flow.Date(day(0).AddDate(1, 0, 0).UTC()), ""},
		{"TLS 1.2", &weather.TLS{MaxVersion: 0x0303}, trusts, flow.OK, "TLS 1.2, certificate of Acme Root CA 2 until " + flow.Date(day(0).AddDate(1, 0, 0).UTC()), ""},
		{"soon over", &weather.TLS{NotAfter: day(5)}, trusts, flow.Warning, "TLS 1.3, certificate of Acme Root CA 2 until " + flow.Date(day(5).UTC()),
			"Its administrator has to renew the certificate before that day; Flow does not connect after it."},
		{"not verified", weather.WrongName(), func([]byte) flow.Network { return flow.Network{Unverified: true} }, flow.Warning, "TLS 1.3, certificate not verified",
			"Others on the way can pose as this GitLab. It shows a certificate of Acme Root CA 2, SHA-256 "},
	} {
		s := behind(t, gitlabtest.Options{}, weather.Options{TLS: test.o})
		r := testOver(t, s.URL(), test.network(s.CA()))
		if c := r.Check(flow.CheckTLS); !r.Passed() || c.Status != test.status || c.Text != test.text || !strings.HasPrefix(c.Hint, test.hint) || c.Took <= 0 {
			t.Errorf("%s: %+v", test.name, c)
		}
	}
}

// clientOf is the network that shows a client certificate.
func clientOf(t *testing.T, s *weather.Server, issued weather.ClientCertificate) flow.Network {
	t.Helper()
	n := trusts(s.CA())
	var err error
	if n.Certificate, n.Key, err = flow.ReadClientCertificate("client.crt", issued.Certificate, issued.Key); err != nil {
		t.Fatal(err)
	}
	return n
}

func TestAClientCertificate(t *testing.T) {
	stranger, err := weather.NewAuthority("Somebody else")
	if err != nil {
		t.Fatal(err)
	}
	for name, o := range map[string]*weather.TLS{
		"at the handshake": {Clients: weather.AtHandshake}, "before TLS 1.3": {Clients: weather.AtHandshake, MaxVersion: 0x0303}, "as nginx does": {Clients: weather.ByNginx},
	} {
		s := behind(t, gitlabtest.Options{}, weather.Options{TLS: o})
		issue := func(a *weather.Authority, until time.Time) flow.Network {
			c, err := a.Client("flow-bot", until)
			if err != nil {
				t.Fatal(err)
			}
			return clientOf(t, s.Front, c)
		}
		own := s.Front.ClientAuthority()
		if r := testOver(t, s.URL(), issue(own, time.Time{})); !r.Passed() || r.Check(flow.CheckTLS).Status != flow.OK {
			t.Errorf("%s: %s", name, lines(r))
		}
		soon := testOver(t, s.URL(), issue(own, time.Now().AddDate(0, 0, 9))).Check(flow.CheckTLS)
		if soon.Status != flow.Warning || !strings.HasPrefix(soon.Hint, `The client certificate of Flow, "flow-bot", ends on `) {
			t.Errorf("%s, soon over: %+v", name, soon)
		}
		for why, n := range map[string]flow.Network{"over": issue(own, time.Now().AddDate(0, 0, -1)), "of a stranger": issue(stranger, time.Time{})} {
			want := sentenceAt(s.URL(), "HOST does not accept the client certificate that Flow shows.")
			if f := faultAt(t, s.URL(), n); f.Sentence() != want {
				t.Errorf("%s, %s: %v", name, why, f)
			}
			r := testOver(t, s.URL(), n)
			if c := failed(r); c.Text+"." != want || c.Field != flow.FieldNetwork || c.Hint != "Give another one below, as Own certificate." {
				t.Errorf("%s, %s: %+v", name, why, c)
			}
		}
	}
}

// Some servers end the connection without a word once they have seen that there
// is no client certificate, or not the right one.
func TestAServerThatWantsAClientCertificateAndSaysNothing(t *testing.T) {
	s := stand(t, weather.Nginx(), weather.Options{TLS: &weather.TLS{}}) // for its authority
	issued, err := s.Authority().Client("flow-bot", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	pair, err := issued.Pair()
	if err != nil {
		t.Fatal(err)
	}
	for want, o := range map[string]struct {
		ask     tls.ClientAuthType
		n       flow.Network
		answers bool // before it ends the connection
	}{
		"HOST wants to see a client certificate, and Flow has none for it.": {tls.RequestClientCert, flow.Network{Unverified: true}, false},
		"HOST does not accept the client certificate that Flow shows.":      {tls.RequestClientCert, clientOf(t, s, issued), false},
		"Can't reach HOST: the connection breaks off.":                      {tls.NoClientCert, flow.Network{Unverified: true}, false},
		"Can't reach HOST: the connection breaks off. ":                     {tls.RequestClientCert, clientOf(t, s, issued), true},
	} {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { listener.Close() })
		go func() {
			for {
				conn, err := listener.Accept()
				if err != nil {
					return
				}
				secured := tls.Server(conn, &tls.Config{Certificates: []tls.Certificate{pair}, ClientAuth: o.ask})
				if secured.Handshake() == nil && o.answers {
					secured.Read(make([]byte, 1000))
					io.WriteString(secured, "HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"+strings.Repeat("x", 100))
				}
				conn.Close() // without TLS's own end
			}
		}()
		o.n.Unverified = true
		f := faultAt(t, "https://"+listener.Addr().String(), o.n)
		if f.Sentence() != strings.TrimSpace(sentenceAt("https://"+listener.Addr().String(), want)) {
			t.Errorf("got %s, want %s", f.Sentence(), want)
		}
	}
}

func TestWhatIsStoredOfANetworkMayBeBroken(t *testing.T) {
	for want, n := range map[string]flow.Network{
		"Can't use the CA file: it holds no certificate.":                               {Authorities: "nothing"},
		"Can't use the client certificate: certificate and key do not belong together.": {Certificate: "nothing", Key: flow.NewSecret("a private key")},
		`"proxy.example.com:3128" is no address of a proxy: it can't be read.`:          {Proxy: "http://ana:%zz@proxy.example.com:3128"},
	} {
		if f := faultAt(t, "https://gitlab.example.com", n); f.Sentence() != want {
			t.Errorf("got %s, want %s", f.Sentence(), want)
		}
		r := testOver(t, "https://gitlab.example.com", n)
		if c := failed(r); c.Text+"." != want || c.Field != flow.FieldNetwork || strings.Contains(c.Text, "private") {
			t.Errorf("%+v", c)
		}
	}
}

// Before anything is trusted nothing is said: no request reaches a server whose
// certificate is not.
func TestNothingIsAskedOfAServerThatIsNotTrusted(t *testing.T) {
	s := stand(t, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}), weather.Options{TLS: &weather.TLS{}})
	testOver(t, s.URL(), flow.Network{})
	faultAt(t, s.URL(), flow.Network{})
	if n := len(s.Requests()); n != 0 {
		t.Errorf("%d requests", n)
	}
}
