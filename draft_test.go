package flow_test

import (
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"testing"

	"flow"
)

const okay = flow.OK

// answered is a draft whose every step is answered.
func answered(t testing.TB) flow.Draft {
	t.Helper()
	d := flow.NewDraft()
	d.SetProvider(flow.Providers[0])
	d.SetMethod(flow.AccessToken)
	d.SetAddress("gitlab.acme.com/git")
	d.SetServer(flow.Server{BaseURL: base(t, "https://gitlab.acme.com/git"), AtLeast: "16.7"})
	d.SetToken(flow.NewSecret("glpat-1"))
	d.SetReport(report(okay, okay))
	d.SuggestName(nil)
	return d
}

func TestAnAnswerThatChangesClearsWhatDependedOnIt(t *testing.T) {
	const all = "address, server, plain, token, report, name, services"
	found := func(d *flow.Draft, address string) { d.SetServer(flow.Server{BaseURL: base(t, address)}) }
	tests := []struct {
		name   string
		change func(d *flow.Draft)
		want   string // what is still there
	}{
		{"nothing changes", func(d *flow.Draft) {}, all},
		{"the same provider", func(d *flow.Draft) { d.SetProvider(flow.Providers[0]) }, all},
		{"the other provider brings its address", func(d *flow.Draft) { d.SetProvider(flow.Providers[1]) }, "address, name, services"},
		{"the same method", func(d *flow.Draft) { d.SetMethod(flow.AccessToken) }, all},
		{"the other method", func(d *flow.Draft) { d.SetMethod(flow.OAuth) }, "address, server, plain, token, name, services"},
		{"the same address", func(d *flow.Draft) { d.SetAddress("https://gitlab.acme.com/git") }, all},
		{"the same address with white space", func(d *flow.Draft) { d.SetAddress(" https://gitlab.acme.com/git\n") }, all},
		{"another address", func(d *flow.Draft) { d.SetAddress("gitlab.acme.com") }, "address, name, services"},
		{"no address", func(d *flow.Draft) { d.SetAddress("") }, "name, services"},
		{"the same server", func(d *flow.Draft) { found(d, "https://gitlab.acme.com/git") }, all},
		{"the server at another path", func(d *flow.Draft) { found(d, "https://gitlab.acme.com") }, "address, server, plain, token, name, services"},
		{"the server at another host never gets the token", func(d *flow.Draft) { found(d, "https://gitlab.evil.com/git") }, "address, server, plain, name, services"},
		{"the server at another port never gets the token", func(d *flow.Draft) { found(d, "https://gitlab.acme.com:8443/git") }, "address, server, plain, name, services"},
		{"the same way there", func(d *flow.Draft) { d.SetNetwork(flow.Network{PlainHTTP: true}) }, all},
		{"another way there", func(d *flow.Draft) { d.SetNetwork(flow.Network{PlainHTTP: true, Unverified: true}) }, "address, plain, token, name, services"},
		{"the same token", func(d *flow.Draft) { d.SetToken(flow.NewSecret("glpat-1\n")) }, all},
		{"another token", func(d *flow.Draft) { d.SetToken(flow.NewSecret("glpat-2")) }, "address, server, plain, token, name, services"},
		{"no token", func(d *flow.Draft) { d.SetToken(flow.Secret{}) }, "address, server, plain, name, services"},
		{"another test", func(d *flow.Draft) { d.SetReport(report(flow.Failed)) }, all},
		{"another name", func(d *flow.Draft) { d.SetName("acme") }, all},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := answered(t)
			d.Network.PlainHTTP = true
			test.change(&d)
			var left []string
			for _, part := range []struct {
				name string
				set  bool
			}{
				{"address", d.Address != ""}, {"server", !d.Server.BaseURL.IsZero()}, {"plain", d.Network.PlainHTTP}, {"token", !d.Token.IsZero()},
				{"report", len(d.Report.Checks) > 0}, {"name", d.Name != ""}, {"services", d.Services == flow.EveryService},
			} {
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

// What is given for the way before there is an address is for the first one; what
// was accepted for one GitLab is not for the next.
func TestTheWayBelongsToOneAddress(t *testing.T) {
	given := flow.Network{Unverified: true, Authorities: "pem", Proxy: "http://ana@proxy.acme.com:3128", ProxyPassword: flow.NewSecret("pass-word")}
	d := flow.NewDraft()
	d.SetProvider(flow.Providers[0])
	d.SetNetwork(given)
	if d.SetAddress("gitlab.acme.com"); d.Network != given {
		t.Errorf("the first address has %+v", d.Network)
	}
	d.SetAddress("gitlab.evil.com")
	if want := (flow.Network{Proxy: given.Proxy, ProxyPassword: given.ProxyPassword}); d.Network != want {
		t.Errorf("the second has %+v", d.Network)
	}
}

func TestAnAddressIsWrittenAsItWasFound(t *testing.T) {
	d := answered(t)
	if d.Address != "https://gitlab.acme.com/git" {
		t.Errorf("it is written %q", d.Address)
	}
}

func TestTheProviderBringsItsAddress(t *testing.T) {
	d := flow.NewDraft()
	d.SetProvider(flow.Providers[1])
	if d.Address != "https://gitlab.com" {
		t.Errorf("GitLab Cloud has the address %q", d.Address)
	}
	d.SetProvider(flow.Providers[0])
	if d.Address != "" {
		t.Errorf("GitLab Self-Hosted has the address %q", d.Address)
	}
}

func TestDraftsSayWhatIsMissing(t *testing.T) {
	found := func(d *flow.Draft, address string) {
		d.SetServer(flow.Server{BaseURL: base(t, address)})
		d.SetToken(flow.NewSecret("x"))
	}
	tests := []struct {
		name   string
		change func(d *flow.Draft)
		step   flow.Step
		cause  flow.Cause
	}{
		{"nothing", func(d *flow.Draft) {}, flow.StepCreate, ""},
		{"everything", func(d *flow.Draft) { *d = flow.Draft{} }, flow.StepProvider, flow.Unknown},
		{"the provider", func(d *flow.Draft) { d.Provider = "svn" }, flow.StepProvider, flow.Unknown},
		{"the address", func(d *flow.Draft) { d.SetAddress("") }, flow.StepCredentials, flow.NoAddress},
		{"a good address", func(d *flow.Draft) { d.SetAddress("a b") }, flow.StepCredentials, flow.NotAnAddress},
		{"leave to send a token in the clear", func(d *flow.Draft) { found(d, "http://gitlab.acme.com") }, flow.StepCredentials, flow.PlainAddress},
		{"the test, since an address without https may lead to one with it", func(d *flow.Draft) { d.SetAddress("http://gitlab.acme.com"); d.SetToken(flow.NewSecret("x")) }, flow.StepConnection, flow.Unknown},
		{"the token", func(d *flow.Draft) { d.SetToken(flow.Secret{}) }, flow.StepCredentials, flow.NoToken},
		{"the token, since plain http was accepted", func(d *flow.Draft) {
			d.SetNetwork(flow.Network{PlainHTTP: true})
			found(d, "http://gitlab.acme.com")
			d.SetToken(flow.Secret{})
		}, flow.StepCredentials, flow.NoToken},
		{"the test, since plain http to this machine needs no leave", func(d *flow.Draft) { found(d, "http://localhost") }, flow.StepConnection, flow.Unknown},
		{"a test that passed", func(d *flow.Draft) { d.SetReport(report(okay, flow.Failed)) }, flow.StepConnection, flow.Unknown},
		{"a test that is over", func(d *flow.Draft) { d.SetReport(report(okay, flow.Running)) }, flow.StepConnection, flow.Unknown},
		{"a service", func(d *flow.Draft) { d.Services = 0 }, flow.StepServices, flow.NoService},
		{"a service that can be read", func(d *flow.Draft) {
			d.Services = d.Services.Without(flow.PRService)
			d.Report.Readable = flow.Services(flow.PRService)
		}, flow.StepServices, flow.NoService},
		{"the name", func(d *flow.Draft) { d.SetName(" ") }, flow.StepName, flow.BadName},
		{"a free name", func(d *flow.Draft) { d.SetName("labs") }, flow.StepName, flow.NameTaken},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := answered(t)
			test.change(&d)
			step, err := d.CheckAll([]string{"Labs"})
			if step != test.step || (err == nil) != (test.cause == "") || err != nil && !flow.CausedBy(err, test.cause) {
				t.Errorf("step %s: %v, want step %s: %s", step, err, test.step, test.cause)
			}
		})
	}
}

func TestAServiceThatCantBeReadIsOffAndNotForgotten(t *testing.T) {
	d := answered(t)
	d.Report.Readable = flow.Services(flow.RepoService)
	if d.Chosen().String() != "Repo" || d.Services != flow.EveryService {
		t.Errorf("chosen are %s, wanted are %s", d.Chosen(), d.Services)
	}
	d.Report.Readable = flow.EveryService
	d.Services = d.Services.Without(flow.RepoService)
	if d.Chosen().String() != "PR, Ticket" {
		t.Errorf("chosen are %s", d.Chosen())
	}
}

func TestNamesAreSuggestedFromTheAddress(t *testing.T) {
	long := strings.Repeat("a", 63)
	tests := []struct {
		name    string
		address string
		taken   []string
		want    string
	}{
		{"the company's label", "https://gitlab.acme.com", nil, "acme-gitlab"},
		{"whatever stands before it", "https://git.dev.acme.com:8443/git", nil, "acme-gitlab"},
		{"no label before it", "https://acme.com", nil, "acme-gitlab"},
		{"a country with a second level", "https://gitlab.acme.co.uk", nil, "acme-gitlab"},
		{"gitlab.com itself", "https://gitlab.com", nil, "gitlab"},
		{"a name without dots", "https://gitlab", nil, "gitlab"},
		{"a domain called gitlab", "https://code.gitlab.io", nil, "gitlab"},
		{"an IPv4 address", "https://192.168.1.2", nil, "gitlab"},
		{"an IPv6 address", "https://[2001:db8::1]", nil, "gitlab"},
		{"a dot at the end", "https://gitlab.acme.com.", nil, "acme-gitlab"},
		{"two dots", "https://gitlab..com", nil, "gitlab"},
		{"a label that is too long", "https://gitlab." + long + ".com", nil, "gitlab"},
		{"a label that is like a flag", "https://gitlab.-x.com", nil, "gitlab"},
		{"the name is taken", "https://gitlab.acme.com", []string{"Acme-GitLab"}, "acme-gitlab-2"},
		{"the next is taken too", "https://gitlab.acme.com", []string{"acme-gitlab", "acme-gitlab-2"}, "acme-gitlab-3"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			d := flow.NewDraft()
			d.SetServer(flow.Server{BaseURL: base(t, test.address)})
			d.SuggestName(test.taken)
			if d.Name != test.want || d.Named {
				t.Errorf("got %q, want %q", d.Name, test.want)
			}
			if err := flow.CheckName(d.Name, test.taken); err != nil {
				t.Errorf("it can't be taken: %v", err)
			}
		})
	}

	t.Run("a thousand are taken", func(t *testing.T) {
		d := answered(t)
		taken := []string{"acme-gitlab"}
		for n := 2; n < 1100; n++ {
			taken = append(taken, "acme-gitlab-"+strconv.Itoa(n))
		}
		d.SuggestName(taken)
		if d.Name != "acme-gitlab-1100" {
			t.Errorf("got %q", d.Name)
		}
	})
	t.Run("a name that was typed stays", func(t *testing.T) {
		d := answered(t)
		d.SetName(" mine ")
		d.SuggestName([]string{"mine"})
		if d.Name != "mine" {
			t.Errorf("got %q", d.Name)
		}
	})
	t.Run("a suggestion follows the address", func(t *testing.T) {
		d := answered(t)
		d.SetServer(flow.Server{BaseURL: base(t, "https://gitlab.labs.org")})
		d.SuggestName(nil)
		if d.Name != "labs-gitlab" {
			t.Errorf("got %q", d.Name)
		}
	})
}

func TestADraftBecomesAnIntegration(t *testing.T) {
	d := answered(t)
	d.Report.Readable = flow.Services(flow.RepoService)
	in := d.Integration(today, "ana@build-07")
	if in.Name != "acme-gitlab" || in.Provider != "gitlab-self-hosted" || in.Method != flow.AccessToken || in.BaseURL != d.Server.BaseURL ||
		in.Services.String() != "Repo" || !in.CreatedAt.Equal(today) || in.CreatedBy != "ana@build-07" || len(in.Report.Checks) != 2 {
		t.Errorf("got %+v", in)
	}
	if want := (flow.Status{Data: flow.Processing, Since: today}); in.Status != want {
		t.Errorf("its status is %+v", in.Status)
	}
	if c := d.Connection(); c.Token != d.Token || c.BaseURL != d.Server.BaseURL || c.Network.PlainHTTP {
		t.Errorf("its connection is %+v", c)
	}
}

func TestAKeptDraftHoldsNoSecret(t *testing.T) {
	d := answered(t)
	text, err := json.Marshal(d)
	if err != nil {
		t.Fatal(err)
	}
	var keys map[string]any
	if err := json.Unmarshal(text, &keys); err != nil {
		t.Fatal(err)
	}
	var names []string
	for name := range keys {
		names = append(names, name)
	}
	slices.Sort(names)
	if got, want := strings.Join(names, " "), "address method name named provider services step"; got != want {
		t.Errorf("it keeps %s, want %s", got, want)
	}
	var again flow.Draft
	if err := json.Unmarshal(text, &again); err != nil || again.Address != d.Address || again.Name != d.Name || again.Services != d.Services || !again.Token.IsZero() {
		t.Errorf("it comes back as %+v, %v", again, err)
	}
}

func TestStepsHaveNames(t *testing.T) {
	for i, want := range []string{"Provider", "Method", "Credentials", "Connection", "Services", "Name", "Create"} {
		if got := flow.Step(i).String(); got != want {
			t.Errorf("step %d is %s, want %s", i+1, got, want)
		}
	}
}
