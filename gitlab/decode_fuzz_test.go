package gitlab

import (
	"encoding/json"
	"html"
	"net/http"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"flow"
)

// fuzzedNow is the day on which all of it happens.
var fuzzedNow = time.Date(2026, time.November, 22, 9, 30, 0, 0, time.UTC)

func fuzzedClient() *Client {
	return New(Options{Now: func() time.Time { return fuzzedNow }})
}

func fuzzedBase(f *testing.F, address string) flow.BaseURL {
	f.Helper()
	base, err := flow.ParseBaseURL(address)
	if err != nil {
		f.Fatal(err)
	}
	return base
}

// isShown reports whether a text can stand on a screen as it is.
func isShown(text string, most int) bool {
	return text == flow.Clean(text) && utf8.ValidString(text) && utf8.RuneCountInString(text) <= most
}

// A version that is read is one that is written, and each has its place between
// all others.
func FuzzParseVersion(f *testing.F) {
	for _, text := range []string{"17.5.2-ee", "9.0", "18.9.0-pre", "10", "", "1.-1", "+17.+5", "017.05.1", "99999999999999999999.1", "17. 5", "x.y", "17.5-rc42"} {
		f.Add(text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		v, ok := parseVersion(text)
		if !ok {
			if v != (version{}) || v.String() != "" {
				t.Fatalf("%q is refused and is %s", text, v)
			}
			return
		}
		if again, ok := parseVersion(v.String()); !ok || again != v || v.major < 1 || v.minor < 0 {
			t.Fatalf("%q is %s, read back as %s", text, v, again)
		}
		if s := exactly(v); v.before(s.lower) || !v.before(s.upper) {
			t.Fatalf("%q does not lie between %s and %s", text, s.lower, s.upper)
		}
		if v.before(v) || v.has(supported) == v.before(version{9, 0}) || len(v.lacks()) > len(capabilities) {
			t.Fatalf("%q has no place among versions", text)
		}
	})
}

// Whatever stands in an answer: what is told of it fits on a screen, holds no
// secret, and takes no time.
func FuzzRefusal(f *testing.F) {
	for _, seed := range []struct {
		status uint16
		kind   string
		body   string
	}{
		{401, "application/json", `{"error":"invalid_token","error_description":"Token is expired. %s"}`}, {401, "application/json", `{"message":"401 Unauthorized"}`},
		{403, "application/json", `{"error":"insufficient_scope","scope":"api read_api"}`}, {403, "application/json", `{"message":{"base":["a","%s"]}}`}, {404, "application/json", `{"message":null}`},
		{429, "text/plain", "Retry later\n"}, {502, "text/html", "<html><title>GitLab is not responding &#40;502&#41; %s</title>"}, {200, "text/html", "<!doctype html><title>Sign in: " + strings.Repeat("x", 40) + " %s</title>"},
		{503, "", "<html>\x1b[2J%s maintenance"}, {200, "application/json", `{"a":"%s"}`}, {500, "", "\xff\xfe%s"}, {302, "", ""}, {407, "text/html", "<TITLE a=b>\u202e%s</tItLe>"},
		{401, "", `{"error":` + strings.Repeat("[", 3000) + `"%s"` + strings.Repeat("]", 3000) + `}`}, {200, "text/html", `{"message":` + strings.Repeat(`{"a":`, 3000) + `1` + strings.Repeat("}", 3000) + `}`},
		{418, "", `{"error":{"error":{"error":["%s"]}},"message":[[]]}`}, {99, "", "x"}, {0, "", ""},
	} {
		for how := range uint8(3) {
			f.Add(seed.status, seed.kind, seed.body, how)
		}
	}
	const secret = "glpat-Zx8mQ2vN4kLpR7sT9wYb"
	c, base := fuzzedClient(), fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, status uint16, kind, body string, how uint8) {
		written := secret
		switch how % 3 {
		case 1:
			written = html.EscapeString(secret)
		case 2:
			written = strings.ReplaceAll(secret, "-", `\u002d`)
		}
		r := &request{site: site{base: base}, token: flow.NewSecret(secret)}
		a := answer{
			status: int(status), header: http.Header{"Content-Type": {kind}, "Retry-After": {kind}},
			body: []byte(strings.ReplaceAll(body, "%s", written)), at: &url.URL{Scheme: "https", Host: "gitlab.example.com"}, arrived: fuzzedNow,
		}
		a.forgetInBody(r.sent())
		began := time.Now()
		fault := c.refusal(a, r, "repos")
		told := []string{fault.Sentence(), fault.Next(), fault.Says, fault.Detail, fault.Where, a.look()}
		refusesToken(a)
		if took := time.Since(began); took > 5*time.Second {
			t.Fatalf("%s for an answer of %d bytes", took, len(a.body))
		}
		if fault.Cause == "" || fault.Sentence() == "" {
			t.Fatalf("%d %q: nothing is said: %+v", status, body, fault)
		}
		for _, text := range told {
			if !isShown(text, 500) || strings.Contains(text, "\n") {
				t.Fatalf("%d %q: it says %q", status, body, text)
			}
			if piece := secret[:16]; strings.Contains(text, piece) && !strings.Contains(body, piece) {
				t.Fatalf("%d %q: %q holds the secret", status, body, text)
			}
		}
	})
}

// What a GitLab announces leads to a server at the address that was asked, with
// pages below it.
func FuzzAnnouncement(f *testing.F) {
	for _, body := range []string{
		`{"issuer":"https://gitlab.example.com/git","scopes_supported":["api","read_user","read_api","k8s_proxy"],"grant_types_supported":["urn:ietf:params:oauth:grant-type:device_code"]}`,
		`{"issuer":"https://other.example.com\u001b[2J","scopes_supported":["api","read_user"]}`, `{"issuer":"x","scopes_supported":["api","read_user","self_rotate"],"code_challenge_methods_supported":[""]}`,
		`{"issuer":"https://HOST:0443/%2F..","scopes_supported":["api","read_user","sudo","manage_runner"]}`, `{"issuer":1}`, `[]`, `null`, `{"issuer":"http://[::1]:80","scopes_supported":["api",null,"read_user"]}`,
	} {
		f.Add(200, body, "https://gitlab.example.com/git/.well-known/openid-configuration")
	}
	f.Add(404, "{}", "https://gitlab.example.com")
	f.Add(200, `{"issuer":"a","scopes_supported":["api","read_user"]}`, "http://h:80//x/../.well-known/openid-configuration")
	base := fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, status int, body, address string) {
		at, err := url.Parse(address)
		if err != nil {
			return
		}
		if found, ok := baseOf(at, wellKnown); ok && (!strings.HasPrefix(found.Origin(), at.Scheme+":") || !sameOrigin(found, at)) {
			t.Fatalf("%s is at %s", address, found)
		}
		said, ours := announcementOf(answer{status: status, header: http.Header{}, body: []byte(body), at: at})
		if !ours {
			return
		}
		server := serverOf(base, said, said.span())
		if server.BaseURL != base || len(server.Scopes) == 0 || !strings.HasPrefix(server.TokenPage, base.String()+"/") || !strings.HasPrefix(server.AppPage, base.String()+"/") {
			t.Fatalf("%q leads to %+v", body, server)
		}
		if !isShown(server.Issuer, 200) || server.Issuer == base.String() {
			t.Fatalf("%q calls itself %q", body, server.Issuer)
		}
		if s := said.span(); s.lower.before(version{9, 0}) || s.upper != (version{}) && !s.lower.before(s.upper) || spanOf(server) != s {
			t.Fatalf("%q is between %s and %s, told as %s and %s", body, s.lower, s.upper, server.AtLeast, server.Below)
		}
	})
}

// However long a server asks to wait, nobody waits longer than is said, and never
// a negative time.
func FuzzWaits(f *testing.F) {
	for _, seed := range [][4]string{
		{"1", "", "", ""}, {"2147483647", "", "", ""}, {"4294967296", "1764000000", "600", "1"}, {"-1", "9223372036854775807", "-600", "-1"}, {"Sun, 22 Nov 2026 09:31:00 GMT", "", "0", "0"},
		{"Mon, 01 Jan 0001 00:00:00 GMT", "-9223372036854775808", "x", ""}, {"Fri, 31 Dec 9999 23:59:59 GMT", "11020000000", "600", "0"}, {"1e3", "1.5", "99999999999999999999", ""},
	} {
		for _, status := range []int{429, 503, 500} {
			f.Add(status, 0, seed[0], seed[1], seed[2], seed[3])
		}
	}
	f.Fuzz(func(t *testing.T, status, period int, after, reset, limit, left string) {
		c := fuzzedClient()
		a := answer{status: status, header: http.Header{"Retry-After": {after}, "Ratelimit-Reset": {reset}, "Ratelimit-Limit": {limit}, "Ratelimit-Remaining": {left}}}
		if period != 0 { // the server's own clock may be wrong
			a.header.Set("Date", fuzzedNow.Add(time.Duration(period)*time.Second).UTC().Format(http.TimeFormat))
		}
		if asked := a.askedToWait(fuzzedNow); asked < 0 {
			t.Fatalf("%q, %q: asked to wait %s", after, reset, asked)
		}
		r := &request{site: site{}}
		if until := a.notBefore(r, fuzzedNow); !until.IsZero() && (!until.After(fuzzedNow) || until.After(fuzzedNow.Add(longestHold))) {
			t.Fatalf("%d %q, %q: nothing is sent until %s", status, after, reset, until)
		}
		fault := c.refusal(a, r, "repos")
		if fault.Cause == flow.RateLimit && fault.When.Before(fuzzedNow) {
			t.Fatalf("%q, %q: to wait until %s", after, reset, fault.When)
		}
		b := budget{}
		b.note(a, r, sent{at: fuzzedNow}, fuzzedNow)
		if seen := b.seen(); seen.requests != 1 || seen.perMinute < 0 || seen.left < 0 || seen.held != map[bool]int{true: 1}[status == 429] || b.host.hold.until.After(fuzzedNow.Add(longestHold)) {
			t.Fatalf("%q, %q: %+v", limit, left, seen)
		}
	})
}

// Wherever a server sends Flow on to: a token never leaves the base URL, nothing
// leaves the host, and https never becomes http.
func FuzzRedirects(f *testing.F) {
	for _, location := range []string{
		"/git/api/v4/x", "https://gitlab.example.com/git/", "https://gitlab.example.com:443/git/x", "https://GITLAB.example.com/git/y", "http://gitlab.example.com/git/", "https://evil.example/git/", "//evil.example/git",
		"https://gitlab.example.com@evil.example/git/", "https://gitlab.example.com/git/../admin", "https://gitlab.example.com/git/%2e%2e/admin", "/git/..%2fadmin", "/gitty", "/git", "https://ana:x@gitlab.example.com/git/z",
		"https://gitlab.example.com:444/git/", "/git//evil", "/git/\\..\\x", "javascript:1", "https:///git", "https:git", "?a=b", "", "https://gitlab.example.com./git/", "https://gitlab.example.com/git/%",
	} {
		f.Add(location, false)
		f.Add(location, true)
	}
	base := fuzzedBase(f, "https://gitlab.example.com/git")
	f.Fuzz(func(t *testing.T, location string, signed bool) {
		r := &request{site: site{base: base}, path: "/api/v4/projects"}
		if signed {
			r.token = flow.NewSecret("glpat-0123456789")
		}
		from, err := r.address()
		if err != nil {
			t.Fatal(err)
		}
		to, err := from.Parse(location)
		if err != nil {
			return
		}
		if err := r.mayGo(from, to); err != nil {
			if fault := flow.FaultOf(err); fault.Sentence() != flow.Clean(fault.Sentence()) {
				t.Fatalf("%q: it says %q", location, fault.Sentence())
			}
			return
		}
		req, err := http.NewRequest(http.MethodGet, to.String(), nil)
		if err != nil {
			return
		}
		if req.URL.Scheme != "https" || !strings.EqualFold(req.URL.Hostname(), "gitlab.example.com") {
			t.Fatalf("%q leads to %s", location, req.URL)
		}
		if !signed {
			return
		}
		whole, err := flow.ParseBaseURL("https://" + req.URL.Host)
		if err != nil || whole.Origin() != base.Origin() {
			t.Fatalf("%q takes the token to %s", location, req.URL)
		}
		wire := req.URL.EscapedPath()
		if decoded, err := url.PathUnescape(wire); err != nil || wire != "/git" && !strings.HasPrefix(wire, "/git/") || strings.Contains(decoded+"/", "/../") {
			t.Fatalf("%q takes the token to the path %q", location, wire)
		}
	})
}

// Whatever rows a page has: what is made of one has clean names, and a role and
// services that exist.
func FuzzRows(f *testing.F) {
	for _, row := range []string{
		`{"id":1,"name":"A\u001b[2J","path_with_namespace":"acme/a\u202e","namespace":{"id":2,"kind":"group","parent_id":-3,"name":"n"},"permissions":{"project_access":{"access_level":30}},"full_path":"acme"}`,
		`{"id":9223372036854775807,"default_branch":null,"last_activity_at":"9999-12-31T23:59:59Z","permissions":{"project_access":{"access_level":-1},"group_access":{"access_level":-1}}}`,
		`{"id":-1,"path_with_namespace":"a","namespace":{"id":1,"kind":"user"}}`, `{"created_at":"0000-01-01T00:00:00Z","forked_from_project":{},"shared_with_groups":[{"group_id":-1,"group_access_level":99}]}`,
		`{"repository_access_level":"disabled","issues_enabled":false,"merge_requests_enabled":null,"builds_access_level":1}`, `{"id":1.5}`, `{"id":"1"}`, `[]`, `{"path_with_namespace":"//","full_path":"/"}`, `{"name":"\ud800"}`,
	} {
		f.Add([]byte(row))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		var p projectRow
		if json.Unmarshal(data, &p) == nil {
			repo, home := p.repo(), p.home()
			if !isShown(repo.Path, len(data)) || !isShown(repo.Name, len(data)) || !isShown(home.Path, len(data)) || !isShown(home.Name, len(data)) {
				t.Fatalf("%s: %+v in %+v", data, repo, home)
			}
			if repo.Off&^flow.EveryService != 0 || repo.ID != p.ID || repo.GroupID != home.ID {
				t.Fatalf("%s: %+v", data, repo)
			}
			book := newRoleBook()
			book.note(&p)
			tree := newTree()
			tree.homes[repo.GroupID] = home
			r := book.reckon(&tree)
			role := r.role(book.noted[0])
			for _, in := range [][2]bool{{}, {true}, {true, true}} {
				if final := corrected(role, in[0], in[1]); final <= flow.NoRole || final.CanImport() != in[0] || final.CanHook() != in[1] {
					t.Fatalf("%s: the account's role is %s in the end", data, final)
				}
			}
			kept, err := decodeBook(book.encode())
			if err != nil || len(kept.noted) != 1 || kept.reckon(&tree).role(kept.noted[0]) != role {
				t.Fatalf("%s: another book comes back: %+v, %v", data, kept, err)
			}
		}
		var g groupRow
		if json.Unmarshal(data, &g) == nil {
			group := g.group()
			if !isShown(group.Path, len(data)) || !isShown(group.Name, len(data)) || group.ID != g.ID {
				t.Fatalf("%s: %+v", data, group)
			}
			tree := newTree()
			tree.listed[group.ID] = group
			for _, more := range tree.complete() {
				if more.ID <= 0 || more.ID == group.ID {
					t.Fatalf("%s: completed by %+v", data, more)
				}
			}
		}
	})
}

// A page is read as JSON has it, up to as many rows as may be asked for.
func FuzzRowsOf(f *testing.F) {
	for _, text := range []string{
		`[{"id":1},{"id":2}]`, "[]", "null", "{}", "[1]", `[{"id":1}`, "[[]]", "[null]", ` [ {"id":1.5} ] `, `"x"`, "[" + strings.Repeat("{},", pageSize-1) + "{}]", "[" + strings.Repeat("{},", pageSize) + "{}]",
		`[{"id":9223372036854775808}]`, "[{}]x", `[{"id":1},]`,
	} {
		f.Add([]byte(text))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		var plain []groupRow
		want := json.Unmarshal(text, &plain)
		var rows rowsOf[groupRow]
		got := json.Unmarshal(text, &rows)
		switch {
		case want == nil && plain != nil && len(plain) <= pageSize:
			if got != nil || !slices.EqualFunc(rows, plain, func(a, b groupRow) bool { return reflect.DeepEqual(a, b) }) {
				t.Fatalf("%q: %d rows, want %d: %v", text, len(rows), len(plain), got)
			}
		case got == nil:
			t.Fatalf("%q is read as %d rows: %v", text, len(rows), want)
		case len(rows) > pageSize:
			t.Fatalf("%q: %d rows were kept", text, len(rows))
		}
	})
}
