package gitlab

import (
	"context"
	"encoding/json"
	"errors"
	"net/http"
	"net/url"

	"flow"
)

// A session is one connection in use: a client, whom it speaks to, and with
// which token.
type session struct {
	client  *Client
	base    flow.BaseURL
	token   flow.Secret
	version version // zero until it is known
}

func (c *Client) session(conn flow.Connection) (*session, error) {
	if conn.BaseURL.IsPlain() && !conn.PlainHTTP {
		return nil, &flow.Fault{Cause: flow.PlainAddress, Host: conn.BaseURL.Host()}
	}
	if conn.Token.IsZero() {
		return nil, &flow.Fault{Cause: flow.NoToken}
	}
	return &session{client: c, base: conn.BaseURL, token: conn.Token}, nil
}

// request asks for something below the API. Projects and groups are named by
// their numeric ID: a path with an encoded slash breaks behind some proxies.
func (s *session) request(path string, query url.Values) *request {
	return &request{base: s.base, path: "/api/v4/" + path, query: query, token: s.token}
}

// read gets one thing and decodes it. what names it for a person.
func (s *session) read(ctx context.Context, r *request, what string, into any) (answer, error) {
	a, err := s.client.do(ctx, r)
	if err != nil {
		return answer{}, err
	}
	if a.status != http.StatusOK || isHTML(a) {
		return a, s.client.refusal(a, r, what)
	}
	if err := json.Unmarshal(a.body, into); err != nil {
		return a, s.unreadable(what, err)
	}
	return a, nil
}

// unreadable is the fault of an answer that is not what it should be.
func (s *session) unreadable(what string, err error) *flow.Fault {
	// The decoder's error may quote the answer, and the answer the token.
	reason := flow.CleanLine(s.token.Redact(err.Error()), 200)
	return &flow.Fault{Cause: flow.BadAnswer, Host: s.base.Host(), Detail: what, Err: errors.New(reason)}
}

// A release is what a GitLab tells about itself once somebody has signed in.
type release struct {
	Version    string `json:"version"`
	Enterprise *bool  `json:"enterprise"` // since 15.6
}

// readVersion learns the version. /version is there since 8.13 and tells all
// that /metadata does since 15.5; before 12.9 it needs the scope api.
func (s *session) readVersion(ctx context.Context) (release, answer, error) {
	var r release
	const what = "the version of GitLab"
	a, err := s.read(ctx, s.request("version", nil), what, &r)
	if flow.CausedBy(err, flow.NotFound) {
		a, err = s.read(ctx, s.request("metadata", nil), what, &r)
	}
	if err != nil {
		return release{}, a, err
	}
	r.Version = flow.CleanLine(r.Version, 30)
	v, ok := parseVersion(r.Version)
	if !ok {
		return release{}, a, s.unreadable(what, errors.New(r.Version))
	}
	if s.version = v; !v.has(supported) {
		return r, a, &flow.Fault{Cause: flow.TooOld, Host: s.base.Host(), Detail: v.String()}
	}
	return r, a, nil
}
