package weather_test

import (
	"crypto/tls"
	"os"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestClientCertificates(t *testing.T) {
	taken, err := weather.NewAuthority("Acme Clients")
	if err != nil {
		t.Fatal(err)
	}
	other, err := weather.NewAuthority("Somebody's Clients")
	if err != nil {
		t.Fatal(err)
	}
	const required, unfit = "No required SSL certificate was sent", "The SSL certificate error"
	for _, test := range []struct {
		name     string
		clients  weather.Clients
		max      uint16
		issuer   *weather.Authority // nil shows none
		notAfter time.Time
		alert    string
		page     string
	}{
		{"not asked for", weather.NoClients, 0, nil, time.Time{}, "", ""},
		{"at the handshake: none", weather.AtHandshake, 0, nil, time.Time{}, "certificate required", ""},
		{"at the handshake: none, TLS 1.2", weather.AtHandshake, tls.VersionTLS12, nil, time.Time{}, "handshake failure", ""},
		{"at the handshake: an unknown one", weather.AtHandshake, 0, other, time.Time{}, "unknown certificate authority", ""},
		{"at the handshake: one that is over", weather.AtHandshake, 0, taken, time.Now().AddDate(0, -1, 0), "expired certificate", ""},
		{"at the handshake: a good one", weather.AtHandshake, 0, taken, time.Time{}, "", ""},
		{"nginx: none", weather.ByNginx, 0, nil, time.Time{}, "", required},
		{"nginx: an unknown one", weather.ByNginx, 0, other, time.Time{}, "", unfit},
		{"nginx: one that is over", weather.ByNginx, 0, taken, time.Now().AddDate(0, -1, 0), "", unfit},
		{"nginx: a good one", weather.ByNginx, 0, taken, time.Time{}, "", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := site(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{Clients: test.clients, ClientAuthority: taken, MaxVersion: test.max}})
			tr := transport(t, s.CA())
			if test.issuer != nil {
				certificate, err := test.issuer.Client("ana", test.notAfter)
				if err != nil {
					t.Fatal(err)
				}
				pair, err := certificate.Pair()
				if err != nil {
					t.Fatal(err)
				}
				// Shown in any case: by default Go keeps one to itself that the
				// server would not take.
				tr.TLSClientConfig.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &pair, nil }
			}
			got, err := try(tr, s.URL()+"/api/v4/user")
			switch {
			case test.alert != "":
				if err == nil || !strings.Contains(err.Error(), "remote error: tls: ") || !strings.Contains(err.Error(), test.alert) {
					t.Errorf("status %d, error %v, want the alert %q", got.status, err, test.alert)
				}
			case err != nil:
				t.Error(err)
			case test.page != "":
				if got.status != 400 || got.header.Get("Server") != "nginx" {
					t.Errorf("status %d from %s", got.status, got.header.Get("Server"))
				}
				got.has(t, "<title>400 "+test.page+"</title>", "<center>"+test.page+"</center>")
				if len(s.Requests()) != 0 {
					t.Error("GitLab was asked all the same")
				}
			case got.status != 200:
				t.Errorf("status %d: %s", got.status, got.body)
			}
		})
	}
}

func TestClientCertificatesAreFiles(t *testing.T) {
	s := serve(t, hello, weather.Options{TLS: &weather.TLS{Clients: weather.AtHandshake}})
	certificate, err := s.ClientAuthority().Client("ana", time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	certificateFile, keyFile, err := certificate.WriteFiles(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	pair, err := tls.LoadX509KeyPair(certificateFile, keyFile)
	if err != nil {
		t.Fatal(err)
	}
	tr := transport(t, s.CA())
	tr.TLSClientConfig.Certificates = []tls.Certificate{pair}
	if got, err := try(tr, s.URL()); err != nil || got.status != 200 {
		t.Errorf("%d, %v", got.status, err)
	}
	if info, err := os.Stat(keyFile); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info.Mode(), err)
	}
	if !strings.HasPrefix(string(certificate.Key), "-----BEGIN PRIVATE KEY-----") {
		t.Errorf("the key begins with %.30s", certificate.Key)
	}
}
