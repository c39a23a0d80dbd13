package flow_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
)

func app(id string) flow.Application {
	return flow.Application{ClientID: id, Secret: flow.NewSecret("gloas-1")}
}

func TestRedirectsAreRegisteredAsTheGitLabWantsThem(t *testing.T) {
	const any = "http://127.0.0.1/callback"
	fixed := []string{"http://127.0.0.1:7171/callback", "http://127.0.0.1:7172/callback", "http://127.0.0.1:7173/callback"}
	own := "https://flow.acme.com/done"
	for _, test := range []struct {
		name string
		ask  flow.SignIn
		want []string
	}{
		{"13.4 or newer", flow.SignIn{Server: flow.Server{Ports: flow.AnyPort}}, []string{any}},
		{"perhaps older", flow.SignIn{}, append([]string{any}, fixed...)},
		{"older", flow.SignIn{Server: flow.Server{Ports: flow.OnlyFixedPorts}}, fixed},
		{"a port of the user's", flow.SignIn{Port: 9000}, []string{any, "http://127.0.0.1:9000/callback"}},
		{"a port where any will do", flow.SignIn{Port: 9000, Server: flow.Server{Ports: flow.AnyPort}}, []string{any}},
		{"the company's own", flow.SignIn{App: flow.Application{Redirect: own}}, []string{own}},
	} {
		if got := test.ask.Redirects(); !slices.Equal(got, test.want) {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// Every port that is listened on is one that was registered, and the first is
// the same each time.
func TestPortsStayTheSame(t *testing.T) {
	free := flow.SignIn{Server: flow.Server{Ports: flow.AnyPort}, App: app("a")}
	if !slices.Equal(free.Ports(), free.Ports()) || len(free.Ports()) != 10 {
		t.Errorf("ports %v", free.Ports())
	}
	firsts := map[int]bool{}
	for _, id := range []string{"a", "b", "c", "d", "e"} {
		other := free
		other.App.ClientID = id
		for _, port := range other.Ports() {
			if port < 7171 || port >= 7171+800 {
				t.Errorf("port %d", port)
			}
		}
		firsts[other.Ports()[0]] = true
	}
	if len(firsts) < 3 {
		t.Errorf("five applications share the ports %v", firsts)
	}
	for _, rule := range []flow.PortRule{flow.PortsUnknown, flow.OnlyFixedPorts} {
		for _, id := range []string{"a", "b", "c", "d", "e"} {
			ports := flow.SignIn{Server: flow.Server{Ports: rule}, App: app(id)}.Ports()
			if slices.Sort(ports); !slices.Equal(ports, flow.FixedPorts) {
				t.Errorf("ports %v", ports)
			}
		}
	}
	if got := (flow.SignIn{Port: 9000}).Ports(); !slices.Equal(got, []int{9000}) {
		t.Errorf("ports %v", got)
	}
}

func TestAGrantIsDueAndOver(t *testing.T) {
	g := flow.Grant{Access: flow.NewSecret("a"), At: today, Expires: today.Add(100 * time.Minute)}
	for _, test := range []struct {
		after     time.Duration
		due, over bool
	}{
		{0, false, false},
		{79 * time.Minute, false, false},
		{80 * time.Minute, true, false},
		{99 * time.Minute, true, false},
		{100 * time.Minute, true, true},
	} {
		now := today.Add(test.after)
		if g.Due(now, 0.8) != test.due || g.Over(now) != test.over {
			t.Errorf("after %s: due %v, over %v", test.after, g.Due(now, 0.8), g.Over(now))
		}
	}
	endless := flow.Grant{Access: flow.NewSecret("a"), At: today}
	if later := today.AddDate(9, 0, 0); endless.Due(later, 0.8) || endless.Over(later) {
		t.Error("what has no end is due")
	}
}

func TestAConnectionShowsNoSecret(t *testing.T) {
	c := flow.Connection{Token: flow.NewSecret("glpat-1"), App: app("id"), Grant: flow.Grant{Access: flow.NewSecret("access-1"), Refresh: flow.NewSecret("refresh-1")}}
	if got := c.Redact("glpat-1 gloas-1 access-1 refresh-1 id"); got != "**** **** **** **** id" {
		t.Error(got)
	}
}

func TestARedirectOfTheCompanysOwn(t *testing.T) {
	for address, fine := range map[string]bool{
		"https://flow.acme.com/done":       true,
		"https://flow.acme.com/done?x=1":   true,
		"http://callback.internal:8080/cb": true,
		"flow.acme.com/done":               false,
		"ftp://flow.acme.com/":             false,
		"https://":                         false,
		"https://a.com/x y":                false,
		"https://a.com/#part":              false,
		"https://ana:pw@a.com/":            false,
		"https://a.com/\x1b[2J":            false,
	} {
		err := flow.CheckRedirect(address)
		if (err == nil) != fine || err != nil && strings.Contains(flow.FaultOf(err).Sentence(), "\x1b") {
			t.Errorf("%q: %v", address, err)
		}
	}
}

// signedIn is a draft whose user has signed in with a browser and passed the
// test.
func signedIn(t *testing.T) flow.Draft {
	t.Helper()
	d := answered(t)
	d.SetMethod(flow.OAuth)
	d.SetApplication(app("948fe603"))
	d.SetGrant(flow.Grant{Access: flow.NewSecret("access-1"), Refresh: flow.NewSecret("refresh-1")})
	d.SetReport(report(okay))
	return d
}

func TestASignInGoesWithWhatItWasMadeFor(t *testing.T) {
	found := func(d *flow.Draft, address string) { d.SetServer(flow.Server{BaseURL: base(t, address)}) }
	for _, test := range []struct {
		name   string
		change func(d *flow.Draft)
		want   string // what is still there
	}{
		{"nothing changes", func(*flow.Draft) {}, "client id, secret, grant, report"},
		{"the same application", func(d *flow.Draft) { d.SetApplication(app(" 948fe603\n")) }, "client id, secret, grant, report"},
		{"another client ID", func(d *flow.Draft) { d.SetApplication(app("0")) }, "client id, secret"},
		{"another secret", func(d *flow.Draft) { d.SetApplication(flow.Application{ClientID: "948fe603"}) }, "client id"},
		{"another redirect", func(d *flow.Draft) {
			a := app("948fe603")
			a.Redirect = "https://a.com/"
			d.SetApplication(a)
		}, "client id, secret"},
		{"the other method and back", func(d *flow.Draft) { d.SetMethod(flow.AccessToken); d.SetMethod(flow.OAuth) }, "client id, secret, grant"},
		{"another address", func(d *flow.Draft) { d.SetAddress("gitlab.other.com") }, ""},
		{"the same server", func(d *flow.Draft) { found(d, "https://gitlab.acme.com/git") }, "client id, secret, grant, report"},
		{"a server of another host", func(d *flow.Draft) { found(d, "https://gitlab.evil.com/git") }, ""},
		{"no sign-in", func(d *flow.Draft) { d.SetGrant(flow.Grant{}) }, "client id, secret"},
	} {
		t.Run(test.name, func(t *testing.T) {
			d := signedIn(t)
			test.change(&d)
			var left []string
			for _, part := range []struct {
				name string
				set  bool
			}{{"client id", d.App.ClientID != ""}, {"secret", !d.App.Secret.IsZero()}, {"grant", !d.Grant.IsZero()}, {"report", len(d.Report.Checks) > 0}} {
				if part.set {
					left = append(left, part.name)
				}
			}
			if got := strings.Join(left, ", "); got != test.want {
				t.Errorf("\nleft %s\nwant %s", got, test.want)
			}
		})
	}
}

// The company's own callback belongs to no address.
func TestAnotherAddressKeepsTheCallbackOfTheCompany(t *testing.T) {
	d := signedIn(t)
	d.App.Redirect = "https://flow.acme.com/done"
	if d.SetAddress("gitlab.other.com"); d.App != (flow.Application{Redirect: "https://flow.acme.com/done"}) {
		t.Errorf("application %+v", d.App)
	}
}

func TestADraftSaysWhatIsMissingToSignIn(t *testing.T) {
	for _, test := range []struct {
		name   string
		change func(a *flow.Application)
		want   flow.Cause
	}{
		{"nothing", func(*flow.Application) {}, ""},
		{"no secret, which a public application has not", func(a *flow.Application) { a.Secret = flow.Secret{} }, ""},
		{"the client ID", func(a *flow.Application) { a.ClientID = "" }, flow.NoClientID},
		{"half of what was pasted", func(a *flow.Application) { a.ClientID = "948f e603" }, flow.BadClientID},
		{"an escape sequence", func(a *flow.Application) { a.ClientID = "948f\x1b[2Je603" }, flow.BadClientID},
		{"the secret in its place", func(a *flow.Application) { a.ClientID = "gloas-948fe603" }, flow.SecretAsID},
		{"a token in its place", func(a *flow.Application) { a.ClientID = "glpat-948fe603" }, flow.SecretAsID},
		{"a callback", func(a *flow.Application) { a.Redirect = "flow.acme.com" }, flow.BadRedirect},
	} {
		d := signedIn(t)
		test.change(&d.App)
		if err := d.Check(flow.StepCredentials, nil); (err == nil) != (test.want == "") || err != nil && !flow.CausedBy(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
	}
}

// What is typed for one method never gets into a connection of the other.
func TestAConnectionHoldsWhatItsMethodNeeds(t *testing.T) {
	d := signedIn(t)
	c := d.Connection()
	if !c.Token.IsZero() || c.Method() != flow.OAuth || !c.HasCredential() || c.Grant.IsZero() {
		t.Errorf("OAuth: %+v", c)
	}
	if in := d.Integration(today, "ana@build-07"); in.Method != flow.OAuth || in.App != (flow.Application{ClientID: "948fe603"}) {
		t.Errorf("integration %+v", in)
	}
	d.SetMethod(flow.AccessToken)
	c = d.Connection()
	if c.Token.IsZero() || c.Method() != flow.AccessToken || c.App != (flow.Application{}) || !c.Grant.IsZero() {
		t.Errorf("access token: %+v", c)
	}
	if in := d.Integration(today, "ana@build-07"); in.App != (flow.Application{}) {
		t.Errorf("integration %+v", in)
	}
}

func TestAKeptDraftKeepsTheClientIDAlone(t *testing.T) {
	d := signedIn(t)
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	for _, secret := range []string{"gloas-1", "access-1", "refresh-1", "****"} {
		if strings.Contains(string(text), secret) {
			t.Errorf("it keeps %s: %s", secret, text)
		}
	}
	var again flow.Draft
	if err := json.Unmarshal(text, &again); err != nil || again.App != (flow.Application{ClientID: "948fe603"}) || !again.Grant.IsZero() {
		t.Errorf("it comes back as %+v, %v", again, err)
	}
}

// A stored client secret follows nowhere else.
func TestAStoredClientSecretIsReusedForTheSame(t *testing.T) {
	stored := flow.Connection{BaseURL: base(t, "https://gitlab.acme.com/git"), App: app("948fe603")}
	for _, test := range []struct {
		name   string
		change func(d *flow.Draft, c *flow.Connection)
		want   bool
	}{
		{"the same", func(*flow.Draft, *flow.Connection) {}, true},
		{"another path", func(_ *flow.Draft, c *flow.Connection) { c.BaseURL = base(t, "https://gitlab.acme.com") }, false},
		{"another application", func(_ *flow.Draft, c *flow.Connection) { c.App.ClientID = "0" }, false},
		{"plain http, now", func(d *flow.Draft, _ *flow.Connection) { d.Network.PlainHTTP = true }, false},
		{"a token", func(d *flow.Draft, _ *flow.Connection) { d.SetMethod(flow.AccessToken) }, false},
		{"no secret stored", func(_ *flow.Draft, c *flow.Connection) { c.App.Secret = flow.Secret{} }, false},
		{"a secret that was typed", func(d *flow.Draft, _ *flow.Connection) { d.App.Secret = flow.NewSecret("typed") }, false},
		{"a server that is not found yet", func(d *flow.Draft, _ *flow.Connection) { d.Server = flow.Server{} }, false},
	} {
		d, c := signedIn(t), stored
		d.Network.PlainHTTP = false
		d.SetApplication(flow.Application{ClientID: "948fe603"})
		test.change(&d, &c)
		typed := d.App.Secret
		got := d.ReuseSecret(c)
		if got != test.want || got && d.App.Secret.Reveal() != "gloas-1" || !got && d.App.Secret != typed {
			t.Errorf("%s: %v, the secret is %d characters long", test.name, got, d.App.Secret.Len())
		}
	}
}
