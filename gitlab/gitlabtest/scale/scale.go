// Package scale is a GitLab with very many projects, on a real loopback port:
// for measuring, and for tests that need more than package gitlabtest can hold.
//
//	s, err := scale.Start(scale.Options{Projects: 100_000, Latency: 80 * time.Millisecond})
//	defer s.Close()
//	client := gitlab.New(gitlab.Options{})
//	base, _ := flow.ParseBaseURL(s.URL())
//	conn := flow.Connection{BaseURL: base, Token: flow.NewSecret(scale.Token), Network: flow.Network{PlainHTTP: true}}
//	err = client.Discover(ctx, conn, ...)
//	fmt.Println(s.Counts())
//
// By hand: go run ./gitlab/gitlabtest/scale/serve -projects 1000000 -latency 80ms
//
// What there is: [Options.Projects] projects whose ids, with holes, end at 4.32819
// times their number; they lie unevenly, so that equal ranges of ids are unequal
// work. 55 in 100 are below the top-level group acme, 5 are personal; about one
// group comes to twenty projects. [Token]'s account is a member of all of them,
// from Guest to Maintainer, by its groups, by itself, or by a group that a project
// is shared with. As many as a fiftieth more are public and not its own:
// membership=true leaves them out. Everything is the same at each start.
//
// How entities look is [gitlabtest]'s: a few projects of every kind are asked of
// it, and what is sent is made of those by replacing what differs. A project of
// 17.5 takes about 5 KB, its short form 1.1 KB.
//
// What is played here, by the rules of the release: GET /projects with
// membership, min_access_level, archived, simple, search, id_after, id_before, by
// keyset and by page, ordered by id, created_at or last_activity_at; GET /groups
// with all_available, min_access_level, top_level_only and search; one of either, by
// id or path, from 11.4 on a group without its projects. Another filter of those
// lists is answered with 501, so that nothing is measured that is not there. A
// gitlabtest.Server behind answers the rest: what is below a project as if it were
// asked of one of the same kind, and such as /user and the version. Where a measured
// program should be alone in its process, for its memory, see [Alone].
//
// How it answers: [Options.Latency] is what a request takes of a thread; with
// [Options.Threads], what finds none free queues; [Options.Limit] refuses with
// 429 before that; [Options.Broken] is the share that ends with 502. [Server.Counts]
// says what came of it. Where the client takes gzip it gets that, unless
// [Options.Plain] is set: a fifth of the size, for next to no time.
package scale

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"net/http/httputil"
	"net/url"
	"sync"
	"time"

	"flow/gitlab/gitlabtest"
)

// Token is the personal access token of the account that is a member of all
// projects; its scope is api.
const Token = gitlabtest.DemoToken

// External is what the GitLab believes it is called.
const External = "https://gitlab.acme.example"

// Options say which GitLab is played. The zero value has 10,000 projects and
// answers at once.
type Options struct {
	Projects int           // 10,000 by default
	Groups   int           // by default one for twenty projects
	Version  string        // from 11.2 on; by default 17.5.2-ee
	Addr     string        // where to listen; by default a free port of 127.0.0.1
	Latency  time.Duration // of an answer, 10 % more or less
	Threads  int           // how many requests are worked on at once; 0 is no limit
	Limit    Limit
	Broken   float64 // share of requests that end with 502, spread evenly
	Plain    bool    // pack nothing
}

// A Server is a running GitLab.
type Server struct {
	options  Options
	world    *world
	release  release
	molds    molds
	views    views
	gate     gate
	url      string
	behind   *gitlabtest.Server
	proxy    *httputil.ReverseProxy
	accounts sync.Map // by what a request signs in with: whether that is the account's
	http     *http.Server
	served   chan struct{}
	stop     context.CancelFunc
}

// Start serves until Close. A million projects are there in about a second.
func Start(o Options) (*Server, error) {
	if o.Projects == 0 {
		o.Projects = 10_000
	}
	if o.Projects < 100 || o.Projects > 10_000_000 {
		return nil, fmt.Errorf("%d projects: want 100 to 10,000,000", o.Projects)
	}
	if o.Version == "" {
		o.Version = "17.5.2-ee"
	}
	s := &Server{options: o, served: make(chan struct{}), http: &http.Server{}}
	var err error
	if s.release, err = parseRelease(o.Version); err != nil {
		return nil, err
	}
	if !s.release.since(11, 2) {
		return nil, errors.New("releases before 11.2, which know no min_access_level, are not played at this scale")
	}
	s.world = newWorld(o.Projects, o.Groups)
	if err := s.cast(); err != nil {
		return nil, err
	}
	s.views.world = s.world
	s.gate.Options = o
	if err := s.listen(); err != nil {
		s.behind.Close()
		return nil, err
	}
	return s, nil
}

// cast starts the GitLab behind and makes the molds of entities from its answers.
func (s *Server) cast() error {
	model, err := s.world.model()
	if err != nil {
		return err
	}
	s.behind, err = gitlabtest.Start(model.Company, gitlabtest.Options{Version: s.options.Version, ExternalURL: External})
	if err != nil {
		return err
	}
	if s.molds, err = model.molds(s.behind, s.release); err != nil {
		s.behind.Close()
		return err
	}
	behind, err := url.Parse(s.behind.URL())
	if err != nil {
		return err
	}
	s.proxy = httputil.NewSingleHostReverseProxy(behind)
	s.proxy.ErrorLog = log.New(io.Discard, "", 0)
	return nil
}

func (s *Server) listen() error {
	listener, err := gitlabtest.Listen(s.options.Addr)
	if err != nil {
		return err
	}
	s.url = "http://" + listener.Addr().String()
	running, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.http.Handler = s.gate.before(http.HandlerFunc(s.serve))
	s.http.ErrorLog = log.New(io.Discard, "", 0) // clients that leave
	s.http.ReadHeaderTimeout = time.Minute
	s.http.BaseContext = func(net.Listener) context.Context { return running }
	go func() {
		defer close(s.served)
		s.http.Serve(listener)
	}()
	return nil
}

// URL is where the server is found.
func (s *Server) URL() string { return s.url }

// Highest is the highest id of a project.
func (s *Server) Highest() int64 { return int64(s.world.ids[len(s.world.ids)-1]) }

// Role is what the account is in a project; no access where there is none, or one
// that is only public.
func (s *Server) Role(id int64) gitlabtest.Role {
	at, found := s.world.find(int(id))
	if !found {
		return gitlabtest.NoAccess
	}
	return s.world.known[s.world.kinds[at]].role()
}

// Behind is the server that answers what is not a list: its company has the
// account and its token, which may be changed.
func (s *Server) Behind() *gitlabtest.Server { return s.behind }

// Counts are what was asked since the start or the last Reset.
func (s *Server) Counts() Counts { return s.gate.counts() }

// Reset begins counting anew, and fills what is left of the limit.
func (s *Server) Reset() { s.gate.reset() }

// Close cuts open connections.
func (s *Server) Close() {
	s.stop()
	s.http.Close()
	<-s.served
	s.behind.Close()
}
