package gitlab

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"sync"

	"flow"
)

// A session is one connection in use: a client, whom it speaks to, and with
// which token.
type session struct {
	client *Client
	site
	method  flow.Method
	grant   flow.Grant       // of a sign-in, as it was when the session began
	tokens  flow.TokenSource // renews a sign-in; nil: there is one token
	version version          // zero until it is known

	mu   sync.Mutex
	sent []flow.Secret // the tokens that were used; the last one is in use
}

func (c *Client) session(conn flow.Connection) (*session, error) {
	if err := siteOf(conn).mayAsk(); err != nil {
		return nil, err
	}
	s := &session{client: c, site: siteOf(conn), method: conn.Method(), grant: conn.Grant, tokens: conn.Tokens}
	switch {
	case s.method == flow.OAuth && conn.Tokens == nil && conn.Grant.IsZero():
		return nil, &flow.Fault{Cause: flow.SignInOver, Host: conn.BaseURL.Host(), Err: errors.New("nobody has signed in")}
	case s.method == flow.OAuth:
		s.sent = []flow.Secret{conn.Grant.Access}
	case conn.Token.IsZero():
		return nil, &flow.Fault{Cause: flow.NoToken}
	default:
		s.tokens, s.sent = nil, []flow.Secret{conn.Token}
	}
	return s, nil
}

// ask sends a request with the token of the connection. A sign-in may be renewed
// before that, and once more after GitLab refuses the token that was the right
// one when the request left: what is refused so has changed nothing.
func (s *session) ask(ctx context.Context, r *request) (answer, error) {
	token, err := s.token(ctx, flow.Secret{})
	if err != nil {
		return answer{}, err
	}
	r.token, r.bearer = token, s.method == flow.OAuth
	a, err := s.client.do(ctx, r)
	if err != nil || s.tokens == nil || !refusesToken(a) {
		return a, err
	}
	if r.token, err = s.token(ctx, token); err != nil {
		return answer{}, err
	}
	r.secrets = append(r.secrets, token)
	return s.client.do(ctx, r)
}

// errToken says that there was nothing to sign in with: the request was not sent.
type errToken struct{ error }

func (e errToken) Unwrap() error { return e.error }

// token is the one to use now; refused is one that GitLab has just refused.
func (s *session) token(ctx context.Context, refused flow.Secret) (flow.Secret, error) {
	s.mu.Lock()
	token := s.sent[len(s.sent)-1]
	s.mu.Unlock()
	if s.tokens == nil {
		return token, nil
	}
	token, err := s.tokens.Token(ctx, refused)
	if err != nil {
		return flow.Secret{}, errToken{err}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if !slices.Contains(s.sent, token) {
		s.sent = append(s.sent, token)
	}
	return token, nil
}

// redact hides every token that the session has used, and what getting to the
// server takes.
func (s *session) redact(text string) string {
	for _, secret := range append(s.secrets(), s.tokensSent()...) {
		text = secret.Redact(text)
	}
	return text
}

func (s *session) tokensSent() []flow.Secret {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.sent)
}

// request asks for something below the API. Projects and groups are named by
// their numeric ID: a path with an encoded slash breaks behind some proxies.
func (s *session) request(path string, query url.Values) *request {
	return &request{site: s.site, path: "/api/v4/" + path, query: query}
}

// read gets one thing and decodes it. what names it for a person.
func (s *session) read(ctx context.Context, r *request, what string, into any) (answer, error) {
	a, err := s.get(ctx, r, what)
	if err != nil {
		return a, err
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return a, s.unreadable(what, err)
	}
	return a, nil
}

// get gets one thing as it comes.
func (s *session) get(ctx context.Context, r *request, what string) (answer, error) {
	a, err := s.ask(ctx, r)
	if err != nil {
		return answer{}, err
	}
	if a.status != http.StatusOK || isHTML(a) {
		return a, s.refusal(a, r, what)
	}
	if string(bytes.TrimSpace(a.body)) == "null" {
		return a, s.unreadable(what, errors.New("null")) // which fits everything
	}
	return a, nil
}

// refusal is that of the client; of a sign-in GitLab refuses no token that
// somebody could paste again, but the sign-in.
func (s *session) refusal(a answer, r *request, what string) *flow.Fault {
	f := s.client.refusal(a, r, what)
	if s.method == flow.OAuth && flow.CausedBy(f, flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked) {
		f.Err = errors.New(string(f.Cause))
		f.Cause = flow.SignInOver
	}
	return f
}

// unreadable is the fault of an answer that is not what it should be.
func (s *session) unreadable(what string, err error) *flow.Fault {
	// The decoder's error may quote the answer, and the answer the token.
	reason := clean(s.redact, err.Error(), 200)
	return &flow.Fault{Cause: flow.BadAnswer, Host: s.base.Host(), Detail: what, Err: errors.New(reason)}
}

// odd is the same where Flow itself has found what is wrong, in words that quote
// nothing.
func (s *session) odd(what, format string, args ...any) *flow.Fault {
	why := fmt.Sprintf(format, args...)
	return &flow.Fault{Cause: flow.BadAnswer, Host: s.base.Host(), Detail: what + ", since " + why, Err: errors.New(why)}
}

// A release is what a GitLab tells about itself once somebody has signed in.
type release struct {
	Version    string `json:"version"`
	Enterprise *bool  `json:"enterprise"` // since 15.6
}

// readVersion learns the version. /metadata is there since 15.2, /version since
// 8.13; before 12.9 it needs the scope api.
func (s *session) readVersion(ctx context.Context) (release, answer, error) {
	var r release
	const what = "the version of GitLab"
	a, err := s.read(ctx, s.request("metadata", nil), what, &r)
	if flow.CausedBy(err, flow.NotFound) {
		a, err = s.read(ctx, s.request("version", nil), what, &r)
	}
	if err != nil {
		return release{}, a, err
	}
	r.Version = clean(s.redact, r.Version, 30)
	v, ok := parseVersion(r.Version)
	if !ok {
		return release{}, a, s.unreadable(what, errors.New(r.Version))
	}
	if s.version = v; !v.has(supported) {
		return r, a, &flow.Fault{Cause: flow.TooOld, Host: s.base.Host(), Detail: v.String()}
	}
	return r, a, nil
}
