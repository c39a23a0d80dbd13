package gitlab_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"golang.org/x/oauth2"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

var (
	confidential = flow.Application{ClientID: gitlabtest.DemoClientID, Secret: flow.NewSecret(gitlabtest.DemoClientSecret)}
	public       = flow.Application{ClientID: gitlabtest.DemoPublicClientID}
)

// fixedRedirect is one that every release accepts.
const fixedRedirect = "http://127.0.0.1:7171/callback"

// approve lets a person approve the application and returns the code that the
// browser brings back.
func approve(t *testing.T, s *gitlabtest.Server, app flow.Application, verifier string, scopes ...string) string {
	t.Helper()
	if scopes == nil {
		scopes = []string{"api", "read_user"}
	}
	config := oauth2.Config{
		ClientID: app.ClientID, RedirectURL: fixedRedirect, Scopes: scopes,
		Endpoint: oauth2.Endpoint{AuthURL: s.URL() + "/oauth/authorize"},
	}
	var options []oauth2.AuthCodeOption
	if verifier != "" {
		options = append(options, oauth2.S256ChallengeOption(verifier))
	}
	b := gitlabtest.NewBrowser(s, gitlabtest.DemoUser, gitlabtest.DemoPassword)
	defer b.Close()
	b.StopBefore = func(u *url.URL) bool { return u.Host == "127.0.0.1:7171" }
	landing, err := b.Authorize(t.Context(), config.AuthCodeURL("state", options...), true)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(landing.URL)
	if err != nil || u.Query().Get("code") == "" {
		t.Fatalf("ended at %s: %s", landing.URL, landing.Page)
	}
	return u.Query().Get("code")
}

// signedIn is a connection whose user has signed in.
func signedIn(t *testing.T, s *gitlabtest.Server, c *gitlab.Client, app flow.Application, scopes ...string) flow.Connection {
	t.Helper()
	base, err := flow.ParseBaseURL(s.URL())
	if err != nil {
		t.Fatal(err)
	}
	verifier := ""
	if app.Secret.IsZero() {
		verifier = oauth2.GenerateVerifier()
	}
	grant, err := gitlab.Exchange(c, t.Context(), base, app, approve(t, s, app, verifier, scopes...), fixedRedirect, verifier)
	if err != nil {
		t.Fatal(err)
	}
	return flow.Connection{BaseURL: base, App: app, Grant: grant}
}

// with returns the connection with other tokens.
func with(conn flow.Connection, g flow.Grant) flow.Connection {
	conn.Grant = g
	return conn
}

func TestTokensAreExchangedAndRenewedOnEveryRelease(t *testing.T) {
	for _, test := range []struct {
		version string
		pkce    flow.Cause // what becomes of a verifier; "" if it is taken
		ends    bool
		public  bool
	}{
		{"9.0.0", "", false, false},
		{"10.7.0", "", false, false},
		{"12.9.0", flow.AnswerRefused, false, false},
		{"13.5.0", flow.AnswerRefused, false, false},
		{"13.8.0", "", false, true},
		{"14.9.0", "", true, true},
		{"15.1.0", "", true, true},
		{"15.11.0", "", true, true},
		{"17.5.2-ee", "", true, true},
		{"18.9.0-pre", "", true, true},
	} {
		t.Run(test.version, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: test.version, Path: "/git"})
			c, w := newClient(t, gitlab.Options{})
			base, _ := flow.ParseBaseURL(s.URL())
			verifier := oauth2.GenerateVerifier()
			code := approve(t, s, confidential, verifier)
			grant, err := gitlab.Exchange(c, t.Context(), base, confidential, code, fixedRedirect, verifier)
			if test.pkce != "" {
				if !flow.CausedBy(err, test.pkce) {
					t.Errorf("with a verifier: %v", err)
				}
				grant, err = gitlab.Exchange(c, t.Context(), base, confidential, code, fixedRedirect, "")
			}
			if err != nil {
				t.Fatal(err)
			}
			check := func(g flow.Grant) {
				t.Helper()
				end := time.Time{}
				if test.ends {
					end = today.Add(2 * time.Hour)
				}
				if g.Access.Len() < 20 || g.Refresh.Len() < 20 || g.Scopes.String() != "api, read_user" || !g.At.Equal(today) || !g.Expires.Equal(end) {
					t.Errorf("granted %+v", g)
				}
			}
			check(grant)
			conn := flow.Connection{BaseURL: base, App: confidential, Grant: grant}
			fresh, err := c.Renew(t.Context(), conn)
			if err != nil {
				t.Fatal(err)
			}
			if check(fresh); fresh.Access == grant.Access || fresh.Refresh == grant.Refresh {
				t.Error("the old tokens came again")
			}
			if err := c.Discover(t.Context(), with(conn, fresh), nil, func(flow.Page) error { return nil }); err != nil {
				t.Errorf("the new token is not taken: %v", err)
			}
			if _, err := c.Renew(t.Context(), conn); !flow.CausedBy(err, flow.AnswerRefused) {
				t.Errorf("the old refresh token: %v", err)
			}
			if test.public {
				conn := signedIn(t, s, c, public)
				if _, err := c.Renew(t.Context(), conn); err != nil {
					t.Errorf("public: %v", err)
				}
			}
			if len(w.list) > 0 {
				t.Errorf("waited %v", w.list)
			}
		})
	}
}

func TestACodeIsTakenOnce(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	base, _ := flow.ParseBaseURL(s.URL())
	wrong := confidential
	wrong.Secret = flow.NewSecret("gloas-not-the-secret-of-this-application")
	unknown := flow.Application{ClientID: "nobody"}
	verifier := oauth2.GenerateVerifier()
	code := approve(t, s, confidential, verifier)
	for _, test := range []struct {
		name                     string
		app                      flow.Application
		code, redirect, verifier string
		want                     flow.Cause
	}{
		{"the code is another", confidential, "not-" + code, fixedRedirect, verifier, flow.AnswerRefused},
		{"the redirect URI is another", confidential, code, "http://127.0.0.1:7172/callback", verifier, flow.AnswerRefused},
		{"the verifier is another", confidential, code, fixedRedirect, oauth2.GenerateVerifier(), flow.AnswerRefused},
		{"the secret is wrong", wrong, code, fixedRedirect, verifier, flow.SecretWrong},
		{"nobody knows the client", unknown, code, fixedRedirect, verifier, flow.SecretMissing},
		{"all is right", confidential, code, fixedRedirect, verifier, ""},
		{"once more", confidential, code, fixedRedirect, verifier, flow.AnswerRefused},
	} {
		_, err := gitlab.Exchange(c, t.Context(), base, test.app, test.code, test.redirect, test.verifier)
		if test.want == "" && err != nil || test.want != "" && !flow.CausedBy(err, test.want) {
			t.Errorf("%s: %v", test.name, err)
		}
		if err != nil && flow.FaultOf(err).Says == "" {
			t.Errorf("%s: what GitLab said is lost", test.name)
		}
	}
}

func TestTokensAreFetchedWithAPrivateAuthority(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: "/git", TLS: &gitlabtest.Certificate{}})
	c, _ := newClient(t, gitlab.Options{Roots: trusting(s)})
	conn := signedIn(t, s, c, public)
	fresh, err := c.Renew(t.Context(), conn)
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Revoke(t.Context(), with(conn, fresh)); err != nil {
		t.Error(err)
	}
	stranger, _ := newClient(t, gitlab.Options{})
	if _, err := stranger.Renew(t.Context(), conn); !flow.CausedBy(err, flow.UnknownCA) {
		t.Errorf("without the authority: %v", err)
	}
	if _, err := gitlab.Exchange(stranger, t.Context(), conn.BaseURL, public, "code", fixedRedirect, "verifier"); !flow.CausedBy(err, flow.UnknownCA) {
		t.Errorf("without the authority: %v", err)
	}
}

func TestARenewalThatNeedsNoAnswerOfGitLab(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	conn := signedIn(t, s, c, confidential)
	s.Forget()
	conn.Grant.Refresh = flow.Secret{}
	if _, err := c.Renew(t.Context(), conn); !flow.CausedBy(err, flow.SignInOver) {
		t.Errorf("without a refresh token: %v", err)
	}
	conn = connect(t, "http://gitlab.example.com")
	conn.App, conn.Grant = confidential, flow.Grant{Access: flow.NewSecret("a"), Refresh: flow.NewSecret("b")}
	if _, err := c.Renew(t.Context(), conn); !flow.CausedBy(err, flow.PlainAddress) {
		t.Errorf("over plain http: %v", err)
	}
	if err := c.Revoke(t.Context(), conn); !flow.CausedBy(err, flow.PlainAddress) {
		t.Errorf("over plain http: %v", err)
	}
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	conn.Network.PlainHTTP = true
	if _, err := c.Renew(ended, conn); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
	if list := s.Requests(); len(list) > 0 {
		t.Errorf("sent %+v", list)
	}
}

// What goes out is looked at by a server that is no GitLab.
func TestOnlyWhatIsNeededIsSent(t *testing.T) {
	type sent struct {
		*http.Request
		form url.Values
	}
	got := make(chan sent, 1)
	s := serve(t, func(w http.ResponseWriter, r *http.Request) {
		r.ParseForm()
		got <- sent{r, r.PostForm}
		w.Header().Set("Content-Type", "application/json")
		w.Write([]byte(`{"access_token":"a-new-one","token_type":"bearer"}`))
	})
	c, _ := newClient(t, gitlab.Options{UserAgent: "flow/1.2"})
	base, _ := flow.ParseBaseURL(s.URL + "/git")
	private := flow.Application{ClientID: "app", Secret: flow.NewSecret("s3cret&=%")}
	open := flow.Application{ClientID: "app"}
	grant := flow.Grant{Access: flow.NewSecret("old access"), Refresh: flow.NewSecret("old refresh")}
	exchange := func(app flow.Application, verifier string) error {
		_, err := gitlab.Exchange(c, t.Context(), base, app, "the code", fixedRedirect, verifier)
		return err
	}
	renew := func(app flow.Application) error {
		_, err := c.Renew(t.Context(), flow.Connection{BaseURL: base, App: app, Grant: grant})
		return err
	}
	revoke := func(app flow.Application) error {
		return c.Revoke(t.Context(), flow.Connection{BaseURL: base, App: app, Grant: grant})
	}
	const code = "grant_type=authorization_code&code=the+code&redirect_uri=http%3A%2F%2F127.0.0.1%3A7171%2Fcallback"
	for _, test := range []struct {
		name string
		do   func() error
		path string
		want string
	}{
		{"exchange", func() error { return exchange(private, "verify me") }, "/git/oauth/token",
			code + "&client_id=app&client_secret=s3cret%26%3D%25&code_verifier=verify+me"},
		{"exchange without PKCE", func() error { return exchange(private, "") }, "/git/oauth/token", code + "&client_id=app&client_secret=s3cret%26%3D%25"},
		{"exchange of a public application", func() error { return exchange(open, "verify me") }, "/git/oauth/token", code + "&client_id=app&code_verifier=verify+me"},
		{"renewal", func() error { return renew(private) }, "/git/oauth/token",
			"grant_type=refresh_token&refresh_token=old+refresh&client_id=app&client_secret=s3cret%26%3D%25"},
		{"renewal of a public application", func() error { return renew(open) }, "/git/oauth/token", "grant_type=refresh_token&refresh_token=old+refresh&client_id=app"},
		{"revocation", func() error { return revoke(private) }, "/git/oauth/revoke", "token=old+refresh&client_id=app&client_secret=s3cret%26%3D%25"},
		{"revocation of a public application", func() error { return revoke(open) }, "/git/oauth/revoke", "token=old+refresh&client_id=app"},
	} {
		if err := test.do(); err != nil {
			t.Errorf("%s: %v", test.name, err)
		}
		r := <-got
		want, _ := url.ParseQuery(test.want)
		if r.Method != http.MethodPost || r.URL.String() != test.path || r.form.Encode() != want.Encode() {
			t.Errorf("%s: sent %s %s with %s, want %s", test.name, r.Method, r.URL, r.form.Encode(), want.Encode())
		}
		if r.Header.Get("Authorization") != "" || r.Header.Get("PRIVATE-TOKEN") != "" || len(r.Cookies()) > 0 {
			t.Errorf("%s: sent headers %v", test.name, r.Header)
		}
		if r.Header.Get("User-Agent") != "flow/1.2" || !strings.HasPrefix(r.Header.Get("Content-Type"), "application/x-www-form-urlencoded") {
			t.Errorf("%s: sent headers %v", test.name, r.Header)
		}
	}
}
