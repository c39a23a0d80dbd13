package main

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// A trial runs the program into one mishap, in a home of its own, and writes
// down what it says.
type trial struct {
	t       *testing.T
	dir     string
	program program
	steady  []string // what differs from run to run, and what stands for it
	heard   strings.Builder
}

func newTrial(t *testing.T) *trial {
	f := &trial{t: t, dir: t.TempDir()}
	f.program = program{
		stdin: strings.NewReader(""), now: func() time.Time { return day }, isTerminal: func(any) bool { return false },
		env: func(name string) string { return map[string]string{"HOME": f.dir, "USER": "ana"}[name] },
	}
	// A request that is tried again is so at once.
	f.program.reach.Sleep = func(ctx context.Context, _ time.Duration) error { return ctx.Err() }
	f.file("token", []byte(gitlabtest.DemoToken))
	return f
}

// file writes a file and returns where it is.
func (f *trial) file(name string, data []byte) string {
	f.t.Helper()
	path := filepath.Join(f.dir, name)
	if err := os.WriteFile(path, data, 0o600); err != nil {
		f.t.Fatal(err)
	}
	return path
}

// hasty makes Flow wait a twentieth of what it waits for an answer; what is said
// of that is told as if it were all of it.
func (f *trial) hasty() *trial {
	f.program.reach.Timeout = 500 * time.Millisecond
	f.steady = append(f.steady, "for 0.5 s", "for 10 s", "for 1.5 s", "for 30 s")
	return f
}

// is names an address in what is told.
func (f *trial) is(real, name string) { f.steady = append(f.steady, real, name) }

const (
	here      = "127.0.0.1:40000" // the server in question
	otherHost = "127.0.0.1:50000" // another one that it speaks of
	theProxy  = "127.0.0.1:3128"
)

// serve puts a handler in place of a GitLab.
func (f *trial) serve(h http.Handler, o weather.Options) *weather.Server {
	f.t.Helper()
	return f.serveAs(here, h, o)
}

func (f *trial) serveAs(name string, h http.Handler, o weather.Options) *weather.Server {
	f.t.Helper()
	s, err := weather.Serve(dated(h), o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(s.Close)
	f.is(s.Addr(), name)
	return s
}

// dated gives answers the day of the trial where they have no date of their own.
func dated(behind http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Date", day.Format(http.TimeFormat))
		behind.ServeHTTP(w, r)
	})
}

// gitlab starts the demo's GitLab with nothing before it.
func (f *trial) gitlab(o gitlabtest.Options) *gitlabtest.Server {
	f.t.Helper()
	o.Now, o.Path = func() time.Time { return day }, "/git"
	s, err := gitlabtest.Start(gitlabtest.Demo(day), o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(s.Close)
	f.is(strings.Split(s.URL(), "/")[2], here)
	return s
}

// site starts the demo's GitLab behind fronts.
func (f *trial) site(g gitlabtest.Options, o weather.Options, fronts ...weather.Front) *weather.Site {
	f.t.Helper()
	g.Now = func() time.Time { return day }
	if g.Path == "" {
		g.Path = "/git"
	}
	s, err := weather.GitLab(gitlabtest.Demo(day), g, o, fronts...)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(s.Close)
	f.is(s.Front.Addr(), here)
	return s
}

// port takes one where no web server answers.
func (f *trial) port(p *weather.Port, err error) *weather.Port {
	f.t.Helper()
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(p.Close)
	f.is(p.Addr(), here)
	return p
}

// proxy starts one.
func (f *trial) proxy(o weather.ProxyOptions) *weather.Proxy {
	f.t.Helper()
	p, err := weather.StartProxy(o)
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(p.Close)
	f.is(p.Addr(), theProxy)
	return p
}

// connect connects a GitLab as acme, by the demo's token.
func (f *trial) connect(address string, flags ...string) int {
	f.t.Helper()
	return f.flow(append([]string{"connect", "--name", "acme", "--token-file", filepath.Join(f.dir, "token"), "--base-url", address}, flags...)...)
}

// connected connects without a word: the mishap is still to come.
func (f *trial) connected(address string, flags ...string) {
	f.t.Helper()
	said := f.heard.String()
	if code := f.connect(address, flags...); code != exitOK {
		f.t.Fatalf("connecting failed:\n%s", f.heard.String())
	}
	f.heard.Reset()
	f.heard.WriteString(said)
}

// flow runs one command and writes down what it says.
func (f *trial) flow(args ...string) int {
	f.t.Helper()
	var out, err bytes.Buffer
	p := f.program
	p.stdout, p.stderr = &out, &err
	code := p.run(f.t.Context(), args)
	fmt.Fprintf(&f.heard, "$ flow %s\n%s%sexit %d\n", strings.Join(args, " "), telling(err.String()), telling(out.String()), code)
	return code
}

// fact writes down what was looked at beside what is said.
func (f *trial) fact(format string, args ...any) { fmt.Fprintf(&f.heard, "("+format+")\n", args...) }

// wantNoToken fails if a server was sent a credential.
func (f *trial) wantNoToken(who string, requests []weather.Request) {
	f.t.Helper()
	for _, r := range requests {
		if len(r.Secrets) > 0 {
			f.t.Errorf("%s got a credential: %+v", who, r)
		}
	}
	f.fact("no token was sent to %s", who)
}

// A block is what is said of one check.
var block = regexp.MustCompile(`(?m)^(ok|skipped|warning|failed) +(\S+(?: \S+)?) .*\n(?: {21}.*\n)*`)

// telling leaves out checks that went well, and those that depend on others.
// They end in any order, and stand in that of the test.
func telling(text string) string {
	first := block.FindStringIndex(text)
	if first == nil {
		return text
	}
	told := map[string]string{}
	rest := block.ReplaceAllStringFunc(text, func(b string) string {
		if parts := block.FindStringSubmatch(b); parts[1] == "warning" || parts[1] == "failed" {
			told[parts[2]] = b
		}
		return ""
	})
	var blocks strings.Builder
	for _, name := range flow.CheckNames {
		blocks.WriteString(told[name])
	}
	return rest[:first[0]] + blocks.String() + rest[first[0]:]
}

var (
	duration    = regexp.MustCompile(`\s+\(\d+\s+ms\)`) // the end of what stands there
	fingerprint = regexp.MustCompile(`([0-9a-f]{2}:){31}[0-9a-f]{2}`)
	halfOfOne   = regexp.MustCompile(`([0-9a-f]{2}:){15}[0-9a-f]{2}`)
	validity    = regexp.MustCompile(`(from|until)\s+\d+\s+\w+\s+(\d{4})`) // also where a row ends in it
	waited      = regexp.MustCompile(`made Flow wait \d+ times?`)
	clockTime   = regexp.MustCompile(`until \d\d:\d\d\b`)
	testedAt    = regexp.MustCompile(`(?m)^  Tested .*\n`)
)

// told is what was written down, without what differs from run to run.
func (f *trial) told() string {
	text := strings.ReplaceAll(f.steadied(f.heard.String()), f.dir+string(filepath.Separator), "")
	text = duration.ReplaceAllString(text, "")
	text = validity.ReplaceAllStringFunc(text, steadyDay)
	text = fingerprint.ReplaceAllString(text, "4f:19:...")
	text = halfOfOne.ReplaceAllString(text, "4f:19:...:e0")
	text = howFar.ReplaceAllString(text, "at 200 repos")
	return testedAt.ReplaceAllString(text, "")
}

// howFar a walk comes until something happens differs from one to the next, since
// several pages are read at once.
var howFar = regexp.MustCompile(`at [0-9,]+ repos\b`)

// steadyDay is another day for those that are counted from today.
func steadyDay(said string) string {
	parts := validity.FindStringSubmatch(said)
	if year, _ := strconv.Atoi(parts[2]); year <= longAgo.Year() || year >= farOff.Year() {
		return said
	}
	return map[string]string{"from": "from 3 Nov 2026", "until": "until 3 Nov 2036"}[parts[1]]
}

// steadied has the names of addresses, and times and numbers that are always the
// same.
func (f *trial) steadied(text string) string {
	text = strings.NewReplacer(f.steady...).Replace(text)
	text = clockTime.ReplaceAllString(text, "until 12:30")
	return waited.ReplaceAllString(text, "made Flow wait 2 times")
}
