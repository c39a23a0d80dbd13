package gitlab_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// renewing is a source that renews a sign-in at its GitLab, but notices only by
// a refusal that somebody else has done so.
type renewing struct {
	client *gitlab.Client

	mu      sync.Mutex
	conn    flow.Connection
	stored  flow.Grant // what somebody else has brought
	refused int        // how often it was asked because a token was refused
}

func (r *renewing) Token(ctx context.Context, refused flow.Secret) (flow.Secret, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	if refused.IsZero() {
		return r.conn.Grant.Access, nil
	}
	if r.refused++; refused != r.conn.Grant.Access {
		return r.conn.Grant.Access, nil
	}
	fresh, err := r.stored, error(nil)
	if fresh.IsZero() {
		fresh, err = r.client.Renew(ctx, r.conn)
	}
	if err != nil {
		return flow.Secret{}, err
	}
	r.conn.Grant, r.stored = fresh, flow.Grant{}
	return fresh.Access, nil
}

// kept is a connection whose sign-in is renewed.
func kept(c *gitlab.Client, conn flow.Connection) (flow.Connection, *renewing) {
	r := &renewing{client: c, conn: conn}
	conn.Tokens = r
	return conn, r
}

// tokens is a source made by hand.
type tokens func(refused flow.Secret) (flow.Secret, error)

func (f tokens) Token(_ context.Context, refused flow.Secret) (flow.Secret, error) { return f(refused) }

func TestASignInIsSentAsBearerOnly(t *testing.T) {
	for _, version := range []string{"9.0.0", "12.10.0", "17.5.2-ee"} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: version, Path: "/git"})
		c, _ := newClient(t, gitlab.Options{})
		conn, _ := kept(c, signedIn(t, s, c, confidential))
		s.Forget()
		if _, err := discover(c, conn); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		if _, err := c.Test(t.Context(), conn, nil); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		for _, r := range s.Requests() {
			want := "Authorization"
			if strings.HasPrefix(r.Path, "/.well-known/") {
				want = ""
			}
			if r.Credential != want || strings.Contains(r.Path, "personal_access_tokens") {
				t.Errorf("%s: sent %s %s with %q", version, r.Method, r.Path, r.Credential)
			}
		}
	}
}

// seen counts what a walk brings.
type seen struct {
	groups, repos map[int64]int
	pages         int
}

func walkOver(c *gitlab.Client, conn flow.Connection, each func(*seen) error) (seen, error) {
	s := seen{groups: map[int64]int{}, repos: map[int64]int{}}
	err := c.Discover(context.Background(), conn, nil, func(p flow.Page) error {
		s.pages++
		for _, g := range p.Groups {
			s.groups[g.ID]++
		}
		for _, r := range p.Repos {
			s.repos[r.ID]++
		}
		return each(&s)
	})
	return s, err
}

// In the middle of a walk another process renews the sign-in: GitLab revokes the
// token that the walk goes on with.
func TestAWalkOutlastsItsToken(t *testing.T) {
	for _, version := range []string{"9.0.0", "12.9.0", "17.5.2-ee"} {
		t.Run(version, func(t *testing.T) {
			company := gitlabtest.Sized(900, today)
			s := start(t, company, gitlabtest.Options{Version: version})
			c, _ := newClient(t, gitlab.Options{})
			whole, err := walkOver(c, signedIn(t, s, c, confidential), func(*seen) error { return nil })
			if err != nil {
				t.Fatal(err)
			}
			conn, source := kept(c, signedIn(t, s, c, confidential))
			got, err := walkOver(c, conn, func(so *seen) error {
				if so.pages != 3 {
					return nil
				}
				source.mu.Lock()
				defer source.mu.Unlock()
				var err error
				source.stored, err = c.Renew(t.Context(), conn)
				return err
			})
			if err != nil {
				t.Fatal(err)
			}
			if len(got.repos) != 900 || len(got.groups) != len(whole.groups) {
				t.Errorf("%d repos, %d groups; want 900, %d", len(got.repos), len(got.groups), len(whole.groups))
			}
			for id, n := range got.repos {
				if n != 1 {
					t.Errorf("repo %d came %d times", id, n)
				}
			}
			if source.refused == 0 {
				t.Error("no token was refused")
			}
		})
	}
}

// Here the token ends while requests with it are on their way, and is renewed
// because GitLab says so.
func TestARefusedTokenIsRenewedInTheMiddleOfAWalk(t *testing.T) {
	for name, refusal := range map[string]string{
		"expired": `{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`,
		"revoked": `{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}`,
		"unknown": `{"message":"401 Unauthorized"}`,
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, gitlabtest.Sized(900, today), gitlabtest.Options{})
			c, w := newClient(t, gitlab.Options{})
			conn, source := kept(c, signedIn(t, s, c, confidential))
			first := "Bearer " + conn.Grant.Access.Reveal()
			var passed atomic.Int32
			s.Fail(gitlabtest.Fault{Path: "/api/v4/**", Status: 401, Body: refusal, Match: func(r *http.Request) bool {
				return r.Header.Get("Authorization") == first && passed.Add(1) > 7
			}})
			got, err := walkOver(c, conn, func(*seen) error { return nil })
			if err != nil || len(got.repos) != 900 {
				t.Fatalf("%d repos, error %v", len(got.repos), err)
			}
			for id, n := range got.repos {
				if n != 1 {
					t.Errorf("repo %d came %d times", id, n)
				}
			}
			if source.refused == 0 || source.refused > 8 || len(w.list) > 0 {
				t.Errorf("asked %d times after a refusal, waited %v", source.refused, w.list)
			}
			if n := len(s.Company().OAuthTokens()); n != 2 {
				t.Errorf("%d tokens were made", n)
			}
		})
	}
}

func TestASecondRefusalIsTold(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	conn := signedIn(t, s, c, confidential)
	asked := []flow.Secret{}
	conn.Tokens = tokens(func(refused flow.Secret) (flow.Secret, error) {
		asked = append(asked, refused)
		return flow.NewSecret(fmt.Sprint("token number ", len(asked))), nil
	})
	s.Forget()
	_, err := discover(c, conn)
	if f := flow.FaultOf(orNone(err)); f.Cause != flow.SignInOver || f.Says != "401 Unauthorized" {
		t.Errorf("error %v", err)
	}
	if len(asked) != 2 || !asked[0].IsZero() || asked[1].Reveal() != "token number 1" || len(s.Requests()) != 2 {
		t.Errorf("asked %d times, sent %+v", len(asked), s.Requests())
	}
}

func TestOnlyGitLabsRefusalRenewsASignIn(t *testing.T) {
	for name, test := range map[string]struct {
		status int
		body   string
		cause  flow.Cause
	}{
		"a front's sign-in": {401, "<html><title>401 Authorization Required</title>", flow.FrontAuth},
		"a proxy's JSON":    {401, `{"message":"Who are you?"}`, flow.SignInOver},
		"impersonation":     {401, `{"error":"invalid_token","error_description":"Token is an impersonation token but impersonation was disabled."}`, flow.Forbidden},
		"a scope":           {403, `{"error":"insufficient_scope"}`, flow.ScopeMissing},
		"a blocked account": {403, `{"message":"403 Forbidden - Your account has been blocked."}`, flow.Blocked},
	} {
		t.Run(name, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
			c, _ := newClient(t, gitlab.Options{})
			conn, source := kept(c, signedIn(t, s, c, confidential))
			s.Fail(gitlabtest.Fault{Path: "/api/v4/groups", Status: test.status, Body: test.body})
			_, err := discover(c, conn)
			if !flow.CausedBy(err, test.cause) || source.refused > 0 {
				t.Errorf("asked %d times for another token, error %v", source.refused, err)
			}
		})
	}
}

func TestWhatASourceSaysIsToldAsItIs(t *testing.T) {
	for _, cause := range []flow.Cause{flow.SignInOver, flow.SignInLost, flow.SignInNotKept, flow.Unreachable, flow.ServerFault, flow.StoreFailed} {
		for _, late := range []bool{false, true} {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
			c, w := newClient(t, gitlab.Options{})
			conn := signedIn(t, s, c, confidential)
			own := fmt.Errorf("renew the sign-in: %w", &flow.Fault{Cause: cause, Detail: "in a crash"})
			var calls atomic.Int32
			conn.Tokens = tokens(func(refused flow.Secret) (flow.Secret, error) {
				if calls.Add(1); late && refused.IsZero() {
					return flow.NewSecret("not the token"), nil
				}
				return flow.Secret{}, own
			})
			s.Forget()
			_, err := discover(c, conn)
			want := 1
			if late {
				want = 2
			}
			if n := int(calls.Load()); !errors.Is(err, own) || n != want || len(s.Requests()) != want-1 || len(w.list) > 0 {
				t.Errorf("%s: asked %d times, sent %+v, error %v", cause, n, s.Requests(), err)
			}
			if report, err := c.Test(t.Context(), conn, nil); err != nil || report.Passed() {
				t.Errorf("%s: report %+v, error %v", cause, report, err)
			}
		}
	}
}

func TestWithoutASourceTheTokenIsUsedAsItIs(t *testing.T) {
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
	c, _ := newClient(t, gitlab.Options{})
	conn := signedIn(t, s, c, confidential)
	if _, err := discover(c, conn); err != nil {
		t.Error(err)
	}
	if err := c.Revoke(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	s.Forget()
	if _, err := discover(c, conn); !flow.CausedBy(err, flow.SignInOver) || len(s.Requests()) != 1 {
		t.Errorf("sent %+v, error %v", s.Requests(), err)
	}
	conn.Grant = flow.Grant{}
	if _, err := discover(c, conn); !flow.CausedBy(err, flow.SignInOver) {
		t.Errorf("nobody has signed in: %v", err)
	}
}
