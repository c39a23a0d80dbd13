package gitlab_test

import (
	"context"
	"encoding/json"
	"fmt"
	"hash/crc32"
	"io"
	"net/http"
	"net/http/httptest"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"
	"unicode/utf8"

	"flow"
	"flow/gitlab"
)

// A liar is a server on a real port that answers what it is told to.
type liar struct {
	*httptest.Server
	client *gitlab.Client

	mu     sync.Mutex
	answer func(w http.ResponseWriter, r *http.Request)
	asked  int
}

var liedOn = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

func newLiar(f *testing.F) *liar {
	l := &liar{}
	l.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.asked++
		l.answer(w, r)
	}))
	l.Config.ErrorLog = nil
	f.Cleanup(l.Close)
	l.client = gitlab.New(gitlab.Options{
		Now: func() time.Time { return liedOn }, Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	f.Cleanup(l.client.Close)
	return l
}

func (l *liar) lies(answer func(w http.ResponseWriter, r *http.Request)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.answer, l.asked = answer, 0
}

func (l *liar) requests() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.asked
}

const liedTo = "glpat-Zx8mQ2vN4kLpR7sT9wYb"

func (l *liar) connection(t *testing.T) flow.Connection {
	t.Helper()
	base, err := flow.ParseBaseURL(l.URL)
	if err != nil {
		t.Fatal(err)
	}
	return flow.Connection{BaseURL: base, Token: flow.NewSecret(liedTo)}
}

// give answers with a block of a script: status and type in its first line, the
// body below. %s stands for the token, where it was sent.
func give(w http.ResponseWriter, r *http.Request, block string) {
	head, body, _ := strings.Cut(block, "\n")
	code, rest, _ := strings.Cut(head, " ")
	kind, more, _ := strings.Cut(rest, " ")
	status, err := strconv.Atoi(code)
	if err != nil || status < 200 || status > 599 {
		status = http.StatusOK
	}
	w.Header().Set("Content-Type", kind)
	for _, name := range []string{"Location", "X-Total", "X-Next-Page", "Retry-After", "RateLimit-Limit", "RateLimit-Remaining", "Date"} {
		if more != "" {
			w.Header().Set(name, more)
		}
	}
	w.WriteHeader(status)
	_, _ = io.WriteString(w, strings.ReplaceAll(body, "%s", r.Header.Get("PRIVATE-TOKEN")+r.PostFormValue("refresh_token")))
}

// ofScript answers each address with one block, always the same.
func ofScript(script string) func(w http.ResponseWriter, r *http.Request) {
	blocks := strings.Split(script, "\n\n")
	return func(w http.ResponseWriter, r *http.Request) {
		give(w, r, blocks[int(crc32.ChecksumIEEE([]byte(r.URL.Path)))%len(blocks)])
	}
}

// checkTold fails for what can't stand on a screen or holds the token.
func checkTold(t *testing.T, script string, texts ...string) {
	t.Helper()
	for _, text := range texts {
		if text != flow.Clean(text) || !utf8.ValidString(text) || utf8.RuneCountInString(text) > 1000 {
			t.Fatalf("%q: it says %q", script, text)
		}
		if piece := liedTo[:14]; strings.Contains(text, piece) && !strings.Contains(script, piece) {
			t.Fatalf("%q: %q holds the token", script, text)
		}
	}
}

func checkFault(t *testing.T, script string, err error) {
	t.Helper()
	f := flow.FaultOf(err)
	checkTold(t, script, f.Sentence(), f.Next(), f.Says, f.Detail, f.Where)
	if text := err.Error(); strings.Contains(text, liedTo[:14]) && !strings.Contains(script, liedTo[:14]) {
		t.Fatalf("%q: the error holds the token: %s", script, text)
	}
}

// tooMany is more requests than any walk over what the scripts hold takes.
const tooMany = 2000

// Whatever pages a server sends, a walk over them ends: with groups and repos
// that can be stored, each once, or with a fault.
func FuzzDiscover(f *testing.F) {
	project := func(id, group int, path string) string {
		return fmt.Sprintf(`{"id":%d,"name":"N","path_with_namespace":%q,"namespace":{"id":%d,"kind":"group","name":"G","parent_id":1},"permissions":{"project_access":{"access_level":30}}}`, id, path, group)
	}
	two := "[" + project(1, 2, "acme/platform/a") + "," + project(7, 2, "acme/platform/b") + "]"
	f.Add("17.5.2", two, `[{"id":1,"name":"acme","full_path":"acme"}]`, "{}")
	f.Add("17.5.2", two+"\n["+project(7, 2, "acme/x")+"]", "[]", "")
	f.Add("12.8.0", two+"\n"+two+"\n"+two, `[{"id":5,"name":"a","full_path":"acme","parent_id":9}]`, "{}")
	f.Add("11.0.0", "["+project(3, 4, "acme/a")+"]", `[{"id":4,"name":"a","full_path":"acme"}]`+"\n"+`[{"id":4,"name":"a","full_path":"acme"}]`, `{"id":1,"access_level":30}`)
	f.Add("9.0.0", `[{"id":3,"archived":false,"path_with_namespace":"ana/x","namespace":{"id":8,"kind":"user"},"shared_with_groups":[{"group_id":6,"group_access_level":40}]}]`, "[]", `{"id":6,"full_path":"other","is_admin":true}`)
	f.Add("10.2", "null", "[{}]", "[]")
	f.Add("17.5", `[{"id":0}]`, `[{"id":-1}]`, "")
	f.Add("17.5", "["+project(1, 0, "x")+"]", "[]", "")
	f.Add("17.5", "["+project(1, 2, "a\u001b[2J")+"]", `[{"id":1,"full_path":"a\u0000b"}]`, "")
	f.Add("12.0", "["+project(9223372036854775807, 2, "/")+"]", `[{"id":9223372036854775807,"full_path":"/"}]`, "<html>")
	f.Add("x", "", "", "")
	l := newLiar(f)
	f.Fuzz(func(t *testing.T, version, projects, groups, rest string) {
		told, err := json.Marshal(map[string]string{"version": version})
		if err != nil || len(projects)+len(groups) > 1<<16 {
			return
		}
		turns := map[string]int{}
		l.lies(func(w http.ResponseWriter, r *http.Request) {
			script := rest
			switch path := strings.TrimPrefix(r.URL.Path, "/api/v4/"); path {
			case "metadata", "version":
				_, _ = w.Write(told)
				return
			case "projects":
				script = projects
			case "groups":
				script = groups
			}
			// Pages come in their order, to each of the walks that run at the same
			// time; behind the last one the list is empty.
			q := r.URL.Query()
			walk := r.URL.Path + q.Get("min_access_level") + q.Get("archived") + q.Get("all_available") + q.Get("order_by")
			pages := strings.Split(script, "\n")
			turn := turns[walk]
			if turns[walk]++; turn >= len(pages) && script != rest {
				_, _ = io.WriteString(w, "[]")
				return
			}
			_, _ = io.WriteString(w, pages[turn%len(pages)])
		})
		repos, all, homes := map[int64]flow.Role{}, map[int64]bool{}, map[int64]bool{}
		err = l.client.Discover(t.Context(), l.connection(t), nil, func(p flow.Page) error {
			for _, g := range p.Groups {
				if g.ID <= 0 || g.Path == "" || g.Path != flow.Clean(g.Path) || g.Name != flow.Clean(g.Name) {
					t.Fatalf("%q, %q: the group %+v", projects, groups, g)
				}
				all[g.ID] = true
			}
			for _, r := range p.Repos {
				if _, twice := repos[r.ID]; twice || r.ID <= 0 || r.GroupID <= 0 || r.Path == "" || r.Path != flow.Clean(r.Path) || r.Name != flow.Clean(r.Name) {
					t.Fatalf("%q, %q: the repo %+v, twice: %v", projects, groups, r, twice)
				}
				repos[r.ID], homes[r.GroupID] = r.Role, true
			}
			for id, role := range p.Roles {
				if _, known := repos[id]; !known {
					t.Fatalf("%q: the role %s in %d, which was not found", projects, role, id)
				}
				repos[id] = role
			}
			return nil
		})
		if n := l.requests(); n > tooMany {
			t.Fatalf("%d requests for %q, %q", n, projects, groups)
		}
		if err != nil {
			checkFault(t, projects+groups+rest+version, err)
			return
		}
		for id, role := range repos {
			if role < flow.Guest {
				t.Fatalf("%q, %q, %q: in the end the role in %d is %s", projects, groups, rest, id, role)
			}
		}
		for id := range homes {
			if !all[id] {
				t.Fatalf("%q, %q: a repo is in group %d, which was not told", projects, groups, id)
			}
		}
	})
}

// Whatever a server answers, a test of the connection comes to its end, and what
// it tells can be shown and stored.
func FuzzTestConnection(f *testing.F) {
	for _, script := range []string{
		"200 application/json\n[]", "200 application/json 3\n{\"version\":\"17.5.2-ee\",\"username\":\"ana\",\"scopes\":[\"api\"],\"expires_at\":\"2026-12-01\",\"active\":true,\"id\":1}",
		"401 application/json\n{\"message\":\"401 Unauthorized\"}", "401 application/json\n{\"error\":\"invalid_token\",\"error_description\":\"Token was revoked %s\"}", "403 application/json\n{\"error\":\"insufficient_scope\"}",
		"302 text/html /x", "302 text/html https://evil.example/", "429 text/plain 99999", "503 text/html -1\n<title>%s</title>", "200 text/html\n<html>\x1b[2J", "500 a\n\xff", "204 a", "304 a\nx",
		"200 application/json\n[{\"id\":1,\"path_with_namespace\":\"acme/\\u001b[2Ja%s\",\"namespace\":{\"id\":1}}]\n\n200 application/json\n{\"version\":\"12.9.4\",\"username\":\"\\u202eana\",\"scopes\":[\"\\u0000\",\"api\"]}",
		"200 application/json\n{\"version\":\"9.0.0\"}\n\n200 application/json\n{\"username\":\"a\"}\n\n200 application/json 9223372036854775807\n[{}]\n\n404 application/json\n{}",
	} {
		f.Add(script, "17.5.2-ee")
		f.Add(script, "10.1.0")
		f.Add(script, "")
	}
	l := newLiar(f)
	f.Fuzz(func(t *testing.T, script, version string) {
		told, err := json.Marshal(map[string]string{"version": version})
		if err != nil || len(script) > 1<<16 {
			return
		}
		lie := ofScript(script)
		l.lies(func(w http.ResponseWriter, r *http.Request) {
			switch {
			case version != "" && (strings.HasSuffix(r.URL.Path, "/metadata") || strings.HasSuffix(r.URL.Path, "/version")) && r.Header.Get("PRIVATE-TOKEN") != "":
				_, _ = w.Write(told)
			case version != "" && strings.HasSuffix(r.URL.Path, "/version"):
				w.WriteHeader(http.StatusUnauthorized)
				_, _ = io.WriteString(w, `{"message":"401 Unauthorized"}`)
			default:
				lie(w, r)
			}
		})
		var mu sync.Mutex
		ended := map[string]flow.CheckStatus{}
		report, err := l.client.Test(t.Context(), l.connection(t), func(c flow.Check) {
			mu.Lock()
			defer mu.Unlock()
			if ended[c.Name].Done() && c.Name != flow.CheckGitLab {
				ended[c.Name+", again"] = c.Status
			}
			ended[c.Name] = c.Status
		})
		if err != nil {
			t.Fatalf("%q: %v", script, err)
		}
		if n := l.requests(); n > tooMany {
			t.Fatalf("%d requests for %q", n, script)
		}
		checkTold(t, script+version, report.Server, report.Version, report.Account, report.OwnURL, report.Summary(), report.Found())
		for _, c := range report.Checks {
			if !c.Status.Done() {
				t.Fatalf("%q: %s is %q in the end", script, c.Name, c.Status)
			}
			checkTold(t, script+version, c.Text, c.Hint, c.Link, c.Says)
		}
		for _, s := range report.Scopes {
			checkTold(t, script+version, string(s))
		}
		stored, err := json.Marshal(report)
		var again flow.Report
		if err != nil || json.Unmarshal(stored, &again) != nil || again.Passed() != report.Passed() || again.Summary() != report.Summary() {
			t.Fatalf("%q: the report %s comes back as another, %v", script, stored, err)
		}
		if report.Groups < 0 || report.Repos < 0 {
			t.Fatalf("%q: it found %s", script, report.Found())
		}
	})
}

// Whatever stands at an address, a GitLab that is found is at the host that was
// typed, and its pages are below its address.
func FuzzFind(f *testing.F) {
	const own = `{"issuer":"https://gitlab.example.com","scopes_supported":["api","read_user"]}`
	for _, script := range []string{
		"200 application/json\n" + own, "404 text/html\n<title>x</title>\n\n200 application/json\n" + own, "401 application/json\n{\"message\":\"401 Unauthorized\"}", "302 a /git/.well-known/openid-configuration", "302 a https://127.0.0.1:1/",
		"200 text/html\n<title>Welcome to nginx!\x1b[2J</title>", "502 a", "302 a //evil.example/", "301 a /a/../b\n\n200 application/json\n" + own, "200 application/json\n{}", "429 a 1",
	} {
		f.Add(script, "")
		f.Add(script, "/git/acme/api/-/tree")
	}
	l := newLiar(f)
	f.Fuzz(func(t *testing.T, script, path string) {
		if len(script)+len(path) > 1<<16 {
			return
		}
		l.lies(ofScript(script))
		server, err := l.client.Find(t.Context(), l.URL+path, flow.Network{})
		if n := l.requests(); n > tooMany {
			t.Fatalf("%d requests for %q", n, script)
		}
		if err != nil {
			checkFault(t, script, err)
			return
		}
		if server.BaseURL.Origin() != l.URL {
			t.Fatalf("%q at %q leads to %s", script, path, server.BaseURL)
		}
		for _, page := range []string{server.TokenPage, server.AppPage} {
			if !strings.HasPrefix(page, server.BaseURL.String()+"/") {
				t.Fatalf("%q: a page is at %s", script, page)
			}
		}
		checkTold(t, script, server.Issuer, server.AtLeast, server.Below)
	})
}

// Whatever a server says of a path, looking for it ends, and what is seen can be
// told.
func FuzzLook(f *testing.F) {
	for _, script := range []string{
		"200 application/json\n{\"id\":1,\"path_with_namespace\":\"acme/api\",\"visibility\":\"private\",\"username\":\"project_42_bot_x\"}", "404 application/json\n{\"message\":\"404 Project Not Found\"}", "404 application/json\n{\"message\":\"404 Group Not Found\"}\n\n200 application/json\n[]",
		"301 a /api/v4/projects/42", "301 a /api/v4/projects/99999999999999999999", "200 application/json\n[{\"id\":1,\"full_path\":\"acme\"}]", "200 application/json\n{\"id\":-1}", "400 a\nx", "200 a\n{\"id\":1,\"full_path\":\"\\u001b\"}", "403 application/json\n{\"error\":\"insufficient_scope\"}",
	} {
		f.Add(script, "acme/platform/api")
		f.Add(script, "x")
	}
	l := newLiar(f)
	f.Fuzz(func(t *testing.T, script, path string) {
		// As it is read of what people type.
		isForeign := func(r rune) bool {
			return !strings.ContainsRune("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./", r)
		}
		path = strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' || isForeign(r) }), "/")
		if path == "" || len(path) > 200 || len(script) > 1<<16 || strings.Contains("/"+path+"/", "/./") || strings.Contains("/"+path+"/", "/../") || strings.Count(path, "/") > 20 {
			return
		}
		lie := ofScript(script)
		l.lies(func(w http.ResponseWriter, r *http.Request) {
			if strings.HasSuffix(r.URL.Path, "/metadata") {
				_, _ = io.WriteString(w, `{"version":"17.5.2"}`)
				return
			}
			lie(w, r)
		})
		seen, err := l.client.Look(t.Context(), l.connection(t), path)
		if n := l.requests(); n > tooMany {
			t.Fatalf("%d requests for %q at %q", n, script, path)
		}
		if err != nil {
			checkFault(t, script+path, err)
			return
		}
		checkTold(t, script, seen.Path, seen.Says, seen.Bound, seen.Above)
		if (seen.Kind == flow.KindUnknown) != (seen.ID == 0) || seen.ID < 0 {
			t.Fatalf("%q at %q: %+v", script, path, seen)
		}
	})
}

// Whatever the token page answers: a grant can be used, and a fault holds nothing
// of what was sent or of new tokens.
func FuzzRenew(f *testing.F) {
	for _, script := range []string{
		"200 application/json\n{\"access_token\":\"a\",\"token_type\":\"Bearer\",\"refresh_token\":\"r\",\"expires_in\":7200,\"scope\":\"api\"}", "200 application/json\n{\"access_token\":\"new-token-that-came-back\",\"expires_in\":99999999999999}",
		"400 application/json\n{\"error\":\"invalid_grant\",\"error_description\":\"%s\"}", "401 application/json\n{\"error\":\"invalid_client\"}", "200 text/html\n<title>%s</title>", "200 application/x-www-form-urlencoded\naccess_token=new-token-that-came-back&token_type=mac&expires_in=-9223372036854775808",
		"200 application/json\n{\"access_token\":\"new-token-that-came-back\",\"refresh_token\":\"\\n\"", "302 a /x", "500 a\n%s", "429 a 1", "200 application/json\n{\"access_token\":\"a\",\"expires_in\":\"9223372036854775807\"}", "200 application/json\n{\"access_token\":\"a\",\"token_type\":\"bearer\",\"refresh_token\":7}",
	} {
		f.Add(script)
	}
	l := newLiar(f)
	f.Fuzz(func(t *testing.T, script string) {
		if len(script) > 1<<16 {
			return
		}
		l.lies(ofScript(script))
		conn := l.connection(t)
		conn.Token = flow.Secret{}
		conn.App = flow.Application{ClientID: "948fe603", Secret: flow.NewSecret("gloas-0123456789abcdef")}
		conn.Grant = flow.Grant{Access: flow.NewSecret("old-access-0123456789"), Refresh: flow.NewSecret(liedTo)}
		grant, err := l.client.Renew(t.Context(), conn)
		if n := l.requests(); n != 1 {
			t.Fatalf("%d requests for %q", n, script)
		}
		if err != nil {
			if !grant.IsZero() {
				t.Fatalf("%q gives %+v and %v", script, grant, err)
			}
			checkFault(t, script, err)
			if text := err.Error() + fmt.Sprint(err); strings.Contains(text, "gloas-0123456789") && !strings.Contains(script, "gloas-0123456789") {
				t.Fatalf("%q: the secret is in %s", script, text)
			}
			return
		}
		if grant.IsZero() || !grant.Expires.IsZero() && !grant.Expires.After(grant.At) {
			t.Fatalf("%q gives a grant from %s to %s", script, grant.At, grant.Expires)
		}
		for _, secret := range []flow.Secret{grant.Access, grant.Refresh} {
			if strings.ContainsFunc(secret.Reveal(), func(r rune) bool { return r <= ' ' || r > '~' }) {
				t.Fatalf("%q: %q can't stand in a header", script, secret.Reveal())
			}
		}
	})
}
