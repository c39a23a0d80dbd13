package gitlabtest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

// application listens for the callback on a port of its own, and leads to
// GitLab at /start, as a program does that opens its user's browser.
func application(t *testing.T, s *Server) (address string, got chan url.Values) {
	t.Helper()
	got = make(chan url.Values, 1)
	mux := http.NewServeMux()
	listener := httptest.NewServer(mux)
	t.Cleanup(listener.Close)
	mux.HandleFunc("/start", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, s.authorizeURL("redirect_uri", listener.URL+"/callback"), http.StatusFound)
	})
	mux.HandleFunc("/callback", func(w http.ResponseWriter, r *http.Request) {
		got <- r.URL.Query()
		io.WriteString(w, "<html><head><title>x</title></head><body><h1>Code  received &amp; kept</h1></body></html>")
	})
	return listener.URL, got
}

func TestTheBrowserGoesAllTheWay(t *testing.T) {
	for name, options := range map[string]Options{
		"plain":               {},
		"below a path":        {Path: "/git"},
		"TLS":                 {TLS: &Certificate{}, Now: time.Now},
		"TLS, below a path":   {Path: "/git", TLS: &Certificate{}, Now: time.Now},
		"called another name": {Path: "/git", ExternalURL: "https://gitlab.example.com/git"},
	} {
		t.Run(name, func(t *testing.T) {
			s := play(t, Demo(today), options)
			address, got := application(t, s)
			b := NewBrowser(s, "ana", DemoPassword)
			t.Cleanup(b.Close)
			landing, err := b.Authorize(t.Context(), address+"/start", true)
			if err != nil {
				t.Fatal(err)
			}
			if q := <-got; q.Get("code") == "" || q.Get("state") != "of-this-test" || landing.query(t).Get("code") != q.Get("code") {
				t.Errorf("the callback got %v, the browser is at %s", q, landing.URL)
			}
			if landing.Status != 200 || landing.Page != "Code received & kept" {
				t.Errorf("%d %q", landing.Status, landing.Page)
			}
		})
	}
}

func TestTheBrowserStopsWhereItIsTold(t *testing.T) {
	s := demo(t, "")
	address, got := application(t, s)
	landing, err := s.browser(t, "ana").Authorize(t.Context(), address+"/start", true)
	if err != nil || landing.Status != 0 || !strings.HasPrefix(landing.URL, address+"/callback?code=") {
		t.Errorf("%+v, %v", landing, err)
	}
	select {
	case q := <-got:
		t.Errorf("the callback was visited: %v", q)
	default:
	}
}

func TestTheBrowserSaysThatNobodyListens(t *testing.T) {
	s := demo(t, "")
	gone := httptest.NewServer(nil)
	gone.Close()
	b := NewBrowser(s, "ana", DemoPassword)
	t.Cleanup(b.Close)
	if landing, err := b.Authorize(t.Context(), s.authorizeURL("redirect_uri", gone.URL+"/callback"), true); err == nil {
		t.Errorf("it ended at %+v", landing)
	}
}

func TestTheBrowserEndsAtTheSignInPageWithAWrongPassword(t *testing.T) {
	s := demo(t, "")
	b := NewBrowser(s, "ana", "guessed")
	t.Cleanup(b.Close)
	landing, err := b.Authorize(t.Context(), s.authorizeURL(), true)
	if err != nil || landing.Status != 200 || !strings.Contains(landing.Page, "Invalid login or password.") {
		t.Errorf("%+v, %v", landing, err)
	}
}
