package gitlab_test

import (
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
)

const pollPause = time.Minute // longer than any wait between polls

// code waits for a code to be entered.
func (s *signIn) code() flow.CodeDoor {
	s.t.Helper()
	return s.until("a code", func(d flow.Doors) bool { return d.Code.State == flow.CodeOpen }).Code
}

func (s *signIn) enter(code string, approve bool) {
	s.t.Helper()
	if err := s.browser().EnterCode(s.t.Context(), code, approve); err != nil {
		s.t.Fatal(err)
	}
}

func TestACodeSignsIn(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "17.9.0", Path: "/git"})
	code := s.code()
	if want := s.server.URL() + "/oauth/device"; code.Address != want {
		t.Errorf("to be entered at %s, want %s", code.Address, want)
	}
	if len(code.Code) != 8 || !code.Until.Equal(today.Add(5*time.Minute)) {
		t.Errorf("code %q until %s", code.Code, code.Until)
	}
	if d := s.clock.next(t, pollPause); d < 5*time.Second || d > 6*time.Second {
		t.Errorf("polls after %s", d)
	}
	s.clock.await(t, pollPause) // that poll came before
	s.enter(code.Code, true)
	s.clock.next(t, pollPause)
	if g := s.signedIn(); g.Refresh.IsZero() || g.Expires.IsZero() {
		t.Errorf("tokens without an end or a renewal")
	}
}

// Where there are no codes the door is not there.
func TestBeforeDeviceCodesTheirDoorIsNotThere(t *testing.T) {
	for _, version := range []string{"9.0.13", "13.12.0", "16.11.0", "17.1.0"} {
		s := open(t, gitlabtest.Options{Version: version})
		s.until("no code", func(d flow.Doors) bool { return d.Code.State == flow.NoCode })
		s.approve(s.attempt.Doors().Local.Address)
		s.signedIn()
		if n := s.requests("/oauth/authorize_device"); n != 0 && version != "17.1.0" { // which does not tell that it is not 17.2
			t.Errorf("%s is asked for a code", version)
		}
	}
}

func TestACodeThatIsTooOldIsRenewed(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "18.9.0-pre"})
	first := s.code()
	s.clock.next(t, pollPause)
	s.clock.pass(5 * time.Minute)
	s.until("too old", func(d flow.Doors) bool { return d.Code.State == flow.CodeTooOld })
	s.attempt.NewCode()
	second := s.until("another code", func(d flow.Doors) bool { return d.Code.State == flow.CodeOpen && d.Code.Code != first.Code }).Code
	s.enter(second.Code, true)
	s.clock.next(t, pollPause)
	s.signedIn()
}

// Whoever wants another code need not wait for the end of this one.
func TestACodeIsRenewedBeforeItsEnd(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "18.9.0-pre"})
	first := s.code()
	s.clock.await(t, pollPause)
	s.attempt.NewCode()
	second := s.until("another code", func(d flow.Doors) bool { return d.Code.State == flow.CodeOpen && d.Code.Code != first.Code }).Code
	s.enter(second.Code, true)
	s.clock.next(t, pollPause)
	s.signedIn()
}

func TestACodeThatIsDeniedIsTold(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "18.9.0-pre"})
	s.enter(s.code().Code, false)
	s.clock.next(t, pollPause)
	d := s.said(flow.Denied)
	if d = s.until("denied", func(d flow.Doors) bool { return d.Code.State == flow.CodeDenied }); d.Local.Address == "" {
		t.Error("the other doors are shut")
	}
	s.attempt.NewCode()
	s.enter(s.code().Code, true)
	s.clock.next(t, pollPause)
	s.signedIn()
}

// slow_down adds five seconds for good (RFC 8628, section 3.5); what does not
// get through is tried again, more slowly.
func TestPollingSurvivesTheWeather(t *testing.T) {
	slowDown := gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 400, Body: `{"error":"slow_down"}`}
	for _, test := range []struct {
		name  string
		fault gitlabtest.Fault
		first time.Duration // the wait after it
		later time.Duration // and the ones after that
	}{
		{"slow_down", slowDown, 10 * time.Second, 10 * time.Second},
		{"502", gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 502, Body: "<html>bad gateway</html>"}, 10 * time.Second, 5 * time.Second},
		{"a proxy's page", gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 200, Body: "<html>sign in</html>"}, 10 * time.Second, 5 * time.Second},
		{"a cut connection", gitlabtest.Fault{Kind: gitlabtest.Drop}, 10 * time.Second, 5 * time.Second},
		{"half an answer", gitlabtest.Fault{Kind: gitlabtest.Truncate}, 10 * time.Second, 5 * time.Second},
		{"429", gitlabtest.Fault{Kind: gitlabtest.Answer, Status: 429, Body: "Retry later"}, 10 * time.Second, 5 * time.Second},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := open(t, gitlabtest.Options{Version: "18.9.0-pre"})
			code := s.code()
			test.fault.Method, test.fault.Path, test.fault.Times = "POST", "/oauth/token", 1
			s.server.Fail(test.fault)
			var waits []time.Duration
			for range 3 {
				waits = append(waits, s.clock.next(t, pollPause).Round(time.Second))
			}
			if want := []time.Duration{5 * time.Second, test.first, test.later}; waits[0] != want[0] || waits[1] != want[1] || waits[2] != want[2] {
				t.Errorf("waits %v, want %v", waits, want)
			}
			s.clock.await(t, pollPause)
			s.enter(code.Code, true)
			s.clock.next(t, pollPause)
			s.signedIn()
		})
	}
}

// A client ID that GitLab does not know shows nowhere but in the browser, unless
// the code is asked for: then it is told at once.
func TestAnUnknownApplicationIsToldAtOnce(t *testing.T) {
	s := open(t, gitlabtest.Options{Version: "18.9.0-pre"}, func(s *flow.SignIn) { s.App.ClientID = strings.Repeat("0", 64) })
	if d := s.said(flow.ClientRefused); d.Code.State != flow.NoCode && d.Code.State != flow.CodeAsked {
		t.Errorf("code door %+v", d.Code)
	}
}
