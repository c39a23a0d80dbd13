package gitlabtest

import (
	"encoding/json"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// today is the day on which the tests play.
var today = time.Date(2026, 11, 22, 15, 4, 5, 0, time.UTC)

func clock() time.Time { return today }

// play starts a GitLab that ends with the test.
func play(t testing.TB, c *Company, o Options) *Server {
	t.Helper()
	if o.Now == nil {
		o.Now = clock
	}
	s, err := Start(c, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(s.Close)
	return s
}

func demo(t testing.TB, version string) *Server {
	t.Helper()
	return play(t, Demo(today), Options{Version: version})
}

type reply struct {
	status int
	header http.Header
	body   string
}

// get sends one GET with a personal access token, or none, and follows nothing.
func (s *Server) get(t testing.TB, token, path string) reply {
	t.Helper()
	return s.send(t, "GET", token, path, "")
}

func (s *Server) send(t testing.TB, method, token, path, body string) reply {
	t.Helper()
	request := s.request(t, method, token, path)
	if body != "" {
		request.Body = io.NopCloser(strings.NewReader(body))
		request.Header.Set("Content-Type", "application/json")
	}
	return roundTrip(t, request)
}

func (s *Server) request(t testing.TB, method, token, path string) *http.Request {
	t.Helper()
	request, err := http.NewRequest(method, s.URL()+path, nil)
	if err != nil {
		t.Fatal(err)
	}
	if token != "" {
		request.Header.Set("PRIVATE-TOKEN", token)
	}
	return request
}

func roundTrip(t testing.TB, request *http.Request) reply {
	t.Helper()
	response, err := http.DefaultTransport.RoundTrip(request)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		t.Fatal(err)
	}
	return reply{response.StatusCode, response.Header, string(text)}
}

func (r reply) decode(t testing.TB) any {
	t.Helper()
	var value any
	if err := json.Unmarshal([]byte(r.body), &value); err != nil {
		t.Fatalf("status %d, not JSON: %v\n%.300s", r.status, err, r.body)
	}
	return value
}

func (r reply) object(t testing.TB) map[string]any {
	t.Helper()
	object, ok := r.decode(t).(map[string]any)
	if !ok {
		t.Fatalf("want an object, got %.300s", r.body)
	}
	return object
}

func (r reply) list(t testing.TB) []map[string]any {
	t.Helper()
	if r.status != 200 {
		t.Fatalf("want a list, got status %d: %.300s", r.status, r.body)
	}
	var rows []map[string]any
	if err := json.Unmarshal([]byte(r.body), &rows); err != nil {
		t.Fatalf("want a list: %v\n%.300s", err, r.body)
	}
	return rows
}

func ids(rows []map[string]any) []int {
	list := make([]int, len(rows))
	for i, row := range rows {
		list[i] = int(row["id"].(float64))
	}
	return list
}

func paths(rows []map[string]any) []string {
	list := make([]string, len(rows))
	for i, row := range rows {
		path, _ := row["path_with_namespace"].(string)
		if path == "" {
			path, _ = row["full_path"].(string)
		}
		list[i] = path
	}
	return list
}
