package flow

import (
	"encoding/json"
	"net"
	"strconv"
	"strings"
	"time"
	"unicode"
)

// A Step is one step of connecting a GitLab.
type Step int

const (
	StepProvider Step = iota
	StepMethod
	StepCredentials
	StepConnection
	StepServices
	StepName
	StepCreate
)

// StepNames are the names of the steps, in order.
var StepNames = [...]string{"Provider", "Method", "Credentials", "Connection", "Services", "Name", "Create"}

func (s Step) String() string { return StepNames[s] }

// UnmarshalJSON takes the nearest step that there is: a draft may be one of a
// release that has others.
func (s *Step) UnmarshalJSON(text []byte) error {
	var n int
	if err := json.Unmarshal(text, &n); err != nil {
		return err
	}
	*s = min(max(Step(n), StepProvider), StepCreate)
	return nil
}

// A Draft holds the answers of whoever connects a GitLab, in whichever face they
// are given. Set answers through its methods: an answer that changes clears what
// depended on it, so that a stored secret is never sent to another host.
type Draft struct {
	Provider string      `json:"provider"`
	Method   Method      `json:"method"`
	Address  string      `json:"address"` // as typed
	Server   Server      `json:"-"`       // found at the address; its BaseURL is zero until then
	Network  Network     `json:"network,omitzero"`
	Token    Secret      `json:"-"`
	App      Application `json:"app,omitzero"`
	Port     int         `json:"callback_port,omitempty"` // to listen on while signing in; 0: Flow chooses
	Grant    Grant       `json:"-"`                       // of a sign-in with App
	Report   Report      `json:"-"`                       // of the last test of these answers
	Services Services    `json:"services"`
	Name     string      `json:"name"`
	Named    bool        `json:"named"` // the user typed the name; it is not a suggestion

	Step      Step      `json:"step"` // the furthest one reached
	StoppedAt time.Time `json:"stopped_at,omitzero"`
}

// NewDraft returns a draft with nothing answered and every service on.
func NewDraft() Draft { return Draft{Method: OAuth, Services: EveryService} }

// SetProvider chooses the provider. Another one means another address.
func (d *Draft) SetProvider(p Provider) {
	if d.Provider == p.ID {
		return
	}
	d.Provider = p.ID
	d.SetAddress(p.BaseURL)
}

// SetMethod chooses how to sign in.
func (d *Draft) SetMethod(m Method) {
	if d.Method != m {
		d.Method, d.Report = m, Report{}
	}
}

// SetAddress takes the base URL as typed. Another address forgets the token, the
// application and the sign-in, what was found and what was tested, and what was
// accepted of the way there; what was given before the first one is for that.
func (d *Draft) SetAddress(typed string) {
	if typed = strings.TrimSpace(typed); typed == d.Address {
		return
	}
	if d.Address != "" {
		d.Network = d.Network.elsewhere()
	}
	d.Address, d.Server = typed, Server{}
	d.forgetCredentials()
}

// forgetCredentials drops what was given for one GitLab. The callback of the
// company's own is the same for all of them.
func (d *Draft) forgetCredentials() {
	d.Token, d.App, d.Grant, d.Report = Secret{}, Application{Redirect: d.App.Redirect}, Grant{}, Report{}
}

// SetServer takes what was found at the address, which from then on is written
// as it will be stored. Another origin than before forgets the credentials,
// which were given for that one.
func (d *Draft) SetServer(s Server) {
	was := d.Server.BaseURL
	if was != s.BaseURL {
		d.Report = Report{}
	}
	if !was.IsZero() && was.Origin() != s.BaseURL.Origin() {
		d.forgetCredentials()
	}
	d.Server, d.Address = s, s.BaseURL.String()
}

// SetNetwork takes how the GitLab is reached. Another way may lead to another
// server, which has to be found and tested anew.
func (d *Draft) SetNetwork(n Network) {
	if n != d.Network {
		d.Network, d.Server, d.Report = n, Server{}, Report{}
	}
}

// SetToken takes the token. Another one has to be tested anew.
func (d *Draft) SetToken(token Secret) {
	if token != d.Token {
		d.Token, d.Report = token, Report{}
	}
}

// SetApplication takes how Flow is registered. Another one has to be signed in
// to anew.
func (d *Draft) SetApplication(app Application) {
	if app.ClientID = strings.TrimSpace(app.ClientID); app != d.App {
		d.App, d.Grant, d.Report = app, Grant{}, Report{}
	}
}

// ReuseSecret takes over the client secret of a stored connection, which GitLab
// shows only once, and reports whether it did. It never follows to another
// address or application, and never takes the place of one that was given.
func (d *Draft) ReuseSecret(stored Connection) bool {
	if d.Method != OAuth || !d.App.Secret.IsZero() || stored.App.Secret.IsZero() ||
		d.Server.BaseURL != stored.BaseURL || !stored.Network.AsSafe(d.Network) || d.App.ClientID != stored.App.ClientID {
		return false
	}
	app := d.App
	app.Secret = stored.App.Secret
	d.SetApplication(app)
	return true
}

// SetGrant takes what a sign-in brought; none asks for another one.
func (d *Draft) SetGrant(g Grant) { d.Grant, d.Report = g, Report{} }

// SignIn returns what a sign-in works with.
func (d *Draft) SignIn() SignIn {
	return SignIn{Server: d.Server, Network: d.Network, App: d.App, Port: d.Port}
}

// SetReport takes the outcome of a test.
func (d *Draft) SetReport(r Report) { d.Report = r }

// Chosen returns the services that are on: a service that the test could not
// read counts as off, without forgetting that it was wanted.
func (d *Draft) Chosen() Services { return d.Services & d.Report.Readable }

// SetName takes a name that the user chose.
func (d *Draft) SetName(name string) { d.Name, d.Named = strings.TrimSpace(name), true }

// Connection returns what the test and everything after it work with.
func (d *Draft) Connection() Connection {
	c := Connection{BaseURL: d.Server.BaseURL, Network: d.Network}
	if d.Method == OAuth {
		c.App, c.Grant = d.App, d.Grant
	} else {
		c.Token = d.Token
	}
	return c
}

// Check says whether the answer of one step allows to go on; taken are the names
// that other integrations have.
func (d *Draft) Check(step Step, taken []string) error {
	switch step {
	case StepProvider:
		if _, ok := ProviderByID(d.Provider); !ok {
			return &Fault{Cause: Unknown, Detail: "No provider is chosen"}
		}
	case StepCredentials:
		if err := d.CheckAddress(); err != nil {
			return err
		}
		return d.checkCredentials()
	case StepConnection:
		if !d.Report.Passed() {
			return &Fault{Cause: Unknown, Detail: "The connection is not tested"}
		}
	case StepServices:
		if d.Chosen() == 0 {
			return &Fault{Cause: NoService}
		}
	case StepName:
		return CheckName(d.Name, taken)
	}
	return nil
}

func (d *Draft) checkCredentials() error {
	switch {
	case d.Method == AccessToken && d.Token.IsZero():
		return &Fault{Cause: NoToken}
	case d.Method == AccessToken:
		return nil
	case d.App.ClientID == "":
		return &Fault{Cause: NoClientID}
	case strings.ContainsFunc(d.App.ClientID, func(r rune) bool { return !showable(r) || unicode.IsSpace(r) }):
		return &Fault{Cause: BadClientID}
	case strings.HasPrefix(d.App.ClientID, "gloas-"), strings.HasPrefix(d.App.ClientID, "glpat-"):
		// GitLab's marks of a secret. The client ID is shown, and kept with drafts.
		return &Fault{Cause: SecretAsID}
	case d.App.Redirect != "":
		return CheckRedirect(d.App.Redirect)
	}
	return nil
}

// CheckAddress says whether the address can be one, without asking there.
func (d *Draft) CheckAddress() error {
	if _, err := Candidates(d.Address); err != nil {
		return err
	}
	if b := d.Server.BaseURL; b.IsPlain() && !d.Network.PlainHTTP {
		return &Fault{Cause: PlainAddress, Host: b.Host()}
	}
	return nil
}

// CheckAll checks every step up to Create and returns the first that is not
// answered.
func (d *Draft) CheckAll(taken []string) (Step, error) {
	for step := StepProvider; step < StepCreate; step++ {
		if err := d.Check(step, taken); err != nil {
			return step, err
		}
	}
	return StepCreate, nil
}

// SuggestName proposes a name made from the address, unless the user has chosen
// one: gitlab.acme.com becomes acme-gitlab.
func (d *Draft) SuggestName(taken []string) {
	if d.Named {
		return
	}
	base := nameFrom(d.Server.BaseURL)
	d.Name = base
	for n := 2; CausedBy(CheckName(d.Name, taken), NameTaken); n++ {
		d.Name = base + "-" + strconv.Itoa(n)
	}
}

func nameFrom(b BaseURL) string {
	host := strings.TrimSuffix(b.Hostname(), ".")
	labels := strings.Split(host, ".")
	if net.ParseIP(host) != nil || len(labels) < 2 || host == "gitlab.com" {
		return "gitlab"
	}
	// The label before the last is the company in gitlab.acme.com, but not in
	// gitlab.acme.co.uk, where it is short and so is the last.
	i := len(labels) - 2
	if i > 0 && len(labels[i]) <= 3 && len(labels[i+1]) == 2 {
		i--
	}
	// Room is left for a number behind the name.
	if name := labels[i] + "-gitlab"; labels[i] != "gitlab" && len(name) < maxName-8 && CheckName(name, nil) == nil {
		return name
	}
	return "gitlab"
}

// Integration returns what the draft would create.
func (d *Draft) Integration(now time.Time, who string) Integration {
	app := d.Connection().App
	app.Secret = Secret{}
	return Integration{
		Name: d.Name, Provider: d.Provider, Method: d.Method,
		BaseURL: d.Server.BaseURL, Network: d.Network.WithoutSecrets(),
		App:      app,
		Services: d.Chosen(), Report: d.Report,
		Status:    Status{Data: Processing, Since: now},
		CreatedAt: now, CreatedBy: who,
	}
}
