package gitlab

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"flow"
)

// Pages of GitLab's OAuth provider (Doorkeeper), below the base URL. They are no
// part of the API.
const (
	authorizePath = "/oauth/authorize"
	tokenPath     = "/oauth/token"
	revokePath    = "/oauth/revoke"
)

// tokenFactor times Options.Timeout bounds a request for tokens: far longer than
// others wait for a first byte, since an answer that comes too late costs the
// sign-in, and less than the minute that callers give it.
const tokenFactor = 5

// exchange takes the code that a sign-in brought to GitLab, once, and returns
// the tokens. redirect is the redirect URI that the code was asked for with,
// verifier that of PKCE, "" for none. Faults: AnswerRefused where GitLab does not
// take the code or the verifier, SecretWrong, ClientUnknown, ScopeRefused, those
// of the way and of a server's answer. Whether plain http will do is for the
// caller to have asked.
func (c *Client) exchange(ctx context.Context, at site, app flow.Application, code, redirect, verifier string) (flow.Grant, error) {
	ask := c.newTokenRequest(at, app, "the sign-in", flow.NewSecret(code), flow.NewSecret(verifier))
	return ask.do(ctx, func(ctx context.Context, config *oauth2.Config) (*oauth2.Token, error) {
		config.RedirectURL = redirect
		var options []oauth2.AuthCodeOption
		if verifier != "" {
			options = append(options, oauth2.VerifierOption(verifier))
		}
		return config.Exchange(ctx, code, options...)
	})
}

// Renew spends the refresh token of a connection. See [flow.GitLab].
func (c *Client) Renew(ctx context.Context, conn flow.Connection) (flow.Grant, error) {
	if err := siteOf(conn).mayAsk(); err != nil {
		return flow.Grant{}, err
	}
	if conn.Grant.Refresh.IsZero() {
		return flow.Grant{}, &flow.Fault{Cause: flow.SignInOver, Host: conn.BaseURL.Host(), Err: errors.New("there is no refresh token")}
	}
	ask := c.newTokenRequest(siteOf(conn), conn.App, "the renewal of the sign-in", conn.Grant.Refresh, conn.Grant.Access)
	ask.renewal = true
	return ask.do(ctx, func(ctx context.Context, config *oauth2.Config) (*oauth2.Token, error) {
		// Of a token that is only a refresh token the source asks for another at once.
		return config.TokenSource(ctx, &oauth2.Token{RefreshToken: conn.Grant.Refresh.Reveal()}).Token()
	})
}

// A tokenRequest is one request to GitLab's token page. It takes the place of the
// transport below x/oauth2, whose errors hold whole bodies: what is told of a
// failure is made from the answer that is kept here.
type tokenRequest struct {
	client  *Client
	app     flow.Application
	what    string // is asked for, in words
	renewal bool
	request *request
	answer  answer
	err     error // of the way; nil where there is an answer
}

func (c *Client) newTokenRequest(at site, app flow.Application, what string, secrets ...flow.Secret) *tokenRequest {
	return &tokenRequest{client: c, app: app, what: what, request: &request{
		method: http.MethodPost, site: at, path: tokenPath, secrets: append(secrets, app.Secret), raw: true, patient: true,
	}}
}

func (t *tokenRequest) do(ctx context.Context, ask func(context.Context, *oauth2.Config) (*oauth2.Token, error)) (flow.Grant, error) {
	bound := tokenFactor * t.client.options.Timeout
	ctx, cancel := context.WithTimeoutCause(ctx, bound, errSlow{bound})
	defer cancel()
	base := t.request.base
	config := &oauth2.Config{
		ClientID: t.app.ClientID, ClientSecret: t.app.Secret.Reveal(),
		Endpoint: oauth2.Endpoint{
			AuthURL: base.At(authorizePath), TokenURL: base.At(tokenPath),
			// Else x/oauth2 tries two ways of sending the secret: two requests, of
			// which the first may use up the code.
			AuthStyle: oauth2.AuthStyleInParams,
		},
	}
	own := &http.Client{Transport: t, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	token, err := ask(context.WithValue(ctx, oauth2.HTTPClient, own), config)
	switch {
	case t.err != nil:
		return flow.Grant{}, t.err
	case t.answer.status == 0:
		return flow.Grant{}, t.client.wayFault(t.request, err)
	case err != nil:
		return flow.Grant{}, t.refusal()
	}
	grant, ok := t.client.grantOf(token)
	if !ok {
		return flow.Grant{}, t.refusal()
	}
	return grant, nil
}

// RoundTrip sends what x/oauth2 has written, through the transport of everything
// else. It keeps what comes back without what was sent.
func (t *tokenRequest) RoundTrip(req *http.Request) (*http.Response, error) {
	defer req.Body.Close()
	form, err := io.ReadAll(req.Body)
	if err != nil {
		return nil, err
	}
	t.request.form = string(form)
	a, err := t.client.do(req.Context(), t.request)
	if t.answer, t.err = a, err; err != nil {
		return nil, err
	}
	t.answer.forgetInBody(t.request.sent())
	return &http.Response{
		StatusCode: a.status, Status: http.StatusText(a.status), Header: a.header,
		Body: io.NopCloser(bytes.NewReader(a.body)), Request: req,
	}, nil
}

// grantOf makes a grant of what the token page answered. The refresh token is
// that of the answer: where there is none x/oauth2 fills in the one that was
// sent, which GitLab has revoked as it answered. GitLab always sends one.
func (c *Client) grantOf(token *oauth2.Token) (flow.Grant, bool) {
	refresh, _ := token.Extra("refresh_token").(string)
	for _, text := range []string{token.AccessToken, refresh} {
		if text = strings.TrimSpace(text); text != "" && !isSendable(text) {
			return flow.Grant{}, false
		}
	}
	g := flow.Grant{Access: flow.NewSecret(token.AccessToken), Refresh: flow.NewSecret(refresh), At: c.options.Now()}
	if token.ExpiresIn > 0 {
		// Counted from now, whatever the clock of GitLab says.
		g.Expires = g.At.Add(time.Duration(token.ExpiresIn) * time.Second)
	}
	scope, _ := token.Extra("scope").(string)
	g.Scopes = scopesOf(strings.Fields(scope))
	return g, !g.Access.IsZero() && token.Type() == "Bearer"
}

// isSendable reports whether a token consists of what RFC 6750 (2.1) lets stand
// in a header; net/http refuses to send the rest.
func isSendable(token string) bool {
	return !strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' })
}

func scopesOf(names []string) flow.Scopes {
	var scopes flow.Scopes
	for _, name := range names {
		if name = flow.CleanLine(name, 40); name != "" {
			scopes = append(scopes, flow.Scope(name))
		}
	}
	return scopes
}

// postForm sends a form to a page below the base URL: once, whatever comes back,
// and nowhere else. Every status is an answer, in which what was sent in secret
// is hidden; errors are faults of the way, or that of the context.
func (c *Client) postForm(ctx context.Context, at site, path string, form url.Values, secrets ...flow.Secret) (answer, error) {
	return c.do(ctx, &request{method: http.MethodPost, site: at, path: path, form: form.Encode(), secrets: secrets})
}

// Revoke ends a sign-in at GitLab. See [flow.GitLab].
func (c *Client) Revoke(ctx context.Context, conn flow.Connection) error {
	if err := siteOf(conn).mayAsk(); err != nil {
		return err
	}
	if conn.Grant.Over(c.options.Now()) && !conn.Grant.Refresh.IsZero() {
		// Of an access token that has run out GitLab before 17.7 revokes nothing, and
		// answers 200 all the same: the refresh token would live on (Doorkeeper
		// #1671, mended in 5.8.1).
		fresh, err := c.Renew(ctx, conn)
		if flow.CausedBy(err, flow.AnswerRefused) {
			return nil // it is over already
		}
		if err != nil {
			return err
		}
		conn.Grant = fresh
	}
	return c.revoke(ctx, conn)
}

// revoke names the refresh token where there is one: with it the access token
// ends as well (RFC 7009, 2.1), which lies in the same row of GitLab's table.
func (c *Client) revoke(ctx context.Context, conn flow.Connection) error {
	token := conn.Grant.Refresh
	if token.IsZero() {
		token = conn.Grant.Access
	}
	form := url.Values{"token": {token.Reveal()}, "client_id": {conn.App.ClientID}}
	if !conn.App.Secret.IsZero() {
		form.Set("client_secret", conn.App.Secret.Reveal())
	}
	ask := c.newTokenRequest(siteOf(conn), conn.App, "the end of the sign-in")
	a, err := c.postForm(ctx, siteOf(conn), revokePath, form, conn.Grant.Access, conn.Grant.Refresh, conn.App.Secret)
	if err != nil {
		return err
	}
	if ask.answer = a; a.status != http.StatusOK || isHTML(a) {
		return ask.refusal()
	}
	return nil
}
