package flow_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"unicode"

	"flow"
)

func TestCandidates(t *testing.T) {
	const host = "https://gitlab.example.com"
	tests := []struct {
		name  string
		typed string
		want  []string
	}{
		{"an address is taken as it is", "https://gitlab.example.com", []string{host}},
		{"a missing scheme means https", "gitlab.example.com", []string{host}},
		{"http stays http", "http://gitlab.example.com", []string{"http://gitlab.example.com"}},
		{"a slash at the end does not count", "https://gitlab.example.com/", []string{host}},
		{"nor do several, nor a doubled one", "https://gitlab.example.com//git//", []string{host + "/git", host}},
		{"the scheme and the host ignore case, the path does not", "HTTPS://GitLab.Example.COM/Git", []string{host + "/Git", host}},
		{"white space and line ends around it go", " \thttps://gitlab.example.com\r\n", []string{host}},
		{"quotes around it go", `"https://gitlab.example.com"`, []string{host}},
		{"quotes go with the space inside them", `" https://gitlab.example.com "`, []string{host}},
		{"angle brackets of a mail go", "<https://gitlab.example.com>", []string{host}},
		{"query and fragment go", "https://gitlab.example.com/git?tab=1#top", []string{host + "/git", host}},

		{"a port stays", "gitlab.example.com:8443", []string{host + ":8443"}},
		{"the default port of https goes", "https://gitlab.example.com:443/git", []string{host + "/git", host}},
		{"the default port of http goes", "http://gitlab.example.com:80", []string{"http://gitlab.example.com"}},
		{"the port of the other scheme stays", "http://gitlab.example.com:443", []string{"http://gitlab.example.com:443"}},
		{"a colon without a port goes", "https://gitlab.example.com:/git", []string{host + "/git", host}},

		{"an IPv6 address keeps its brackets", "https://[2001:DB8::1]:8443/git", []string{"https://[2001:db8::1]:8443/git", "https://[2001:db8::1]:8443"}},
		{"also without its default port", "https://[2001:db8::1]:443", []string{"https://[2001:db8::1]"}},

		{"the API's address", "https://gitlab.example.com/api/v4", []string{host}},
		{"the API's address with a slash", "https://gitlab.example.com/api/v4/", []string{host}},
		{"the API's address below a sub-path", "https://gitlab.example.com/git/api/v4", []string{host + "/git", host}},
		{"one call of the API", "https://gitlab.example.com/git/api/v4/projects?per_page=100", []string{host + "/git", host}},
		{"the old API", "https://gitlab.example.com/api/v3", []string{host}},
		{"GraphQL", "https://gitlab.example.com/git/api/graphql", []string{host + "/git", host}},
		{"the sign-in page", "https://gitlab.example.com/git/users/sign_in", []string{host + "/git", host}},
		{"the page that approves", "https://gitlab.example.com/git/oauth/authorize?client_id=1", []string{host + "/git", host}},
		{"a page of the user's settings", "https://gitlab.example.com/-/user_settings/personal_access_tokens", []string{host}},
		{"such a page below a sub-path: the root first", "https://gitlab.example.com/git/-/profile", []string{host, host + "/git"}},
		{"a page of a project: the root first, the project last", "https://gitlab.example.com/acme/api/-/issues/12", []string{host, host + "/acme", host + "/acme/api"}},
		{"a group: itself may be the sub-path", "https://gitlab.example.com/acme", []string{host + "/acme", host}},
		{"a project", "https://gitlab.example.com/git/acme/api", []string{host + "/git/acme/api", host, host + "/git", host + "/git/acme"}},
		{"an address to clone", "https://gitlab.example.com/acme/api.git", []string{host, host + "/acme", host + "/acme/api"}},
		{"a group that is only named like a page", "https://gitlab.example.com/help-desk", []string{host + "/help-desk", host}},
		{"dots do not climb out", "https://gitlab.example.com/a/../../git", []string{host + "/git", host}},

		{"a loopback address without a scheme may be http as well", "localhost:3000/git", []string{
			"https://localhost:3000/git", "https://localhost:3000", "http://localhost:3000/git", "http://localhost:3000"}},
		{"with a scheme it is what it says", "http://localhost:3000", []string{"http://localhost:3000"}},
		{"a deep path is tried at six places", "https://gitlab.example.com/a/b/c/d/e/f/g/h/i", []string{
			host + "/a/b/c/d/e/f/g/h/i", host, host + "/a", host + "/a/b", host + "/a/b/c", host + "/a/b/c/d"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, err := flow.Candidates(test.typed)
			if err != nil {
				t.Fatal(err)
			}
			if got := addresses(found); !slices.Equal(got, test.want) {
				t.Errorf("Candidates(%q)\n got %q\nwant %q", test.typed, got, test.want)
			}
		})
	}
}

func addresses(found []flow.BaseURL) []string {
	var texts []string
	for _, b := range found {
		texts = append(texts, b.String())
	}
	return texts
}

func TestCandidatesAreBounded(t *testing.T) {
	deep := strings.Repeat("/a", 500_000)
	for typed, most := range map[string]int{"gitlab.example.com" + deep: 6, "gitlab.example.com" + deep + "/-/issues": 6, "localhost" + deep: 12} {
		found, err := flow.Candidates(typed)
		if err != nil {
			t.Fatal(err)
		}
		if len(found) != most {
			t.Errorf("Candidates(%q...) returns %d places, want %d", typed[:20], len(found), most)
		}
	}
}

func TestCandidatesRefuse(t *testing.T) {
	const again = " Type it as in a browser."
	tests := []struct {
		name  string
		typed string
		want  string
	}{
		{"nothing", "", "Base URL is empty. Type what you type in a browser, such as gitlab.example.com."},
		{"white space", " \t ", "Base URL is empty. Type what you type in a browser, such as gitlab.example.com."},
		{"empty quotes", `""`, "Base URL is empty. Type what you type in a browser, such as gitlab.example.com."},
		{"a space inside", "gitlab example", `"gitlab example" is not an address: it holds a space.` + again},
		{"a space that does not break", "gitlab\u00a0example.com", `"gitlab example.com" is not an address: it holds a space.` + again},
		{"an escape sequence", "gitlab.example.com\x1b[2J", `"gitlab.example.com[2J" is not an address: it holds a control character.` + again},
		{"two lines", "gitlab.example.com\nrm", `"gitlab.example.com rm" is not an address: it holds a control character.` + again},
		{"a mark that turns the direction of writing", "gitlab\u202e.example.com", `"gitlab.example.com" is not an address: it holds a control character.` + again},
		{"a control character in disguise", "https://gitlab%C2%9B.example.com", `"https://gitlab%C2%9B.example.com" is not an address: its host can't be read.` + again},
		{"another scheme", "ftp://gitlab.example.com", `"ftp://gitlab.example.com" is not an address: ftp: is not http or https.` + again},
		{"an address to clone by ssh", "ssh://git@gitlab.example.com/acme/api.git", `"gitlab.example.com/acme/api.git" is not an address: ssh: is not http or https.` + again},
		{"the short form of it", "git@gitlab.example.com:acme/api.git", `"gitlab.example.com:acme/api.git" is not an address: its host can't be read.` + again},
		{"no host", "https:///git", `"https:///git" is not an address: its host can't be read.` + again},
		{"only a port", "https://:8443", `"https://:8443" is not an address: its host can't be read.` + again},
		{"a host that starts with a dot", "https://.example.com", `"https://.example.com" is not an address: its host can't be read.` + again},
		{"a port that is none", "https://gitlab.example.com:99999", `"https://gitlab.example.com:99999" is not an address: its host can't be read.` + again},
		{"port zero", "gitlab.example.com:0", `"gitlab.example.com:0" is not an address: its host can't be read.` + again},
		{"an IPv6 address without brackets", "2001:db8::1", `"2001:db8::1" is not an address: its host can't be read.` + again},
		{"an IPv6 address with a zone, which can't be stored", "https://[fe80::1%25eth0]", `"https://[fe80::1%25eth0]" is not an address: its host can't be read.` + again},
		{"a user name", "https://ana@gitlab.example.com", `"gitlab.example.com" is not an address: a user name or password stands before it.` + again},
		{"a long text is cut", strings.Repeat("a", 100) + " ", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			found, err := flow.Candidates(test.typed)
			if test.want == "" {
				if err != nil || len(found) != 1 {
					t.Fatalf("Candidates(%q) = %v, %v; want it taken", test.typed, found, err)
				}
				return
			}
			if err == nil {
				t.Fatalf("Candidates(%q) = %v, want a refusal", test.typed, found)
			}
			if got := said(err); got != test.want {
				t.Errorf("Candidates(%q)\n got %s\nwant %s", test.typed, got, test.want)
			}
		})
	}
}

func TestAPasswordInAnAddressIsNotRepeated(t *testing.T) {
	for _, typed := range []string{
		"https://ana:hunter2@gitlab.example.com",
		"ana:hunter2@gitlab.example.com",
		"https://ana:hunter2@gitlab.example.com:99999",
		"https://ana:hunter2 @gitlab.example.com",
		"https://ana:hunter2@gitlab.example.com/\x1b",
		"ftp://ana:hunter2@gitlab.example.com",
		"https://ana:hun@ter2@gitlab.example.com",
		"https://ana:hunter2@",
	} {
		_, err := flow.Candidates(typed)
		if err == nil {
			t.Errorf("Candidates(%q) is taken", typed)
			continue
		}
		if text := said(err) + err.Error(); strings.Contains(text, "ter2") {
			t.Errorf("the refusal repeats the password: %s", text)
		}
		if _, err := flow.ParseBaseURL(typed); err != nil && strings.Contains(said(err)+err.Error(), "ter2") {
			t.Errorf("the refusal to read it repeats the password: %v", err)
		}
	}
}

// said is what a person reads of an error.
func said(err error) string {
	f := flow.FaultOf(err)
	return f.Sentence() + " " + f.Next()
}

func TestBaseURLsAreEqualWhereTheyAreTheSamePlace(t *testing.T) {
	tests := []struct {
		name string
		a, b string
		want bool
	}{
		{"the default port says nothing", "https://gitlab.example.com:443", "https://gitlab.example.com", true},
		{"nor does a port that is left out", "https://gitlab.example.com:", "https://gitlab.example.com", true},
		{"nor the case of the host", "https://GITLAB.example.com", "https://gitlab.example.com", true},
		{"nor a slash at the end", "https://gitlab.example.com/git/", "https://gitlab.example.com/git", true},
		{"nor the brackets' default port", "http://[::1]:80", "http://[::1]", true},
		{"http is another place", "http://gitlab.example.com", "https://gitlab.example.com", false},
		{"another port is another place", "https://gitlab.example.com:8443", "https://gitlab.example.com", false},
		{"another path is another place", "https://gitlab.example.com/git", "https://gitlab.example.com", false},
		{"the path's case counts", "https://gitlab.example.com/Git", "https://gitlab.example.com/git", false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := base(t, test.a) == base(t, test.b); got != test.want {
				t.Errorf("%s == %s is %v, want %v", test.a, test.b, got, test.want)
			}
		})
	}
}

func base(t testing.TB, text string) flow.BaseURL {
	t.Helper()
	b, err := flow.ParseBaseURL(text)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func TestBaseURLHasParts(t *testing.T) {
	type parts struct{ host, hostname, port, path, origin, page string }
	tests := []struct {
		address string
		want    parts
	}{
		{"https://gitlab.example.com", parts{"gitlab.example.com", "gitlab.example.com", "443", "", "https://gitlab.example.com", "https://gitlab.example.com/api/v4"}},
		{"http://gitlab.example.com/git", parts{"gitlab.example.com", "gitlab.example.com", "80", "/git", "http://gitlab.example.com", "http://gitlab.example.com/git/api/v4"}},
		{"https://[::1]:8443/a/b", parts{"[::1]:8443", "::1", "8443", "/a/b", "https://[::1]:8443", "https://[::1]:8443/a/b/api/v4"}},
	}
	for _, test := range tests {
		b := base(t, test.address)
		got := parts{b.Host(), b.Hostname(), b.Port(), b.Path(), b.Origin(), b.At("/api/v4")}
		if got != test.want {
			t.Errorf("%s\n got %q\nwant %q", test.address, got, test.want)
		}
	}
}

func TestWhichAddressesLeaveTheMachine(t *testing.T) {
	tests := []struct {
		name            string
		address         string
		loopback, plain bool
	}{
		{"localhost does not", "http://localhost:3000", true, false},
		{"nor any of 127.0.0.0/8", "http://127.254.3.9", true, false},
		{"nor ::1", "http://[::1]:3000", true, false},
		{"nor ::1 written out", "http://[0:0:0:0:0:0:0:1]", true, false},
		{"over https neither", "https://127.0.0.1", true, false},
		{"a name that begins with localhost does", "http://localhost.evil.com", false, true},
		{"a name that ends with it does", "http://evil-localhost", false, true},
		{"a name that begins like a loopback address does", "http://127.0.0.1.evil.com", false, true},
		{"128.0.0.1 does", "http://128.0.0.1", false, true},
		{"an address that listens on everything does", "http://0.0.0.0", false, true},
		{"an address of the office does", "http://192.168.1.2", false, true},
		{"over https nothing is plain", "https://gitlab.example.com", false, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			b := base(t, test.address)
			if b.IsLoopback() != test.loopback || b.IsPlain() != test.plain {
				t.Errorf("%s: IsLoopback %v, IsPlain %v; want %v, %v", b, b.IsLoopback(), b.IsPlain(), test.loopback, test.plain)
			}
		})
	}
}

func TestBaseURLAsText(t *testing.T) {
	for _, text := range []string{"", "https://gitlab.example.com", "http://[::1]:3000/git", "https://gitlab.example.com:8443/a/b"} {
		in := struct{ Base flow.BaseURL }{}
		if text != "" {
			in.Base = base(t, text)
		}
		encoded, err := json.Marshal(in)
		if err != nil {
			t.Fatal(err)
		}
		if want := `{"Base":"` + text + `"}`; string(encoded) != want {
			t.Errorf("got %s, want %s", encoded, want)
		}
		out := struct{ Base flow.BaseURL }{base(t, "https://before.example.com")}
		if err := json.Unmarshal(encoded, &out); err != nil || out != in {
			t.Errorf("%s comes back as %v, %v", encoded, out, err)
		}
		if out.Base.IsZero() != (text == "") {
			t.Errorf("%q: IsZero is %v", text, out.Base.IsZero())
		}
	}
}

func TestWhatIsNoStoredAddressIsRefused(t *testing.T) {
	before := base(t, "https://before.example.com")
	for _, text := range []string{"gitlab.example.com", "/git", "ftp://gitlab.example.com", "https://", "https://:443", "https://gitlab.example.com:99999", "https://[fe80::1%25eth0]", "https://gitlab%C2%9B.example.com", "https://ana:hunter2@gitlab.example.com", "https://a b", "\x1b", "mailto:ana@example.com"} {
		b := before
		if err := b.UnmarshalText([]byte(text)); !flow.CausedBy(err, flow.NotAnAddress) {
			t.Errorf("%q: got %v, want that it is not an address", text, err)
		}
		if b != before {
			t.Errorf("%q: a refused text changed the address to %s", text, b)
		}
	}
}

func FuzzCandidates(f *testing.F) {
	for _, typed := range []string{
		"gitlab.example.com", "https://gitlab.example.com/git/api/v4", "localhost:3000/a/b/-/c", "http://[::1]:80/", "https://a%25b.com",
		"https://h:/%2e%2e/x y", "ana:hunter2@h", `"<h>"`, "https://h/\x1b[2J", "https://%C2%9B", "h/%00/..//%2F.git", "HTTP://H:0443",
	} {
		f.Add(typed)
	}
	f.Fuzz(func(t *testing.T, typed string) {
		found, err := flow.Candidates(typed)
		if err != nil {
			if !flow.CausedBy(err, flow.NoAddress, flow.NotAnAddress) {
				t.Fatalf("%q is refused for another reason: %v", typed, err)
			}
			return
		}
		if len(found) == 0 || len(found) > 12 {
			t.Fatalf("%q gives %d places", typed, len(found))
		}
		for i, b := range found {
			text := b.String()
			again, err := flow.ParseBaseURL(text)
			if err != nil || again != b {
				t.Fatalf("%q gives %q, which is read as %q, %v", typed, text, again, err)
			}
			if b.Host() != found[0].Host() {
				t.Fatalf("%q leads to two hosts: %q and %q", typed, b.Host(), found[0].Host())
			}
			if slices.Contains(found[:i], b) {
				t.Fatalf("%q gives %q twice", typed, text)
			}
			if b.Hostname() == "" || strings.HasSuffix(text, "/") || strings.ContainsAny(text, "?# ") || strings.ContainsFunc(text, unicode.IsControl) {
				t.Fatalf("%q gives %q", typed, text)
			}
		}
	})
}
