package gitlabtest

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"net/url"
	"strings"
)

// Browser is a person at a browser, for tests without a real one. It reads
// GitLab's pages and fills in their forms, keeps cookies, follows redirects,
// trusts the server's own authority, and signs in where it is asked to. Its
// methods are for one goroutine at a time.
type Browser struct {
	// StopBefore ends a visit in front of an address, such as the callback of
	// an application: Landing has it, and nobody has opened it.
	StopBefore func(*url.URL) bool

	server         *Server
	user, password string
	client         *http.Client
}

// Landing is where a visit ended.
type Landing struct {
	URL    string // the whole address
	Status int    // what was answered there; 0 where StopBefore ended it
	Body   string
	Page   string // what a person reads there: Body without its markup
}

// NewBrowser is the browser of somebody who has not signed in yet.
func NewBrowser(server *Server, user, password string) *Browser {
	transport := &http.Transport{}
	if server.CA() != nil {
		roots := x509.NewCertPool()
		roots.AppendCertsFromPEM(server.CA())
		transport.TLSClientConfig = &tls.Config{RootCAs: roots}
	}
	jar, _ := cookiejar.New(nil) // never fails
	return &Browser{server: server, user: user, password: password, client: &http.Client{
		Transport:     transport,
		Jar:           jar,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Close ends the browser's connections.
func (b *Browser) Close() { b.client.CloseIdleConnections() }

// maxSteps bounds how many pages one visit goes through.
const maxSteps = 30

// Authorize opens an address: GitLab's, or one that leads there. On the way it
// signs in and answers the question for consent. It ends where there is nothing
// more to do: at the application's callback, or at a page of GitLab's that asks
// for nothing, such as an error. An error is only what a browser could not show.
func (b *Browser) Authorize(ctx context.Context, address string, approve bool) (Landing, error) {
	return b.visit(ctx, address, "", approve)
}

// EnterCode opens the page for devices, types a user code and agrees or
// refuses. It is an error if GitLab does not know the code any more.
func (b *Browser) EnterCode(ctx context.Context, userCode string, approve bool) error {
	landing, err := b.visit(ctx, b.server.URL()+"/oauth/device", userCode, approve)
	if err != nil {
		return err
	}
	wanted := deviceDenied
	if approve {
		wanted = deviceAuthorized
	}
	if !strings.Contains(landing.Page, wanted) {
		return fmt.Errorf("enter a user code: status %d: %s", landing.Status, landing.Page)
	}
	return nil
}

// visit goes from page to page. Every form is sent once at most: GitLab shows
// the same one again where it does not like what it got.
func (b *Browser) visit(ctx context.Context, address, userCode string, approve bool) (Landing, error) {
	next, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return Landing{}, fmt.Errorf("open %s: %w", address, err)
	}
	sent := map[string]bool{}
	for range maxSteps {
		if b.StopBefore != nil && b.StopBefore(next.URL) {
			return Landing{URL: next.URL.String()}, nil
		}
		landing, location, err := b.open(next)
		if err != nil {
			return Landing{}, err
		}
		target := location
		if target == "" {
			var submit *form
			submit, target = b.choose(landing, userCode, approve)
			if submit != nil && !sent[submit.button] {
				sent[submit.button] = true
				if next, err = submit.request(ctx, landing.URL); err != nil {
					return Landing{}, err
				}
				continue
			}
		}
		if target == "" {
			return landing, nil
		}
		there, err := next.URL.Parse(target)
		if err != nil {
			return Landing{}, fmt.Errorf("follow a redirect of %s: %w", next.URL.Redacted(), err)
		}
		if next, err = http.NewRequestWithContext(ctx, http.MethodGet, there.String(), nil); err != nil {
			return Landing{}, err
		}
	}
	return Landing{}, errors.New("open " + address + ": too many pages")
}

// open sends one request and returns what came and where it redirects to.
func (b *Browser) open(request *http.Request) (Landing, string, error) {
	response, err := b.client.Do(request)
	if err != nil {
		return Landing{}, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(io.LimitReader(response.Body, maxBody))
	if err != nil {
		return Landing{}, "", fmt.Errorf("read the page at %s: %w", request.URL.Redacted(), err)
	}
	landing := Landing{URL: request.URL.String(), Status: response.StatusCode, Body: string(text), Page: readable(string(text))}
	if response.StatusCode/100 == 3 {
		return landing, response.Header.Get("Location"), nil
	}
	return landing, "", nil
}

// choose is what the person does on one of GitLab's pages: the form to send,
// or the link to follow.
func (b *Browser) choose(landing Landing, userCode string, approve bool) (*form, string) {
	if !strings.Contains(landing.Body, pageMark) {
		return nil, "" // not GitLab's
	}
	button := "deny"
	if approve {
		button = "authorize"
	}
	for _, f := range formsOf(landing.Body) {
		switch f.button {
		case "sign-in":
			f.fields.Set("user[login]", b.user)
			f.fields.Set("user[password]", b.password)
			return f, ""
		case "continue":
			if userCode != "" {
				f.fields.Set("user_code", userCode)
			}
			if f.fields.Get("user_code") == "" {
				return nil, ""
			}
			return f, ""
		case button:
			return f, ""
		}
	}
	return nil, redirectLink(landing.Body)
}
