package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// TestScripts runs the commands as a shell would, against a real GitLab on a
// loopback port and a real store below the work folder. Beside testscript's own
// commands there are:
//
//	gitlab              starts one and sets $GITLAB; again after dies: at the same address
//	dies                ends it in the middle of the next discovery
//	answers STATUS      makes every later page of a discovery fail so
//	forbids PATH        answers 403 to what is below a project
//	mends               takes both back
//	revokes             revokes the token
//	creates PATH        makes a project
//	renames OLD NEW     gives a project or a group another path, also in another group
//	archives PATH       archives a project
//	deletes PATH        deletes the projects whose path begins so
//	requests N          checks how many requests came in so far
//	exits CODE CMD ...  runs a command and checks its exit code, and that it prints no token
//	json PATH WANT      checks a value of what was printed last, such as .status.data
//	keys PATH NAMES     checks an object's names and their order
//	nosecrets           checks that no file but those of secrets holds a piece of one
//
// and those of attemptCommands and networkCommands.
func TestScripts(t *testing.T) {
	t.Parallel()
	commands := maps.Clone(attemptCommands)
	maps.Copy(commands, networkCommands)
	maps.Copy(commands, map[string]func(*testscript.TestScript, bool, []string){
		"gitlab": cmdGitLab, "dies": cmdDies, "answers": cmdAnswers, "mends": cmdMends, "requests": cmdRequests,
		"forbids": cmdForbids, "revokes": cmdRevokes, "creates": cmdCreates, "renames": cmdRenames, "archives": cmdArchives, "deletes": cmdDeletes,
		"exits": cmdExits, "json": cmdJSON, "keys": cmdKeys, "nosecrets": cmdNoSecrets,
	})
	testscript.Run(t, testscript.Params{
		Dir: "testdata/script", RequireExplicitExec: true, Setup: setUpScript, Cmds: commands,
	})
}

// secret is a token of the demo's @flow-bot that looks like a real one, so that
// a piece of it can be told from other words.
const secret = "glpat-Xw7RkZ2mQv9TbY4sNc8J"

// setUpScript gives every script a home, and a file for each kind of token.
func setUpScript(e *testscript.Env) error {
	e.Setenv("HOME", filepath.Join(e.WorkDir, "home"))
	e.Setenv("TZ", "UTC")
	e.Setenv("GORACE", os.Getenv("GORACE"))
	e.Setenv("FREE_PORT", lowPort())
	for name, value := range map[string]string{
		"token": secret, "token-readonly": gitlabtest.DemoTokenReadOnly, "token-readapi": gitlabtest.DemoTokenReadAPI,
		"token-expired": gitlabtest.DemoTokenExpired, "token-revoked": gitlabtest.DemoTokenRevoked,
		"token-blocked": gitlabtest.DemoTokenBlocked, "token-nogroups": gitlabtest.DemoTokenNoGroups,
		"token-wrong": "glpat-thisonewasnevermade",
		"secret":      gitlabtest.DemoClientSecret, "secret-wrong": strings.Repeat("0", 64),
	} {
		if err := os.WriteFile(filepath.Join(e.WorkDir, name), []byte(value+"\n"), 0o600); err != nil {
			return err
		}
	}
	s := &scriptGitLab{}
	e.Values[scriptKey{}] = s
	e.Defer(s.close)
	return nil
}

// lowPort finds a port that nobody listens on, below those that the system
// gives away by itself.
func lowPort() string {
	for {
		port := strconv.Itoa(20_000 + rand.IntN(10_000))
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
}

type scriptKey struct{}

// scriptGitLab is the GitLab of one script.
type scriptGitLab struct {
	server  *gitlabtest.Server
	company *gitlabtest.Company
	mends   []func()      // take back what goes wrong
	dead    chan struct{} // closed once dies has ended it
	started *started      // the command that was started last

	https *weather.Server
	proxy *weather.Proxy
	seen  int // requests that passed looked at
}

func (s *scriptGitLab) close() {
	if s.server != nil {
		s.server.Close()
	}
}

func gitLabOf(ts *testscript.TestScript) *scriptGitLab { return ts.Value(scriptKey{}).(*scriptGitLab) }

func cmdGitLab(ts *testscript.TestScript, _ bool, _ []string) {
	s, options := gitLabOf(ts), gitlabtest.Options{Path: "/git"}
	if s.company == nil {
		s.company = gitlabtest.Demo(time.Now())
		bot, _ := s.company.User(gitlabtest.DemoUser)
		_, err := s.company.AddToken(gitlabtest.Token{Value: secret, Name: "Flow in scripts", User: bot.ID,
			Scopes: []string{"api", "read_user", "read_repository"}, CreatedAt: time.Now(), ExpiresOn: time.Now().AddDate(0, 0, 53)})
		ts.Check(err)
		own, err := s.company.AddApplication(gitlabtest.Application{Name: "Flow of the company", Secret: gitlabtest.DemoClientSecret,
			Redirects: []string{"https://flow.acme.example/callback"}, Scopes: []string{"api", "read_user", "read_repository"}})
		ts.Check(err)
		ts.Setenv("CLIENT_ID", gitlabtest.DemoClientID)
		ts.Setenv("PUBLIC_CLIENT_ID", gitlabtest.DemoPublicClientID)
		ts.Setenv("OWN_CLIENT_ID", own.UID)
	} else {
		<-s.dead
		options.Addr = strings.Split(s.server.URL(), "/")[2]
	}
	var err error
	s.server, err = gitlabtest.Start(s.company, options)
	ts.Check(err)
	ts.Setenv("GITLAB", s.server.URL())
}

// inDiscovery matches the pages of the walk over projects, but not those of the
// walks beside it that only ask for roles.
func inDiscovery(r *http.Request) bool {
	q := r.URL.Query()
	return strings.HasSuffix(r.URL.Path, "/api/v4/projects") && q.Has("id_after") && !q.Has("min_access_level")
}

func cmdDies(ts *testscript.TestScript, _ bool, _ []string) {
	s := gitLabOf(ts)
	server, dead := s.server, make(chan struct{})
	s.dead = dead
	die := sync.OnceFunc(func() {
		go func() { // the request that it dies of is still being answered
			server.Close()
			close(dead)
		}()
	})
	page := 0
	server.Fail(gitlabtest.Fault{Kind: gitlabtest.Hang, Match: func(r *http.Request) bool {
		if inDiscovery(r) {
			page++
		}
		if page > 2 {
			die()
		}
		return page > 2
	}})
}

func cmdAnswers(ts *testscript.TestScript, _ bool, args []string) {
	status, err := strconv.Atoi(args[0])
	ts.Check(err)
	gitLabOf(ts).fail(gitlabtest.Fault{Match: inDiscovery, After: 2, Status: status, Body: `{"message":"the disk of ` + secret + ` is full"}`})
}

func (s *scriptGitLab) fail(f gitlabtest.Fault) { s.mends = append(s.mends, s.server.Fail(f)) }

func cmdMends(ts *testscript.TestScript, _ bool, _ []string) {
	s := gitLabOf(ts)
	for _, mend := range s.mends {
		mend()
	}
	s.mends = nil
}

func cmdForbids(ts *testscript.TestScript, _ bool, args []string) {
	gitLabOf(ts).fail(gitlabtest.Fault{Path: "/api/v4/projects/*/" + args[0], Status: http.StatusForbidden, Body: `{"message":"403 Forbidden"}`})
}

func cmdRevokes(ts *testscript.TestScript, _ bool, _ []string) {
	ts.Check(gitLabOf(ts).company.RevokeToken(secret))
}

func cmdCreates(ts *testscript.TestScript, _ bool, args []string) {
	company := gitLabOf(ts).company
	parent, slug := path.Split(args[0])
	group, found := company.Group(strings.TrimSuffix(parent, "/"))
	if !found {
		ts.Fatalf("there is no group %s", parent)
	}
	_, err := company.AddProject(gitlabtest.Project{Group: group.ID, Path: slug, Name: slug})
	ts.Check(err)
}

// cmdRenames gives a repo or a group another path; where that is below another group
// it is moved.
func cmdRenames(ts *testscript.TestScript, _ bool, args []string) {
	company := gitLabOf(ts).company
	parent, slug := path.Split(args[1])
	to, _ := company.Group(strings.TrimSuffix(parent, "/"))
	if p, found := company.Project(args[0]); found {
		if p.Group != to.ID {
			ts.Check(company.MoveProject(p.ID, to.ID))
		}
		if p.Path != slug {
			ts.Check(company.RenameProject(p.ID, slug, slug))
		}
		return
	}
	g, found := company.Group(args[0])
	if !found {
		ts.Fatalf("there is nothing at %s", args[0])
	}
	ts.Check(company.RenameGroup(g.ID, slug, slug))
}

func cmdArchives(ts *testscript.TestScript, _ bool, args []string) {
	p, found := gitLabOf(ts).company.Project(args[0])
	if !found {
		ts.Fatalf("there is no repo %s", args[0])
	}
	ts.Check(gitLabOf(ts).company.ArchiveProject(p.ID, true))
}

func cmdDeletes(ts *testscript.TestScript, _ bool, args []string) {
	company := gitLabOf(ts).company
	deleted := 0
	for id := range 10_000 {
		if strings.HasPrefix(company.FullPath(id), args[0]) {
			ts.Check(company.DeleteProject(id))
			deleted++
		}
	}
	if deleted == 0 {
		ts.Fatalf("there is nothing at %s", args[0])
	}
}

func cmdRequests(ts *testscript.TestScript, _ bool, args []string) {
	if got := len(gitLabOf(ts).server.Requests()); strconv.Itoa(got) != args[0] {
		ts.Fatalf("%d requests came in, want %s", got, args[0])
	}
}

func cmdExits(ts *testscript.TestScript, _ bool, args []string) {
	err := ts.Exec(args[1], args[2:]...)
	code := 0
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		code = exit.ExitCode()
	} else {
		ts.Check(err)
	}
	if strconv.Itoa(code) != args[0] {
		ts.Fatalf("exit code %d, want %s", code, args[0])
	}
	for _, stream := range []string{"stdout", "stderr"} {
		noSecret(ts, stream, []byte(ts.ReadFile(stream)))
	}
}

// noSecret fails if a text holds a piece of a secret, or something in the shape
// of those that GitLab makes: codes, tokens and client secrets are 64 hexadecimal
// digits. So are client IDs, which are none.
func noSecret(ts *testscript.TestScript, name string, text []byte) {
	if piece := pieceOfSecret(text); piece != "" {
		ts.Fatalf("%s holds %q, a piece of a secret", name, piece)
	}
	public := []string{gitlabtest.DemoClientID, gitlabtest.DemoPublicClientID, ts.Getenv("OWN_CLIENT_ID")}
	for _, digits := range regexp.MustCompile(`[0-9a-f]{64}`).FindAll(text, -1) {
		if !slices.Contains(public, string(digits)) {
			ts.Fatalf("%s holds %s, which may be a secret", name, digits)
		}
	}
}

// pieceOfSecret finds a part of the token, of the client secret or of the proxy's
// password. The prefix of a token is no secret; six hexadecimal digits may stand
// anywhere by chance.
func pieceOfSecret(text []byte) string {
	for whole, piece := range map[string]int{strings.TrimPrefix(secret, "glpat-"): 6, gitlabtest.DemoClientSecret: 10, proxyPassword: 6} {
		for i := 0; i+piece <= len(whole); i++ {
			if bytes.Contains(text, []byte(whole[i:i+piece])) {
				return whole[i : i+piece]
			}
		}
	}
	return ""
}

func cmdNoSecrets(ts *testscript.TestScript, _ bool, _ []string) {
	files := 0
	ts.Check(filepath.WalkDir(ts.Getenv("WORK"), func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || slices.ContainsFunc([]string{"token", "secret", "password", "client.key", "both.pem"}, func(s string) bool { return strings.HasPrefix(d.Name(), s) }) {
			return err
		}
		files++
		text, err := os.ReadFile(path)
		noSecret(ts, path, text)
		return err
	}))
	if files < 2 { // at least the database and its key
		ts.Fatalf("only %d files were looked into", files)
	}
}

func cmdJSON(ts *testscript.TestScript, neg bool, args []string) {
	checkJSON(ts, neg, json.RawMessage(ts.ReadFile("stdout")), args[0], args[1])
}

// checkJSON compares a value with a text; /.../ is a regular expression.
func checkJSON(ts *testscript.TestScript, neg bool, value json.RawMessage, path, want string) {
	got := strings.TrimSpace(string(jsonAt(ts, value, path)))
	if strings.HasPrefix(got, `"`) {
		ts.Check(json.Unmarshal([]byte(got), &got))
	}
	same := got == want
	if len(want) > 2 && strings.HasPrefix(want, "/") && strings.HasSuffix(want, "/") {
		same = regexp.MustCompile(want[1 : len(want)-1]).MatchString(got)
	}
	if same == neg {
		ts.Fatalf("%s is %s", path, got)
	}
}

func cmdKeys(ts *testscript.TestScript, _ bool, args []string) {
	var names []string
	d := json.NewDecoder(bytes.NewReader(jsonAt(ts, json.RawMessage(ts.ReadFile("stdout")), args[0])))
	_, err := d.Token()
	for err == nil && d.More() {
		var name json.Token
		if name, err = d.Token(); err == nil {
			names = append(names, fmt.Sprint(name))
			err = d.Decode(&json.RawMessage{})
		}
	}
	ts.Check(err)
	if want := strings.Fields(strings.Join(args[1:], " ")); !slices.Equal(names, want) {
		ts.Fatalf("names of %s\n got %v\nwant %v", args[0], names, want)
	}
}

// jsonAt finds a value such as .status.data or .0.path.
func jsonAt(ts *testscript.TestScript, value json.RawMessage, path string) json.RawMessage {
	for step := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '.' }) {
		var err error
		if i, number := strconv.Atoi(step); number == nil {
			var list []json.RawMessage
			if err = json.Unmarshal(value, &list); err == nil && i >= len(list) {
				ts.Fatalf("%s: %d elements", path, len(list))
			}
			ts.Check(err)
			value = list[i]
			continue
		}
		var object map[string]json.RawMessage
		ts.Check(json.Unmarshal(value, &object))
		if object[step] == nil {
			ts.Fatalf("%s: no %s in %s", path, step, value)
		}
		value = object[step]
	}
	return value
}
