package main

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/store"
)

// A renewing world is an integration that is signed in, and a gate before its
// GitLab, which sees every renewal and can do something before and after it.
type renewing struct {
	t      *testing.T
	server *gitlabtest.Server
	gate   *httptest.Server
	client *gitlab.Client
	home   string
	store  *store.Store
	in     flow.Integration

	mu     sync.Mutex
	before func()        // GitLab has not had the request yet
	after  func()        // GitLab has answered; the answer has not gone on
	atGate int           // renewals that are being answered
	left   *sync.Cond    // told when one of them is
	asked  int           // renewals that reached GitLab
	issued flow.Secret   // the access token that GitLab gave last
	stood  time.Duration // the longest time for which this process did not run
	ran    time.Time     // when it last did
}

const renewed = "acme-gitlab" // the name of the integration

func newRenewing(t *testing.T, version string) *renewing {
	t.Helper()
	r := &renewing{t: t, home: t.TempDir()}
	r.left = sync.NewCond(&r.mu)
	var err error
	// One repo takes no time to be discovered.
	if r.server, err = gitlabtest.Start(gitlabtest.Sized(1, time.Now()), gitlabtest.Options{Version: version}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(r.server.Close)
	behind, err := url.Parse(r.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	proxy := httputil.NewSingleHostReverseProxy(behind)
	proxy.ErrorLog = nil
	proxy.ErrorHandler = func(http.ResponseWriter, *http.Request, error) { panic(http.ErrAbortHandler) }
	proxy.ModifyResponse = r.answered
	r.watchClock()
	r.gate = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, req *http.Request) {
		defer r.tellOverdue(req)()
		if isRenewal(req) {
			r.come()
			defer r.leave()
			r.ask()
			// GitLab is asked and answers, whether or not the process is still there. Of
			// a context that can't end the proxy makes one that ends with the process.
			ctx, cancel := context.WithTimeout(context.WithoutCancel(req.Context()), patience)
			defer cancel()
			req = req.WithContext(ctx)
		}
		proxy.ServeHTTP(w, req)
	}))
	t.Cleanup(r.gate.Close)
	r.client = gitlab.New(gitlab.Options{Proxy: noProxy})
	t.Cleanup(r.client.Close)
	if r.store, err = store.Open(t.Context(), store.Options{Path: filepath.Join(r.home, "flow.db"), Env: r.env, Who: "ana@build-07"}); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { r.store.Close() })
	r.in = r.create(renewed)
	return r
}

// create signs in and stores an integration.
func (r *renewing) create(name string) flow.Integration {
	r.t.Helper()
	conn, report := r.signIn()
	in, err := r.store.Create(r.t.Context(), flow.Integration{
		Name: name, Provider: "gitlab-self-hosted", Method: flow.OAuth, BaseURL: conn.BaseURL,
		App: flow.Application{ClientID: conn.App.ClientID}, Services: flow.EveryService, Report: report,
		Status: flow.Status{Data: flow.Processing, Since: time.Now()}, CreatedAt: time.Now(),
	}, conn)
	if err != nil {
		r.t.Fatal(err)
	}
	return in
}

func (r *renewing) env(name string) string {
	return map[string]string{"HOME": r.home, "XDG_STATE_HOME": r.home}[name]
}

// isRenewal reads what is sent to the token page, and puts it back.
func isRenewal(req *http.Request) bool {
	if req.Method != http.MethodPost || req.URL.Path != "/oauth/token" {
		return false
	}
	body, _ := io.ReadAll(req.Body)
	req.Body = io.NopCloser(bytes.NewReader(body))
	return bytes.Contains(body, []byte("grant_type=refresh_token"))
}

func (r *renewing) ask() {
	r.mu.Lock()
	before := r.before
	r.asked++
	r.mu.Unlock()
	if before != nil {
		before()
	}
}

func (r *renewing) come() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.atGate++
}

func (r *renewing) leave() {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.atGate--
	r.left.Broadcast()
}

// settled waits until no renewal is at the gate.
func (r *renewing) settled() {
	r.mu.Lock()
	defer r.mu.Unlock()
	for r.atGate > 0 {
		r.left.Wait()
	}
}

// answered sees what GitLab answers before it goes on.
func (r *renewing) answered(res *http.Response) error {
	if res.Request.URL.Path != "/oauth/token" || res.StatusCode != http.StatusOK {
		return nil
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		return err
	}
	res.Body = io.NopCloser(bytes.NewReader(body))
	var said struct {
		Access string `json:"access_token"`
	}
	if err := json.Unmarshal(body, &said); err != nil {
		return err
	}
	r.mu.Lock()
	r.issued = flow.NewSecret(said.Access)
	after := r.after
	r.mu.Unlock()
	if after != nil {
		after()
	}
	return nil
}

func (r *renewing) during(before, after func()) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.before, r.after, r.asked, r.stood = before, after, 0, 0
}

// standstill is how long this process must not have run for a request without an
// answer to be the machine's fault. A request waits for 10 s.
const standstill = 5 * time.Second

// watchClock notes for how long this process did not run.
func (r *renewing) watchClock() {
	tick, done := time.NewTicker(100*time.Millisecond), make(chan struct{})
	r.t.Cleanup(func() { tick.Stop(); close(done) })
	r.ran = time.Now()
	go func() {
		for {
			select {
			case <-tick.C:
			case <-done:
				return
			}
			r.mu.Lock()
			r.stood, r.ran = max(r.stood, time.Since(r.ran)), time.Now()
			r.mu.Unlock()
		}
	}()
}

// stoodStill is the longest time since during for which this process did not run.
func (r *renewing) stoodStill() time.Duration {
	r.mu.Lock()
	defer r.mu.Unlock()
	return max(r.stood, time.Since(r.ran))
}

// tellOverdue logs what everybody does while a request at the gate gets no
// answer. Where nothing is logged, the request never came to the gate.
func (r *renewing) tellOverdue(req *http.Request) (answered func() bool) {
	what := req.Method + " " + req.URL.Path
	return time.AfterFunc(standstill, func() {
		stacks := make([]byte, 1<<20)
		stacks = stacks[:runtime.Stack(stacks, true)]
		r.t.Logf("%s: no answer for %v\n%s", what, standstill, stacks)
	}).Stop
}

func (r *renewing) lastIssued() flow.Secret {
	_, issued := r.renewals()
	return issued
}

func (r *renewing) renewals() (asked int, issued flow.Secret) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.asked, r.issued
}

// signIn signs in with a browser.
func (r *renewing) signIn() (flow.Connection, flow.Report) {
	r.t.Helper()
	found, err := r.client.Find(r.t.Context(), r.gate.URL, flow.Network{})
	if err != nil {
		r.t.Fatal(err)
	}
	conn := flow.Connection{BaseURL: found.BaseURL, App: flow.Application{
		ClientID: gitlabtest.DemoClientID, Secret: flow.NewSecret(gitlabtest.DemoClientSecret),
	}}
	attempt, err := r.client.SignIn(r.t.Context(), flow.SignIn{Server: found, App: conn.App})
	if err != nil {
		r.t.Fatal(err)
	}
	defer attempt.Close()
	go func() {
		browser := gitlabtest.NewBrowser(r.server, gitlabtest.DemoUser, gitlabtest.DemoPassword)
		_, _ = browser.Authorize(r.t.Context(), attempt.Doors().Local.Address, true)
	}()
	if conn.Grant, err = attempt.Wait(r.t.Context(), nil); err != nil {
		r.t.Fatal(err)
	}
	report, err := r.client.Test(r.t.Context(), conn, nil)
	if err != nil || !report.Passed() {
		r.t.Fatal(err, report.Checks)
	}
	return conn, report
}

// stored is the connection as it stands in the store.
func (r *renewing) stored() flow.Connection { return r.storedOf(r.in) }

func (r *renewing) storedOf(in flow.Integration) flow.Connection {
	r.t.Helper()
	conn, err := r.store.Connection(r.t.Context(), in.ID)
	if err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// age makes the stored sign-in one that has run out.
func (r *renewing) age() { r.ageTo(-time.Second) }

// ageTo makes the stored sign-in one of two hours ago that runs out after left.
func (r *renewing) ageTo(left time.Duration) {
	r.t.Helper()
	old := r.stored().Grant
	aged := old
	aged.At, aged.Expires = time.Now().Add(-2*time.Hour), time.Now().Add(left)
	if err := r.store.KeepGrant(r.t.Context(), r.in.ID, old, aged); err != nil {
		r.t.Fatal(err)
	}
}

func (r *renewing) setup() flow.Setup {
	return flow.Setup{GitLab: r.client, Store: r.store, Now: time.Now}
}

// connect opens the stored connection, as every command and screen does.
func (r *renewing) connect() flow.Connection {
	r.t.Helper()
	in, err := r.store.Named(r.t.Context(), renewed)
	if err != nil {
		r.t.Fatal(err)
	}
	conn, err := r.setup().Connect(r.t.Context(), in)
	if err != nil {
		r.t.Fatal(err)
	}
	return conn
}

// refresh is one process of flow refresh.
func (r *renewing) refresh(ctx context.Context) (*exec.Cmd, *bytes.Buffer) {
	command := exec.CommandContext(ctx, "flow", "refresh", renewed)
	command.Env = append(os.Environ(), "HOME="+r.home, "XDG_STATE_HOME="+r.home, "FLOW_STORE="+filepath.Join(r.home, "flow.db"), "NO_PROXY=*")
	var out bytes.Buffer
	command.Stdout, command.Stderr = &out, &out
	return command, &out
}

// refreshes runs one process of flow refresh to its end.
func (r *renewing) refreshes() {
	r.t.Helper()
	command, out := r.refresh(r.t.Context())
	if err := command.Run(); err != nil {
		r.t.Fatal(err, out)
	}
}

// signInAgain puts a new sign-in in the place of the lost one, as the screens and
// flow reconnect do.
func (r *renewing) signInAgain() {
	r.t.Helper()
	in, err := r.store.Named(r.t.Context(), renewed)
	if err != nil {
		r.t.Fatal(err)
	}
	if in.Status.Data != flow.FailedIntegration || !strings.Contains(in.Status.Reason, "lost in a crash") {
		r.t.Errorf("data status %+v", in.Status)
	}
	conn, report := r.signIn()
	if _, notRevoked, err := r.setup().Reconnect(r.t.Context(), in, conn, report); err != nil || notRevoked != nil {
		r.t.Fatal(err, notRevoked)
	}
}
