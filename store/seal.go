package store

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"

	"filippo.io/age"

	"flow"
)

// A binding is what a credential belongs to. It is sealed together with the
// credential and compared on opening, so that who can write the database can't
// send the credential elsewhere.
type binding struct {
	Origin   string `json:"origin"`
	ClientID string `json:"client_id"` // of the OAuth application; "" for an access token
	Route    route  `json:"tls"`
}

// A route is all of a network that decides who can read what is sent. Fields that
// are added later must mean no more trust by their zero value, by which they are
// left out: what was sealed before there was such a field still opens.
type route struct {
	PlainHTTP   bool   `json:"plain_http"`
	Unverified  bool   `json:"unverified,omitempty"`
	Authorities string `json:"authorities,omitempty"` // digest
	Proxy       string `json:"proxy,omitempty"`
	Certificate string `json:"certificate,omitempty"` // digest
}

func bindingOf(c flow.Connection) binding {
	n := c.Network
	return binding{Origin: c.BaseURL.Origin(), ClientID: c.App.ClientID, Route: route{
		PlainHTTP: n.PlainHTTP, Unverified: n.Unverified, Authorities: digest(n.Authorities),
		Proxy: n.Proxy, Certificate: digest(n.Certificate),
	}}
}

// digest stands for a file, which may be larger than the room that a renewal sets
// aside.
func digest(text string) string {
	if text == "" {
		return ""
	}
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:])
}

// sealedCredential holds either a token or a grant, and the secrets that getting
// to the server takes.
type sealedCredential struct {
	binding
	Token string       `json:"token,omitempty"` // a personal access token
	Grant *sealedGrant `json:"grant,omitempty"`

	// Bytes, since JSON has no other text than UTF-8, and passwords may have: a
	// proxy's is given percent-encoded.
	ProxyPassword []byte `json:"proxy_password,omitempty"`
	Key           string `json:"key,omitempty"` // to the client certificate
}

// sealedGrant has its times as the database does, so that one grant takes as
// much room as the next.
type sealedGrant struct {
	ClientSecret string      `json:"client_secret,omitempty"`
	Access       string      `json:"access"`
	Refresh      string      `json:"refresh,omitempty"`
	Scopes       flow.Scopes `json:"scopes,omitempty"`
	At           int64       `json:"at"`
	Expires      int64       `json:"expires"`
}

func credentialOf(c flow.Connection) sealedCredential {
	s := sealedCredential{binding: bindingOf(c), ProxyPassword: []byte(c.Network.ProxyPassword.Reveal()), Key: c.Network.Key.Reveal()}
	if c.Method() != flow.OAuth {
		s.Token = c.Token.Reveal()
		return s
	}
	g := c.Grant
	s.Grant = &sealedGrant{
		ClientSecret: c.App.Secret.Reveal(),
		Access:       g.Access.Reveal(), Refresh: g.Refresh.Reveal(),
		Scopes: g.Scopes, At: nanos(g.At), Expires: nanos(g.Expires),
	}
	return s
}

// in returns the connection with the credential in it.
func (s sealedCredential) in(c flow.Connection) flow.Connection {
	c.Network.ProxyPassword, c.Network.Key = flow.NewSecret(string(s.ProxyPassword)), flow.NewSecret(s.Key)
	c.Token = flow.NewSecret(s.Token)
	if g := s.Grant; g != nil {
		c.App.Secret = flow.NewSecret(g.ClientSecret)
		c.Grant = flow.Grant{
			Access: flow.NewSecret(g.Access), Refresh: flow.NewSecret(g.Refresh),
			Scopes: g.Scopes, At: moment(g.At), Expires: moment(g.Expires),
		}
	}
	return c
}

var (
	errNotSealed = errors.New("what is stored is not a sealed credential of this method")
	errElsewhere = errors.New("it was sealed for another origin, application or way of connecting")
)

// seal seals the credential of a connection. Fault: NoToken where it has none.
func (k *identity) seal(c flow.Connection) ([]byte, error) {
	if !c.HasCredential() {
		return nil, &flow.Fault{Cause: flow.NoToken}
	}
	text, err := json.Marshal(credentialOf(c))
	if err != nil {
		return nil, err
	}
	var sealed bytes.Buffer
	w, err := age.Encrypt(&sealed, k.keys[0].Recipient())
	if err != nil {
		return nil, err
	}
	if _, err := w.Write(text); err != nil {
		return nil, err
	}
	if err := w.Close(); err != nil {
		return nil, err
	}
	return sealed.Bytes(), nil
}

// open returns the connection with its credential if it is the one that this was
// sealed for. Faults: KeyWrong, SealBroken.
func (k *identity) open(sealed []byte, c flow.Connection) (flow.Connection, error) {
	broken := func(err error) (flow.Connection, error) {
		return flow.Connection{}, &flow.Fault{Cause: flow.SealBroken, Host: c.BaseURL.Host(), Err: err}
	}
	keys := make([]age.Identity, len(k.keys))
	for i := range k.keys {
		keys[i] = k.keys[i]
	}
	r, err := age.Decrypt(bytes.NewReader(sealed), keys...)
	if wrong := (*age.NoIdentityMatchError)(nil); errors.As(err, &wrong) {
		return flow.Connection{}, &flow.Fault{Cause: flow.KeyWrong, Detail: k.place.String(), Err: err}
	}
	if err != nil {
		return broken(err)
	}
	text, err := io.ReadAll(r)
	if err != nil {
		return broken(err)
	}
	var held sealedCredential
	decoder := json.NewDecoder(bytes.NewReader(text))
	// A condition of a newer Flow that this one can't compare.
	decoder.DisallowUnknownFields()
	if decoder.Decode(&held) != nil {
		return broken(errNotSealed) // without the error, which may repeat what it read
	}
	if held.binding != bindingOf(c) {
		return broken(errElsewhere)
	}
	if c = held.in(c); !c.HasCredential() || !c.Token.IsZero() && !c.Grant.IsZero() {
		return broken(errNotSealed)
	}
	return c, nil
}
