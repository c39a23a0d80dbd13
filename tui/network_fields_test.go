package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

func proxyFields(n flow.Network) *networkFields {
	f := newNetworkFields(&env{}, n)
	f.texts[netProxy].focus()
	return &f
}

// A password inside the proxy's address is out of it as soon as it can be told to
// be one, however it came there.
func TestProxyPasswordIsTakenOut(t *testing.T) {
	for _, test := range []struct{ given, shown, proxy, password string }{
		{"proxy.example.com:3128", "proxy.example.com:3128", "http://proxy.example.com:3128", ""},
		{"ana@proxy.example.com:3128", "ana@proxy.example.com:3128", "http://ana@proxy.example.com:3128", ""},
		{"ana:hunter22@proxy.example.com:3128", "ana@proxy.example.com:3128", "http://ana@proxy.example.com:3128", "hunter22"},
		{"http://ana:hunter22@proxy:3128", "http://ana@proxy:3128", "http://ana@proxy:3128", "hunter22"},
		{"ana:p%40ss:w@proxy:3128", "ana@proxy:3128", "http://ana@proxy:3128", "p@ss:w"},
		{"ana:p@ss@proxy:3128", "ana@proxy:3128", "http://ana@proxy:3128", "p@ss"},
	} {
		pasted, typed := proxyFields(flow.Network{}), proxyFields(flow.Network{})
		pasted.edit(netProxy, tea.PasteMsg{Content: test.given})
		for _, r := range test.given {
			typed.edit(netProxy, press(r, 0))
		}
		for how, f := range map[string]*networkFields{"pasted": pasted, "typed": typed} {
			if got := f.texts[netProxy].value(); got != test.shown {
				t.Errorf("%s %s: the field shows %q", how, test.given, got)
			}
			f.leave(netProxy)
			if f.n.Proxy != test.proxy || f.n.ProxyPassword.Reveal() != test.password {
				t.Errorf("%s %s: the proxy is %q with %q", how, test.given, f.n.Proxy, f.n.ProxyPassword.Reveal())
			}
		}
	}
}

// A password goes to the proxy for which it was given, and to no other.
func TestAnotherProxyDropsThePassword(t *testing.T) {
	stored := flow.Network{Proxy: "http://ana@proxy:3128", ProxyPassword: flow.NewSecret("hunter22")}
	for _, test := range []struct {
		name, given string
		kept        bool
	}{
		{"left as it is", stored.Proxy, true},
		{"the same in other words", "ana@PROXY:3128", true},
		{"another host", "ana@other:3128", false},
		{"another user", "bob@proxy:3128", false},
		{"none", "", false},
		{"not an address", "ana@pro xy", false},
	} {
		f := proxyFields(stored)
		f.texts[netProxy].setValue(test.given)
		f.leave(netProxy)
		if kept := !f.n.ProxyPassword.IsZero(); kept != test.kept {
			t.Errorf("%s: the proxy is %q, its password is kept: %v", test.name, f.n.Proxy, kept)
		}
	}
}

// What was typed with an address goes with it.
func TestClearedProxyTakesItsPasswordAlong(t *testing.T) {
	f := proxyFields(flow.Network{})
	f.edit(netProxy, tea.PasteMsg{Content: "ana:hunter22@proxy:3128"})
	f.edit(netProxy, press('u', tea.ModCtrl))
	f.edit(netProxy, tea.PasteMsg{Content: "other:3128"})
	f.leave(netProxy)
	if f.n.Proxy != "http://other:3128" || !f.n.ProxyPassword.IsZero() || f.texts[netPassword].value() != "" {
		t.Errorf("the proxy is %q, its password %q", f.n.Proxy, f.n.ProxyPassword.Reveal())
	}
}

// A password is kept for a user name only: without one it would be sent to nobody.
func TestProxyPasswordNeedsAUser(t *testing.T) {
	for _, test := range []struct {
		proxy   string
		refused bool
	}{{"", true}, {"proxy:3128", true}, {"ana@proxy:3128", false}} {
		f := proxyFields(flow.Network{})
		f.edit(netProxy, tea.PasteMsg{Content: test.proxy})
		f.leave(netProxy)
		f.texts[netPassword].setValue("hunter22")
		f.leave(netPassword)
		if stop, refused := f.wrong(); refused != test.refused || refused && stop != netPassword {
			t.Errorf("with the proxy %q: refused %v, at %v", test.proxy, refused, stop)
		}
		f.texts[netProxy].setValue("ana@other:3128")
		f.leave(netProxy)
		if _, refused := f.wrong(); refused {
			t.Errorf("with the proxy %q: refused after another one was given", test.proxy)
		}
	}
}

// A certificate without its key, as drafts are kept, is asked for anew.
func TestLostKey(t *testing.T) {
	f := newNetworkFields(&env{}, flow.Network{Certificate: "a certificate"})
	if !f.lost || f.n.Certificate != "" || !f.open(netCertificate) || !f.open(netKey) {
		t.Errorf("the fields are %+v", f.n)
	}
}

// Where a fault speaks of a field below, the pages without it name the page that
// has it.
func TestFaultsNameThePageOfTheirFields(t *testing.T) {
	for cause, stops := range cures {
		next := (&flow.Fault{Cause: cause}).Next()
		if !strings.Contains(next, "below") {
			continue
		}
		if strings.Contains(underNetwork(next), "below") || !strings.Contains(underNetwork(next), "under Network") {
			t.Errorf("%s: elsewhere it says %q", cause, underNetwork(next))
		}
		if named := " as " + netLabels[stops[0]] + "."; !strings.HasSuffix(next, named) {
			t.Errorf("%s: %q does not end in %q", cause, next, named)
		}
		s := flow.StatusOf(&flow.Fault{Cause: cause}, time.Time{})
		if m := mendedBy(s); m == nil || strings.Contains(reason(s), "below") {
			t.Errorf("%s: the list says %q", cause, reason(s))
		}
	}
}

// What a server showed can be compared in every width: whole, and in whole pairs.
func TestOfferedCertificate(t *testing.T) {
	day := time.Date(2031, 11, 3, 0, 0, 0, 0, time.UTC)
	root := flow.Certificate{Subject: "Acme Root CA 2", Issuer: "Acme Root CA 2", Until: day, SHA256: strings.TrimSuffix(strings.Repeat("4f:19:", 16), ":")}
	server := flow.Certificate{Subject: "gitlab", Issuer: "Acme Root CA 2", From: day.AddDate(-5, 0, 0), Until: day.AddDate(-4, 0, 0), Names: []string{"a.example.com", "b.example.com", "c.example.com", "d.example.com", "e.example.com"}, More: 290}
	between := root
	between.Subject = "Acme Servers"
	for _, test := range []struct {
		name  string
		chain []flow.Certificate
		width int
		want  string
	}{
		{"a root, wide", []flow.Certificate{server, root}, 80, `                  Offered: "Acme Root CA 2", until 3 Nov 2031, SHA-256
                  4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
                  4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19
                  The server's own is for a.example.com, b.example.com,
                  c.example.com and 292 more, from 3 Nov 2026 until 3 Nov 2027.`},
		{"a root, narrow", []flow.Certificate{server, root}, 60, `    Offered: "Acme Root CA 2", until 3 Nov 2031, SHA-256
    4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
    4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19`},
		{"the last that is sent, narrow", []flow.Certificate{server, between}, 60, `    Offered: "Acme Servers" from "Acme Root CA 2", until 3
    Nov 2031, SHA-256
    4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
    4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19`},
		{"its own alone, wide", []flow.Certificate{root}, 80, `                  Offered: "Acme Root CA 2", until 3 Nov 2031, SHA-256
                  4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:
                  4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19:4f:19
                  It is for no name, from 1 Jan 0001 until 3 Nov 2031.`},
	} {
		f := newNetworkFields(&env{}, flow.Network{})
		f.fault = &flow.Fault{Cause: flow.UnknownCA, Chain: test.chain}
		b, margin := newBody(), 18
		if test.width < roomy {
			margin = 4
		}
		f.drawOffered(&b, margin, test.width)
		if got := strings.ReplaceAll(texts(b), "|", "\n"); got != test.want {
			t.Errorf("%s:\n%s\nwant\n%s", test.name, got, test.want)
		}
	}
}

// The secrets of a stored network come a moment after its page: what was typed
// meanwhile stays, and they go with nothing else than what they were stored for.
func TestStoredSecretsJoinWhatIsTyped(t *testing.T) {
	stored := flow.Network{
		Proxy: "http://ana@proxy:3128", ProxyPassword: flow.NewSecret("hunter22"),
		Certificate: "a certificate", Key: flow.NewSecret("its key"),
	}
	without := stored.WithoutSecrets()
	for _, test := range []struct {
		name     string
		meantime func(f *networkFields)
		want     flow.Network // as the test of the connection uses it
	}{
		{"nothing", func(*networkFields) {}, stored},
		{"the same proxy typed anew", func(f *networkFields) {
			f.edit(netProxy, press('u', tea.ModCtrl))
			f.edit(netProxy, tea.PasteMsg{Content: "ana@proxy:3128"})
		}, stored},
		{"another proxy, still typed", func(f *networkFields) {
			f.edit(netProxy, press('u', tea.ModCtrl))
			f.edit(netProxy, tea.PasteMsg{Content: "127.0.0.1:3128"})
		}, flow.Network{Proxy: "http://127.0.0.1:3128", Certificate: stored.Certificate, Key: stored.Key}},
		{"another proxy, given", func(f *networkFields) {
			f.edit(netProxy, press('u', tea.ModCtrl))
			f.edit(netProxy, tea.PasteMsg{Content: "bob:letmein1@other:3128"})
			f.leave(netProxy)
		}, flow.Network{Proxy: "http://bob@other:3128", ProxyPassword: flow.NewSecret("letmein1"), Certificate: stored.Certificate, Key: stored.Key}},
		{"another password, still typed", func(f *networkFields) {
			f.edit(netPassword, tea.PasteMsg{Content: "letmein1"})
		}, flow.Network{Proxy: stored.Proxy, ProxyPassword: flow.NewSecret("letmein1"), Certificate: stored.Certificate, Key: stored.Key}},
		{"a box", func(f *networkFields) { f.toggle(netUnverified) }, func() flow.Network {
			n := stored
			n.Unverified = true
			return n
		}()},
		{"the certificate taken away", func(f *networkFields) {
			f.edit(netCertificate, press('u', tea.ModCtrl))
		}, flow.Network{Proxy: stored.Proxy, ProxyPassword: stored.ProxyPassword}},
	} {
		f := newNetworkFields(&env{}, without)
		f.all = true
		for s := range netStops {
			if text := f.at(s); text != nil {
				text.focus()
			}
		}
		test.meantime(&f)
		shown := f.texts[netProxy].value()
		f.join(stored)
		if got := f.texts[netProxy].value(); got != shown {
			t.Errorf("%s: the field showed %q, and shows %q", test.name, shown, got)
		}
		f.leave(netProxy)
		f.leave(netPassword)
		if f.n != test.want {
			t.Errorf("%s: the network is %+v with %q, not %+v", test.name, f.n, f.n.ProxyPassword.Reveal(), test.want)
		}
	}
}
