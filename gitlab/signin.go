package gitlab

import (
	"context"
	"crypto/rand"
	"encoding/base64"
	"net"
	"net/http"
	"sync"
	"time"

	"golang.org/x/oauth2"

	"flow"
)

// attemptLife is how long an attempt to sign in can be answered. A code of
// GitLab lives as long.
const attemptLife = 10 * time.Minute

// SignIn opens the doors of an attempt to sign in. See [flow.GitLab].
func (c *Client) SignIn(ctx context.Context, s flow.SignIn) (flow.Attempt, error) {
	if err := (site{s.Server.BaseURL, s.Network}).mayAsk(); err != nil {
		return nil, err
	}
	if s.App.ClientID == "" {
		return nil, &flow.Fault{Cause: flow.NoClientID}
	}
	a := &attempt{
		client: c, signIn: s, span: spanOf(s.Server),
		state: randomText(16), short: "/" + randomName(), verifier: oauth2.GenerateVerifier(),
		tried: map[string]bool{}, changed: make(chan struct{}, 1), newCode: make(chan struct{}, 1), ended: make(chan struct{}),
	}
	if a.span.certainly(anyLoopbackPort) {
		a.signIn.Server.Ports = flow.AnyPort
	}
	a.doors.Until = c.options.Now().Add(attemptLife)
	if s.App.Redirect == "" {
		if err := a.listen(ctx); err != nil {
			return nil, err
		}
	}
	a.doors.Address = a.authorizeAddress(a.redirect())
	a.whole, a.abort = context.WithCancel(context.WithoutCancel(ctx))
	a.running, a.stop = context.WithCancel(a.whole)
	a.start()
	return a, nil
}

// An attempt implements [flow.Attempt]. Everything but the fields below mu is
// set once.
type attempt struct {
	client   *Client
	signIn   flow.SignIn
	span     span
	state    string // proves that an answer belongs to this attempt
	verifier string // PKCE: proves that who has the code is who asked for it
	short    string // path of the short address

	listener net.Listener // nil where the company has a callback of its own
	server   *http.Server
	closing  sync.Once

	running context.Context // ends with the attempt
	stop    context.CancelFunc
	whole   context.Context // ends when nobody waits even for what GitLab is asked already
	abort   context.CancelFunc
	work    sync.WaitGroup // what runs in the background
	changed chan struct{}  // holds one after a change of the doors
	newCode chan struct{}  // holds one if another device code is wanted
	ended   chan struct{}  // closed by end

	mu       sync.Mutex
	doors    flow.Doors
	dropCode context.CancelFunc // ends asking for the present device code; nil before there is one

	tried map[string]bool // codes that are or were taken to GitLab
	over  bool            // the attempt has ended, as grant and err say
	grant flow.Grant
	err   error
}

func (a *attempt) site() site { return site{a.signIn.Server.BaseURL, a.signIn.Network} }

// randomText returns n random bytes as text that needs no escaping in a URL.
func randomText(n int) string {
	bytes := make([]byte, n)
	rand.Read(bytes) // never fails
	return base64.RawURLEncoding.EncodeToString(bytes)
}

// randomName returns eight random characters that can be read out and typed:
// without those that look alike. 40 bits, to be guessed within ten minutes over
// a loopback connection.
func randomName() string {
	const letters = "23456789abcdefghijkmnpqrstuvwxyz"
	name := make([]byte, 8)
	rand.Read(name)
	for i := range name {
		name[i] = letters[int(name[i])%len(letters)]
	}
	return string(name)
}

// redirect is the redirect URI of the long address.
func (a *attempt) redirect() string {
	switch {
	case a.signIn.App.Redirect != "":
		return a.signIn.App.Redirect
	case a.listener == nil:
		// All ports are taken. The other doors do, and a paste leads back as well.
		return a.signIn.Redirects()[len(a.signIn.Redirects())-1]
	}
	return "http://" + a.listener.Addr().String() + callbackPath
}

// authorizeAddress is where GitLab asks the user for approval.
func (a *attempt) authorizeAddress(redirect string) string {
	config := oauth2.Config{
		ClientID:    a.signIn.App.ClientID,
		RedirectURL: redirect,
		Scopes:      a.scopes(),
		Endpoint:    oauth2.Endpoint{AuthURL: a.signIn.Server.BaseURL.At("/oauth/authorize")},
	}
	return config.AuthCodeURL(a.state, oauth2.S256ChallengeOption(a.verifier))
}

// scopes are those to ask for: where the GitLab hides which it knows, all that
// Flow wants.
func (a *attempt) scopes() []string {
	scopes := a.signIn.Server.Scopes
	if len(scopes) == 0 {
		scopes = flow.WantedScopes
	}
	names := make([]string, len(scopes))
	for i, scope := range scopes {
		names[i] = string(scope)
	}
	return names
}

// start opens the doors that work by themselves, and ends the attempt in time.
func (a *attempt) start() {
	if a.listener != nil {
		a.work.Go(func() { _ = a.server.Serve(a.listener) })
	}
	if a.span.possibly(deviceGrant) {
		a.doors.Code.State = flow.CodeAsked
		a.work.Go(a.codeDoor)
	}
	a.work.Go(func() {
		if a.client.options.Sleep(a.running, attemptLife) == nil {
			a.end(flow.Grant{}, &flow.Fault{Cause: flow.AttemptOver})
		}
	})
}

func (a *attempt) Doors() flow.Doors {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.doors
}

// change changes the doors, unless the attempt is over.
func (a *attempt) change(f func(*flow.Doors)) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.over {
		return
	}
	f(&a.doors)
	select {
	case a.changed <- struct{}{}:
	default:
	}
}

func (a *attempt) Wait(ctx context.Context, tell func(flow.Doors)) (flow.Grant, error) {
	defer a.shut()
	for {
		select {
		case <-a.changed:
			if tell != nil {
				tell(a.Doors())
			}
		case <-a.ended:
			return a.outcome(ctx)
		case <-ctx.Done():
			a.end(flow.Grant{}, &flow.Fault{Cause: flow.Cancelled, Err: context.Cause(ctx)})
			return a.outcome(ctx)
		}
	}
}

// outcome is how the attempt has ended. Whoever has cancelled takes no grant, also
// where it came a moment before.
func (a *attempt) outcome(ctx context.Context) (flow.Grant, error) {
	a.mu.Lock()
	grant, err := a.grant, a.err
	if ctx.Err() == nil || grant.IsZero() {
		a.mu.Unlock()
		return grant, err
	}
	err = &flow.Fault{Cause: flow.Cancelled, Err: context.Cause(ctx)}
	a.grant, a.err = flow.Grant{}, err
	a.mu.Unlock()
	a.giveBack(grant, flow.Grant{})
	return flow.Grant{}, err
}

// end ends the attempt with a grant or a fault. The first end counts; a grant
// that comes later is of no use to anybody and is given back.
func (a *attempt) end(g flow.Grant, err error) (first bool) {
	a.mu.Lock()
	won := a.grant
	if first = !a.over; first {
		a.over, a.grant, a.err = true, g, err
		close(a.ended)
	}
	a.mu.Unlock()
	a.stop()
	if !first && !g.IsZero() {
		a.giveBack(g, won)
	}
	return first
}

// shut closes the listener at once, and the connections once those who are being
// answered have their page. A browser may keep one open that it never uses, so
// nobody waits for that but Close.
func (a *attempt) shut() {
	a.stop()
	if a.listener == nil {
		return
	}
	a.closing.Do(func() {
		_ = a.listener.Close()
		a.work.Go(func() {
			ctx, cancel := context.WithTimeout(context.Background(), pagePatience)
			defer cancel()
			_ = a.server.Shutdown(ctx)
			_ = a.server.Close()
		})
	})
}

func (a *attempt) Close() {
	a.end(flow.Grant{}, &flow.Fault{Cause: flow.Cancelled})
	a.shut()
	patience := time.AfterFunc(closePatience, a.abort)
	defer patience.Stop()
	a.work.Wait()
	a.abort()
}

// closePatience is how long Close waits for GitLab's answer to what it was asked
// before: it may hold tokens, which are given back then.
const closePatience = 5 * time.Second
