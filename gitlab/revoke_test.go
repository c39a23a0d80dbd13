package gitlab_test

import (
	"slices"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

func TestRevokingEndsASignIn(t *testing.T) {
	for _, version := range []string{"9.0.0", "14.9.0", "17.5.2-ee"} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: version, Path: "/git"})
		c, _ := newClient(t, gitlab.Options{})
		conn := signedIn(t, s, c, confidential)
		stranger := conn
		stranger.App.Secret = flow.NewSecret("gloas-not-the-secret-of-this-application")
		if err := c.Revoke(t.Context(), stranger); !flow.CausedBy(err, flow.Forbidden) {
			t.Errorf("%s: revoked by another: %v", version, err)
		}
		if err := c.Revoke(t.Context(), conn); err != nil {
			t.Errorf("%s: %v", version, err)
		}
		if _, err := c.Renew(t.Context(), conn); !flow.CausedBy(err, flow.AnswerRefused) {
			t.Errorf("%s: the refresh token lives on: %v", version, err)
		}
		if err := c.Revoke(t.Context(), conn); err != nil {
			t.Errorf("%s: revoked twice: %v", version, err)
		}
	}
}

// Before 17.7 (Doorkeeper 5.8.1) GitLab answers 200 to the revocation of an
// access token that has run out, and leaves the refresh token as it is.
func TestASignInThatHasRunOutIsRenewedToBeRevoked(t *testing.T) {
	now := today
	c, _ := newClient(t, gitlab.Options{Now: func() time.Time { return now }})
	s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Version: "16.11.0-ee"})
	conn := signedIn(t, s, c, public)
	now = today.Add(3 * time.Hour)
	s.Forget()
	if err := c.Revoke(t.Context(), conn); err != nil {
		t.Fatal(err)
	}
	var paths []string
	for _, r := range s.Requests() {
		paths = append(paths, r.Path)
	}
	if !slices.Equal(paths, []string{"/oauth/token", "/oauth/revoke"}) {
		t.Errorf("asked %v", paths)
	}
	for _, token := range s.Company().OAuthTokens() {
		if !token.Revoked {
			t.Errorf("token %d lives on", token.ID)
		}
	}
	if err := c.Revoke(t.Context(), conn); err != nil {
		t.Errorf("a sign-in that is over can't be revoked: %v", err)
	}
}
