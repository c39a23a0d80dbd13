package gitlabtest

import (
	"io"
	"net/http"
	"testing"
)

func TestAFrontDecidesForSingleRequests(t *testing.T) {
	s := play(t, Demo(today), Options{Path: "/git"})
	s.Fail(Fault{Path: "/api/v4/user", Times: 1, Status: 502, Around: func(own http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("X-Front", "1")
			own.ServeHTTP(w, r)
		})
	}})
	s.Fail(Fault{Path: "/api/v4/version", Around: func(http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			body, _ := io.ReadAll(r.Body)
			w.WriteHeader(http.StatusTeapot)
			w.Write(body)
		})
	}})
	changed := s.get(t, DemoToken, "/api/v4/user")
	if changed.status != 200 || changed.header.Get("X-Front") != "1" || changed.object(t)["username"] == nil {
		t.Errorf("changed: %d %s", changed.status, changed.body)
	}
	if again := s.get(t, DemoToken, "/api/v4/user"); again.status != 200 || again.header.Get("X-Front") != "" {
		t.Errorf("the second time: %d, %q", again.status, again.header.Get("X-Front"))
	}
	if instead := s.send(t, "POST", DemoToken, "/api/v4/version", `{"a":1}`); instead.status != 418 || instead.body != `{"a":1}` {
		t.Errorf("instead: %d %q", instead.status, instead.body)
	}
	got := s.Requests()
	if len(got) != 3 || got[0].Status != 200 || got[1].Status != 200 || got[2].Status != 418 || got[0].Path != "/api/v4/user" {
		t.Errorf("requests %+v", got)
	}
}
