package flow

// A Server is what an anonymous request tells about a GitLab.
type Server struct {
	BaseURL    BaseURL
	Upgraded   bool     // http was asked for, and the server leads to https
	AtLeast    string   // version bound, such as 16.7; "" if there is none
	Below      string   // the version is older than that; "" if that is not known
	Issuer     string   // what the GitLab calls itself, where that differs from BaseURL
	TokenPage  string   // where a personal access token is made
	OtherPages []string // where it is made instead, as far as the version is not known
	Prefilled  bool     // that page takes name and scopes from its address

	AppPage   string   // where an application is registered
	Public    bool     // that page may have a box Confidential
	Ports     PortRule // what it wants of the port of a redirect URI
	Scopes    Scopes   // those of WantedScopes that it knows
	BareCodes bool     // PKCE binds a code to the attempt, for certain
}

// A PortRule says which port a redirect URI on this machine may have.
type PortRule int

const (
	PortsUnknown   PortRule = iota
	AnyPort                 // since GitLab 13.4
	OnlyFixedPorts          // before: exactly what is registered
)

// A Connection is what it takes to speak to one GitLab: an address, and a token
// or a sign-in.
type Connection struct {
	BaseURL BaseURL
	Network Network     // how it is reached
	Token   Secret      // a personal access token; none with OAuth
	App     Application // none with an access token
	Grant   Grant       // likewise
	Tokens  TokenSource // renews the grant; nil: it is used as it is
}

// Method is how the connection signs in.
func (c Connection) Method() Method {
	if c.App.ClientID != "" {
		return OAuth
	}
	return AccessToken
}

// HasCredential reports whether there is anything to sign in with.
func (c Connection) HasCredential() bool {
	if c.Method() == OAuth {
		return !c.Grant.IsZero()
	}
	return !c.Token.IsZero()
}

// Redact hides the secrets of the connection in a text.
func (c Connection) Redact(text string) string {
	for _, secret := range []Secret{c.Token, c.App.Secret, c.Grant.Access, c.Grant.Refresh, c.Network.ProxyPassword, c.Network.Key} {
		text = secret.Redact(text)
	}
	return text
}
