package gitlabtest

import (
	"context"
	"errors"
	"io"
	"net/http"
	"testing"
)

func try(s *Server, path string) (int, string, error) {
	request, err := http.NewRequest("GET", s.URL()+path, nil)
	if err != nil {
		return 0, "", err
	}
	request.Header.Set("PRIVATE-TOKEN", DemoToken)
	// A transport of its own: Go repeats a GET on a connection that was used before.
	transport := &http.Transport{DisableKeepAlives: true}
	response, err := transport.RoundTrip(request)
	if err != nil {
		return 0, "", err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	return response.StatusCode, string(text), err
}

func TestFaultsHitWhatTheyMatch(t *testing.T) {
	for _, test := range []struct {
		name  string
		fault Fault
		path  string
		want  []int // of one request after the other
	}{
		{"everything", Fault{Status: 502}, "/api/v4/user", []int{502, 502}},
		{"500 by default", Fault{}, "/api/v4/user", []int{500}},
		{"another path", Fault{Status: 502, Path: "/api/v4/version"}, "/api/v4/user", []int{200}},
		{"another method", Fault{Status: 502, Method: "POST"}, "/api/v4/user", []int{200}},
		{"one segment", Fault{Status: 502, Path: "/api/v4/projects/*"}, "/api/v4/projects/1", []int{502}},
		{"not two segments", Fault{Status: 502, Path: "/api/v4/projects/*"}, "/api/v4/projects/1/issues", []int{404}},
		{"any rest", Fault{Status: 502, Path: "/api/v4/projects/**"}, "/api/v4/projects/1/issues", []int{502}},
		{"once", Fault{Status: 502, Times: 1}, "/api/v4/user", []int{502, 200}},
		{"after two, twice", Fault{Status: 502, After: 2, Times: 2}, "/api/v4/user", []int{200, 200, 502, 502, 200}},
		{"by a condition", Fault{Status: 502, Match: func(r *http.Request) bool { return r.FormValue("page") == "3" }},
			"/api/v4/projects?page=3", []int{502}},
		{"a redirect", Fault{Redirect: "https://elsewhere.example.com/"}, "/api/v4/user", []int{302}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := demo(t, "")
			undo := s.Fail(test.fault)
			for i, want := range test.want {
				if status, _, err := try(s, test.path); err != nil || status != want {
					t.Errorf("request %d: %d, %v, want %d", i+1, status, err, want)
				}
			}
			undo()
			if status, _, err := try(s, "/api/v4/user"); err != nil || status != 200 {
				t.Errorf("after undo: %d, %v", status, err)
			}
		})
	}
}

func TestConnectionsBreak(t *testing.T) {
	s := demo(t, "")
	undo := s.Fail(Fault{Kind: Drop})
	if status, _, err := try(s, "/api/v4/projects"); err == nil {
		t.Errorf("drop: an answer with status %d came", status)
	}
	undo()
	undo = s.Fail(Fault{Kind: Truncate})
	if status, text, err := try(s, "/api/v4/projects"); !errors.Is(err, io.ErrUnexpectedEOF) || status != 200 || len(text) < 1000 {
		t.Errorf("truncate: status %d, %d bytes, error %v", status, len(text), err)
	}
	undo()
	if status, _, err := try(s, "/api/v4/projects"); err != nil || status != 200 {
		t.Errorf("after undo: %d, %v", status, err)
	}
}

func TestHangingEndsWithTheClient(t *testing.T) {
	s := demo(t, "")
	arrived := make(chan struct{})
	s.Fail(Fault{Kind: Hang, Match: func(*http.Request) bool { close(arrived); return true }})
	ctx, leave := context.WithCancel(context.Background())
	done := make(chan error)
	go func() {
		request, _ := http.NewRequestWithContext(ctx, "POST", s.URL()+"/api/v4/projects/0/hooks", nil)
		_, err := http.DefaultTransport.RoundTrip(request)
		done <- err
	}()
	<-arrived
	leave()
	if err := <-done; !errors.Is(err, context.Canceled) {
		t.Errorf("the client got %v", err)
	}
}

func TestClosingEndsWhatHangs(t *testing.T) {
	s := demo(t, "")
	arrived := make(chan struct{})
	s.Fail(Fault{Kind: Hang, Match: func(*http.Request) bool { close(arrived); return true }})
	done := make(chan error)
	go func() {
		_, _, err := try(s, "/api/v4/user")
		done <- err
	}()
	<-arrived
	s.Close()
	if err := <-done; err == nil {
		t.Error("an answer came")
	}
	if _, _, err := try(s, "/api/v4/user"); err == nil {
		t.Error("it still listens after Close")
	}
}

// TestAnAnswerIsLost: the refresh has happened, and nobody knows the new pair.
func TestAnAnswerIsLost(t *testing.T) {
	s := play(t, Demo(today), Options{Path: "/git"})
	refresh := text(t, s.granted(t), "refresh_token")
	s.Forget()
	undo := s.Fail(Fault{Kind: Lose, Method: "POST", Path: "/oauth/token", Times: 1})
	form := pairs([]string{"grant_type", "refresh_token", "refresh_token", refresh, "client_id", DemoClientID, "client_secret", DemoClientSecret})
	client := &http.Client{Transport: &http.Transport{DisableKeepAlives: true}}
	if response, err := client.PostForm(s.URL()+"/oauth/token", form); err == nil {
		t.Errorf("an answer came: %d", response.StatusCode)
	}
	undo()
	if got := s.Requests(); len(got) != 1 || got[0].Status != 0 {
		t.Errorf("requests %+v", got)
	}
	if rows := s.Company().OAuthTokens(); len(rows) != 2 || !rows[0].Revoked || rows[1].Revoked {
		t.Errorf("rows %+v", rows)
	}
	s.refresh(t, refresh).refused(t, 400, "invalid_grant")
}

func TestFaultsReachThePagesToo(t *testing.T) {
	s := demo(t, "")
	s.Fail(Fault{Status: 503, Path: "/oauth/**", Body: "<html>maintenance</html>", Match: func(r *http.Request) bool {
		return r.FormValue("grant_type") == "refresh_token"
	}})
	if r := s.refresh(t, "any"); r.status != 503 || r.body != "<html>maintenance</html>" {
		t.Errorf("%d %s", r.status, r.body)
	}
	if r := s.exchange(t, s.code(t)); r.status != 200 {
		t.Errorf("another grant: %d %s", r.status, r.body)
	}
}
