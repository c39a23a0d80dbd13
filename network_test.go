package flow_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"flow"
)

func TestProxiesAsPeopleTypeThem(t *testing.T) {
	for _, test := range []struct{ typed, want, password string }{
		{"", "", ""},
		{" \n", "", ""},
		{"direct", flow.NoProxy, ""},
		{"Direct", flow.NoProxy, ""},
		{"none", flow.NoProxy, ""},
		{" NONE ", flow.NoProxy, ""},
		{"proxy.example.com:3128", "http://proxy.example.com:3128", ""},
		{"  proxy.example.com:3128\r\n", "http://proxy.example.com:3128", ""},
		{"proxy", "http://proxy", ""},
		{"proxy:", "http://proxy", ""},
		{"HTTP://Proxy.Example.COM:3128/", "http://proxy.example.com:3128", ""},
		{"https://proxy.example.com", "https://proxy.example.com", ""},
		{"socks5://proxy.example.com:1080", "socks5://proxy.example.com:1080", ""},
		{"socks5h://10.0.0.1:1080", "socks5h://10.0.0.1:1080", ""},
		{"[2001:db8::1]:3128", "http://[2001:db8::1]:3128", ""},
		{"http://[::1]", "http://[::1]", ""},

		{"ana@proxy:3128", "http://ana@proxy:3128", ""},
		{"ana:@proxy:3128", "http://ana@proxy:3128", ""},
		{"ana:hunter2@proxy:3128", "http://ana@proxy:3128", "hunter2"},
		{"https://ana:hunter2@proxy", "https://ana@proxy", "hunter2"},
		{":hunter2@proxy", "http://proxy", "hunter2"},
		{"@proxy", "http://proxy", ""},
		{"ana:hunter2@[::1]:3128", "http://ana@[::1]:3128", "hunter2"},
		{"ana:hun:ter2@proxy", "http://ana@proxy", "hun:ter2"},
		{"ana:hun@ter2@proxy", "http://ana@proxy", "hun@ter2"},
		{"ana:hun%40ter%2F2%25@proxy", "http://ana@proxy", "hun@ter/2%"},
		{"ana:p%E4ss@proxy", "http://ana@proxy", "p\xe4ss"},
		{"ana:100%@proxy", "http://ana@proxy", "100%"},
		{`ACME\ana:hunter2@proxy`, "http://ACME%5Cana@proxy", "hunter2"},
		{"ana@acme.com:hunter2@proxy", "http://ana%40acme.com@proxy", "hunter2"},
		{"ana:hu[n]t^er|2@proxy", "http://ana@proxy", "hu[n]t^er|2"},
		{"%1b[31mana:hunter2@proxy", "http://%1B%5B31mana@proxy", "hunter2"},
	} {
		got, password, err := flow.ReadProxy(test.typed)
		if err != nil || got != test.want || password.Reveal() != test.password {
			t.Errorf("%q: got %q with the password %q, %v", test.typed, got, password.Reveal(), err)
		}
		if got != flow.Clean(got) {
			t.Errorf("%q: %q can't be shown", test.typed, got)
		}
		again, none, err := flow.ReadProxy(got)
		if err != nil || again != got || !none.IsZero() {
			t.Errorf("%q: what was read reads as %q, %v", test.typed, again, err)
		}
		if u, err := url.Parse(got); err != nil || got != "" && got != flow.NoProxy && u.Host == "" {
			t.Errorf("%q: %q is no URL: %v", test.typed, got, err)
		}
	}
}

func TestWhatIsNoProxy(t *testing.T) {
	for _, test := range []struct{ typed, detail, where string }{
		{"pro xy:3128", "pro xy:3128", "it holds a space or a character that can't be seen"},
		{"ana:hunter2@pro\x1bxy:3128", "proxy:3128", "it holds a space or a character that can't be seen"},
		{"ana:hun ter2@proxy:3128", "proxy:3128", "it holds a space or a character that can't be seen"},
		{"://proxy", "://proxy", "its host can't be read"},
		{"http://", "http://", "its host can't be read"},
		{"http://:3128", "http://:3128", "its host can't be read"},
		{"ana:hunter2@", "", "its host can't be read"},
		{"proxy:99999", "proxy:...", "its host can't be read"},
		{"2001:db8::1", "2001:db8::1", "its host can't be read"},
		{"[::1", "[::1", "its host can't be read"},
		{"http://%1b", "http://%1b", "its host can't be read"},
		{"ftp://proxy", "ftp://proxy", "ftp: is no proxy that Flow knows"},
		{"socks4://ana:hunter2@proxy", "proxy", "socks4: is no proxy that Flow knows"},
		{"http://proxy:3128/path", "http://proxy:3128/path", "more than a host and a port"},
		{"http://ana:hunter2@proxy?a=b", "proxy?a=b", "more than a host and a port"},
		{"http://proxy#a", "http://proxy#a", "more than a host and a port"},

		// A password must be taken for one wherever it may stand.
		{"ana:hun/ter2@proxy", "proxy", "write %2F, %3F and %23 for a slash, ? and # before the @"},
		{"ana:hun#ter2@proxy", "proxy", "write %2F, %3F and %23 for a slash, ? and # before the @"},
		{"ana:hun?ter2@proxy", "proxy", "write %2F, %3F and %23 for a slash, ? and # before the @"},
		{"http://ana:12/hunter2@proxy", "proxy", "write %2F, %3F and %23 for a slash, ? and # before the @"},
		{"ana:hunter2", "ana:...", "its host can't be read"},
		{"http://ana:hunter2", "http://ana:...", "its host can't be read"},
		{"ana:hunter2%40proxy:3128", "ana:...", "its host can't be read"},
		{"ana:hunter2://x@proxy", "proxy", "its host can't be read"},
		{"ana:hunter2://x", "ana:...", "its host can't be read"},
		{"ana:%20hunter2@proxy", "proxy", "white space stands before or after its password"},
		{"ana:hunter2%0a@proxy", "proxy", "white space stands before or after its password"},
		{"ana:%20@proxy", "proxy", "white space stands before or after its password"},
	} {
		proxy, password, err := flow.ReadProxy(test.typed)
		var f *flow.Fault
		if !errors.As(err, &f) || f.Cause != flow.BadProxy || proxy != "" || !password.IsZero() {
			t.Errorf("%q: got %q, %v", test.typed, proxy, err)
			continue
		}
		if f.Detail != test.detail || f.Where != test.where {
			t.Errorf("%q: it says of %q: %s", test.typed, f.Detail, f.Where)
		}
		for _, text := range []string{err.Error(), f.Sentence(), f.Next(), fmt.Sprintf("%+v", f)} {
			if strings.Contains(text, "hun") || strings.Contains(text, "ter2") || text != flow.Clean(text) {
				t.Errorf("%q: it says %q", test.typed, text)
			}
		}
	}
}

func TestProxyHosts(t *testing.T) {
	for proxy, want := range map[string]string{
		"http://ana@proxy.example.com:3128":        "proxy.example.com:3128",
		"http://ana:hunter2@[::1]:3128":            "[::1]:3128",
		"http://ana:hun%zzter2@proxy:3128":         "proxy:3128",
		"ana:hunter2":                              "",
		"http://ana:hunter2":                       "http://ana:...",
		"http://\x1b[31m@proxy":                    "proxy",
		"http://" + strings.Repeat("x", 99) + ":1": strings.Repeat("x", 77) + "...",
	} {
		if got := flow.ProxyHost(proxy); got != want {
			t.Errorf("%q: got %q, want %q", proxy, got, want)
		}
	}
}

func TestNetworksInWords(t *testing.T) {
	root := newAuthority(t, "Acme Root CA 2").pem()
	odd := newAuthority(t, "\x1b[31mred\u202e\n root").pem()
	own, key := newAuthority(t, "Acme Root CA 2").issue(t, "flow-bot")
	for _, test := range []struct {
		name    string
		network flow.Network
		want    string
	}{
		{"the machine's way", flow.Network{}, ""},
		{"http", flow.Network{PlainHTTP: true}, "http accepted"},
		{"any certificate", flow.Network{Unverified: true}, "certificate not verified"},
		{"an authority", flow.Network{Authorities: root}, `"Acme Root CA 2" trusted, until 3 Nov 2031`},
		{"three", flow.Network{Authorities: root + root + root},
			`"Acme Root CA 2" trusted, until 3 Nov 2031; "Acme Root CA 2" trusted, until 3 Nov 2031; "Acme Root CA 2" trusted, until 3 Nov 2031`},
		{"a bundle", flow.Network{Authorities: root + own + root + root}, "4 authorities trusted, the first until 3 Nov 2027"},
		{"an authority with an odd name", flow.Network{Authorities: odd}, `"[31mred root" trusted, until 3 Nov 2031`},
		{"what is no authority", flow.Network{Authorities: "rubbish"}, ""},
		{"a proxy", flow.Network{Proxy: "http://ana@proxy.example.com:3128", ProxyPassword: flow.NewSecret("hunter2")}, "proxy proxy.example.com:3128"},
		{"no proxy", flow.Network{Proxy: flow.NoProxy}, "no proxy"},
		{"its own certificate", flow.Network{Certificate: own + root, Key: flow.NewSecret(key)}, "shows its own certificate, until 3 Nov 2027"},
		{"everything", flow.Network{PlainHTTP: true, Unverified: true, Authorities: root, Proxy: flow.NoProxy, Certificate: own},
			`http accepted; certificate not verified; "Acme Root CA 2" trusted, until 3 Nov 2031; no proxy; shows its own certificate, until 3 Nov 2027`},
	} {
		if got := strings.Join(test.network.Words(), "; "); got != test.want {
			t.Errorf("%s: got %s, want %s", test.name, got, test.want)
		}
	}
}

// wholeNetwork has every field set.
func wholeNetwork() flow.Network {
	return flow.Network{PlainHTTP: true, Authorities: "CA", Unverified: true, Proxy: "http://ana@proxy:3128",
		ProxyPassword: flow.NewSecret("hunter2"), Certificate: "CERT", Key: flow.NewSecret("the key")}
}

func TestWhatOfANetworkIsKept(t *testing.T) {
	whole := wholeNetwork()
	open, kept := whole, whole
	open.ProxyPassword, open.Key = flow.Secret{}, flow.Secret{}
	kept.ProxyPassword, kept.Key, kept.Certificate = flow.Secret{}, flow.Secret{}, ""
	if whole.WithoutSecrets() != open || whole.Kept() != kept || whole.IsZero() || !(flow.Network{}).IsZero() {
		t.Errorf("in the open %+v, kept %+v", whole.WithoutSecrets(), whole.Kept())
	}
	text, err := json.Marshal(whole)
	var again flow.Network
	if err != nil || json.Unmarshal(text, &again) != nil || again != open || strings.Contains(string(text), "*") {
		t.Errorf("%s comes back as %+v, %v", text, again, err)
	}
	if text, err := json.Marshal(flow.Network{}); err != nil || string(text) != "{}" {
		t.Errorf("the machine's way is %s, %v", text, err)
	}
}

// What was accepted for one GitLab is not for the next, but all of them are behind
// the same proxy.
func TestOnlyTheProxyFollowsToAnotherAddress(t *testing.T) {
	d := answered(t)
	d.SetNetwork(wholeNetwork())
	d.SetAddress("gitlab.example.org")
	if want := (flow.Network{Proxy: "http://ana@proxy:3128", ProxyPassword: flow.NewSecret("hunter2")}); d.Network != want {
		t.Errorf("got %+v", d.Network)
	}
}

func TestADraftLeadsItsNetworkOn(t *testing.T) {
	d := answered(t)
	d.SetNetwork(wholeNetwork())
	if c := d.Connection(); c.Network != d.Network {
		t.Errorf("the connection has %+v", c.Network)
	}
	if s := d.SignIn(); s.Network != d.Network {
		t.Errorf("the sign-in has %+v", s.Network)
	}
	if in := d.Integration(today, "ana"); in.Network != d.Network.WithoutSecrets() {
		t.Errorf("the integration has %+v", in.Network)
	}
}

func TestASecretFollowsWhereAsMuchIsSafe(t *testing.T) {
	for _, test := range []struct {
		name    string
		network flow.Network
		want    bool
	}{
		{"the same way", flow.Network{}, true},
		{"plain http", flow.Network{PlainHTTP: true}, false},
		{"any certificate", flow.Network{Unverified: true}, false},
		{"a proxy", flow.Network{Proxy: flow.NoProxy}, true},
	} {
		if got := (flow.Network{}).AsSafe(test.network); got != test.want {
			t.Errorf("%s: %v", test.name, got)
		}
	}
}

func TestAConnectionHidesTheSecretsOfItsNetwork(t *testing.T) {
	c := flow.Connection{Network: wholeNetwork()}
	c.Network.ProxyPassword = flow.NewSecret("hun@ter/2%ä")
	for given, want := range map[string]string{
		"it is hun@ter/2%ä":       "it is ****",
		"it is hun%40ter%2f2%25ä": "it is ****",
		"proxyconnect http://ana:hun%40ter%2F2%25%C3%A4@proxy:3128: 407": "proxyconnect http://ana:****@proxy:3128: 407",
		"%68un@ter/2%%C3%a4 twice: hun@ter/2%25%c3%A4":                   "**** twice: ****",
		"hun%40ter%2F2%":         "hun%40ter%2F2%",
		"hun%40ter%2F2%2":        "hun%40ter%2F2%2",
		"100% of hun are hunted": "100% of hun are hunted",
		"the key":                "****",
		"ana, CERT and CA":       "ana, CERT and CA",
	} {
		if got := c.Redact(given); got != want {
			t.Errorf("%q: got %q, want %q", given, got, want)
		}
	}
}
