package weather_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

func TestASiteIsAGitLabThatKnowsItsFront(t *testing.T) {
	s := site(t, gitlabtest.Options{Path: "/git"}, weather.Options{TLS: &weather.TLS{}})
	got, err := try(transport(t, s.CA()), s.URL()+"/.well-known/openid-configuration")
	if err != nil {
		t.Fatal(err)
	}
	got.has(t, `"issuer":"`+s.URL()+`"`)
	if !strings.HasPrefix(s.URL(), "https://") || !strings.HasSuffix(s.URL(), "/git") || s.URL() == s.Server.URL() {
		t.Errorf("it is reached at %s, behind at %s", s.URL(), s.Server.URL())
	}
	if got, err := try(transport(t, s.CA()), s.URL()+"/api/v4/projects/acme%2Fplatform%2Fapi"); err != nil || got.status != 200 {
		t.Errorf("a project by its path: %d, %v", got.status, err)
	}
	if seen := s.Front.Requests(); len(seen) != 2 || seen[1].Path != "/git/api/v4/projects/acme%2Fplatform%2Fapi" || seen[1].Status != 200 ||
		!slices.Equal(seen[1].Secrets, []string{"PRIVATE-TOKEN"}) {
		t.Errorf("the front saw %+v", seen)
	}
}

// TLS ends at the front, and GitLab believes to be somewhere else.
func TestAGitLabThatDoesNotKnowItsFront(t *testing.T) {
	s := site(t, gitlabtest.Options{ExternalURL: "http://git.internal"}, weather.Options{TLS: &weather.TLS{}})
	got, err := try(transport(t, s.CA()), s.URL()+"/.well-known/openid-configuration")
	if err != nil || got.status != 200 {
		t.Fatalf("%d, %v", got.status, err)
	}
	got.has(t, `"issuer":"http://git.internal"`)
	if got, err = try(transport(t, s.CA()), s.URL()+"/api/v4/projects?per_page=1"); err != nil || !strings.Contains(got.header.Get("Link"), "//git.internal:80/api/v4/projects") {
		t.Errorf("Link %q, %v", got.header.Get("Link"), err)
	}
}

func TestFrontsOnTheWayIn(t *testing.T) {
	const api = "/api/v4/projects/acme%2Fplatform%2Fapi"
	for _, test := range []struct {
		name   string
		front  weather.Front
		path   string
		status int
		says   string
	}{
		{"nothing in front", weather.Buffer(), api, 200, `"path_with_namespace":"acme/platform/api"`},
		{"a path above", weather.Map("/git", ""), "/git" + api, 200, `"path_with_namespace":"acme/platform/api"`},
		{"a path above, alone", weather.Map("/git", ""), "/git", 302, ""},
		{"beside the path", weather.Map("/git", ""), api, 404, "<center>nginx</center>"},
		{"beside, by a word", weather.Map("/git", ""), "/gitlab" + api, 404, "<center>nginx</center>"},
		{"slashes are decoded", weather.DecodeSlashes(), api, 404, `"404 Not Found"`},
		{"slashes are decoded, by id", weather.DecodeSlashes(), "/api/v4/user", 200, ""},
		{"well-known is hidden", weather.Hide("/.well-known/"), "/.well-known/openid-configuration", 404, "<center>nginx</center>"},
		{"well-known is hidden, the rest is not", weather.Hide("/.well-known/"), api, 200, ""},
		{"forbidden", weather.Forbid("/api/"), api, 403, "<h1>403 Forbidden</h1>"},
		{"PRIVATE-TOKEN is dropped", weather.DropFromRequests("PRIVATE-TOKEN"), "/api/v4/user", 401, ""},
		{"another header is dropped", weather.DropFromRequests("Authorization"), "/api/v4/user", 200, ""},
		{"another answer", weather.Instead(hello), "/api/v4/user", 200, "hello from /api/v4/user"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := site(t, gitlabtest.Options{}, weather.Options{}, test.front)
			got := get(t, s.URL()+test.path)
			if got.status != test.status {
				t.Errorf("status %d, want %d", got.status, test.status)
			}
			got.has(t, test.says)
		})
	}
}

func TestFrontsOnTheWayOut(t *testing.T) {
	for _, test := range []struct {
		name        string
		front       weather.Front
		gone, stays []string
	}{
		{"nothing", weather.Buffer(), nil, []string{"Link", "X-Total", "X-Next-Page", "X-Request-Id", "Content-Type"}},
		{"two headers", weather.StripHeaders("Link", "x-total"), []string{"Link", "X-Total"}, []string{"X-Next-Page"}},
		{"paging", weather.StripPaging(), []string{"Link", "X-Total", "X-Total-Pages", "X-Page", "X-Per-Page", "X-Next-Page", "X-Prev-Page"}, []string{"X-Request-Id"}},
		{"what is unknown", weather.StripUnknown(), []string{"Link", "X-Total", "X-Next-Page", "X-Request-Id"}, []string{"Content-Type", "Cache-Control"}},
		{"one more", weather.SetHeader("X-Acme", "1"), nil, []string{"X-Acme", "Link"}},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := site(t, gitlabtest.Options{}, weather.Options{}, test.front)
			got := get(t, s.URL()+"/api/v4/projects?per_page=2")
			if rows := got.rows(t); len(rows) != 2 {
				t.Errorf("%d rows", len(rows))
			}
			for _, name := range test.gone {
				if _, there := got.header[http.CanonicalHeaderKey(name)]; there {
					t.Errorf("%s came", name)
				}
			}
			for _, name := range test.stays {
				if got.header.Get(name) == "" {
					t.Errorf("%s is gone", name)
				}
			}
		})
	}
}

func TestFrontsAreFaultsToo(t *testing.T) {
	s := demo(t, gitlabtest.Options{})
	s.Fail(weather.At("/api/v4/projects", weather.Once(gitlabtest.Fault{Around: weather.StripPaging()})))
	if got := get(t, s.URL()+"/api/v4/projects"); got.header.Get("X-Total") != "" || len(got.rows(t)) == 0 {
		t.Errorf("X-Total %q came with %d rows", got.header.Get("X-Total"), len(got.rows(t)))
	}
	if got := get(t, s.URL()+"/api/v4/projects"); got.header.Get("X-Total") == "" {
		t.Error("X-Total is gone for ever")
	}
	if seen := s.Requests(); len(seen) != 2 || seen[0].Status != 200 {
		t.Errorf("the journal has %+v", seen)
	}
}

func TestPassingOnKeepsWhatTheClientSaid(t *testing.T) {
	var seen *http.Request
	behind := serve(t, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen = r }), weather.Options{})
	front := serve(t, weather.To(behind.URL()), weather.Options{})
	get(t, front.URL()+"/a%2Fb?c=%2F")
	if seen.Host != front.Addr() || seen.RequestURI != "/a%2Fb?c=%2F" || seen.Header.Get("PRIVATE-TOKEN") != gitlabtest.DemoToken {
		t.Errorf("%s asked %s for %s", seen.RemoteAddr, seen.Host, seen.RequestURI)
	}
}

func TestClosingASiteClosesBoth(t *testing.T) {
	s := site(t, gitlabtest.Options{}, weather.Options{})
	s.Close()
	for _, address := range []string{s.URL(), s.Server.URL()} {
		if got, err := try(transport(t, nil), address); err == nil {
			t.Errorf("%s still answers: %d", address, got.status)
		}
	}
}

func TestAFrontWithoutAGitLab(t *testing.T) {
	gone := open(t, weather.ClosedPort)
	got := get(t, serve(t, weather.To(gone.URL("http")), weather.Options{}).URL())
	if got.status != 502 {
		t.Errorf("status %d", got.status)
	}
	got.has(t, "<h1>502 Bad Gateway</h1>", "nginx")
	if got := get(t, serve(t, weather.To("not an address"), weather.Options{}).URL()); got.status != 502 {
		t.Errorf("no address: %d", got.status)
	}
	behind := serve(t, weather.Stall(), weather.Options{})
	front := serve(t, weather.To(behind.URL()), weather.Options{})
	ctx, leave := context.WithCancel(t.Context())
	r, _ := http.NewRequestWithContext(ctx, "GET", front.URL(), nil)
	res, err := transport(t, nil).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	behind.Close()
	if _, err := io.ReadAll(res.Body); !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("an answer that breaks off: %v", err)
	}
	leave()
}

func TestTheFirstFrontIsMetFirst(t *testing.T) {
	h := weather.Behind(hello, weather.Map("/git", "/inner"), weather.Map("/inner", "/last"))
	if got := get(t, serve(t, h, weather.Options{}).URL()+"/git/x"); got.body != "hello from /last/x" {
		t.Errorf("%d %q", got.status, got.body)
	}
}

func TestWaiting(t *testing.T) {
	until := make(chan struct{})
	s := serve(t, weather.Behind(hello, weather.Hold(until)), weather.Options{})
	done := make(chan reply)
	go func() {
		got, _ := try(transport(t, nil), s.URL())
		done <- got
	}()
	select {
	case got := <-done:
		t.Fatalf("an answer came before its time: %+v", got)
	case <-time.After(20 * time.Millisecond):
	}
	close(until)
	if got := <-done; got.status != 200 {
		t.Errorf("status %d", got.status)
	}

	const wait = 30 * time.Millisecond
	begin := time.Now()
	if got := get(t, serve(t, weather.Behind(hello, weather.Delay(wait)), weather.Options{}).URL()); got.status != 200 || time.Since(begin) < wait {
		t.Errorf("status %d after %s", got.status, time.Since(begin))
	}
	for name, front := range map[string]weather.Front{"delay": weather.Delay(time.Hour), "hold": weather.Hold(nil)} {
		s := serve(t, weather.Behind(hello, front), weather.Options{})
		ctx, leave := context.WithTimeout(t.Context(), 20*time.Millisecond)
		r, _ := http.NewRequestWithContext(ctx, "GET", s.URL(), nil)
		if _, err := transport(t, nil).RoundTrip(r); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s: %v", name, err)
		}
		leave()
		s.Close() // returns, since nothing waits any more
	}
}
