// Package weather is what stands in front of, beside and instead of a GitLab:
// certificates, proxies, firewalls, other products, slow and broken answers.
// All of it is on real loopback ports, for tests and for the demo.
//
// There are five kinds of things, and they combine:
//
//   - a [Front] wraps what is behind it: [StripHeaders], [DuplicateIDs], [Delay];
//   - an [http.Handler] answers instead of a GitLab: [Gitea], [Portal], [GzipBomb],
//     or passes on to one that runs elsewhere: [To];
//   - [Serve] gives either a port, with any TLS that people meet; [GitLab] does
//     that for a built-in GitLab;
//   - a [gitlabtest.Fault] is weather for single requests: [BadGateway],
//     [ResetMidway]; any Front is one as well, as Fault.Around;
//   - a [Proxy], a [SOCKS] and a [Port] are no web servers at all.
package weather

import (
	"fmt"
	"net/http"
	"strings"

	"flow/gitlab/gitlabtest"
)

// A Front stands in front of a handler: it may change the request, the answer,
// or answer itself.
type Front = func(http.Handler) http.Handler

// Behind puts fronts before a handler. The first is the one that a client meets
// first.
func Behind(h http.Handler, fronts ...Front) http.Handler {
	for i := len(fronts) - 1; i >= 0; i-- {
		h = fronts[i](h)
	}
	return h
}

// Instead is a front that lets nothing through: h answers everything.
func Instead(h http.Handler) Front {
	return func(http.Handler) http.Handler { return h }
}

// A Site is a GitLab that is reached through a front, as nearly every one is.
type Site struct {
	*gitlabtest.Server // URL, CA and Close are the site's; Server.URL is that of the GitLab behind
	Front              *Server
	path               string
}

// GitLab plays a GitLab behind a front on another port. What it calls itself
// (g.ExternalURL) is by default the front's address, as where both are set up
// well. The front passes everything on; fronts change what they are made to.
func GitLab(c *gitlabtest.Company, g gitlabtest.Options, o Options, fronts ...Front) (*Site, error) {
	front, err := listen(o)
	if err != nil {
		return nil, err
	}
	if g.ExternalURL == "" {
		g.ExternalURL = front.URL() + g.Path
	}
	own, err := gitlabtest.Start(c, g)
	if err != nil {
		front.listener.Close()
		return nil, fmt.Errorf("start the GitLab behind the front: %w", err)
	}
	path := strings.TrimSuffix(g.Path, "/")
	front.serve(Behind(To(strings.TrimSuffix(own.URL(), path)), fronts...))
	return &Site{Server: own, Front: front, path: path}, nil
}

// URL is where the site is reached, with the GitLab's relative root and without
// a slash at the end.
func (s *Site) URL() string { return s.Front.URL() + s.path }

// CA is what a client has to trust, as PEM; nil over plain http.
func (s *Site) CA() []byte { return s.Front.CA() }

// Close ends both.
func (s *Site) Close() {
	s.Front.Close()
	s.Server.Close()
}
