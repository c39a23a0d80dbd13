package gitlab

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"flow"
)

// maxLooks bounds how many places are looked at for one address.
const maxLooks = 12

// Find looks for a GitLab at an address, anonymously. See [flow.GitLab].
func (c *Client) Find(ctx context.Context, address string, n flow.Network) (flow.Server, error) {
	places, err := flow.Candidates(address)
	if err != nil {
		return flow.Server{}, err
	}
	root, err := flow.ParseBaseURL(places[0].Origin())
	if err != nil {
		return flow.Server{}, err
	}
	s := search{client: c, network: n, places: places, root: root}
	for looks := 0; len(s.places) > 0 && looks < maxLooks; looks++ {
		place := s.places[0]
		s.places = s.places[1:]
		server, err := s.look(ctx, place)
		if err == nil {
			server.Upgraded = isHTTPS(server.BaseURL) && !isHTTPS(root)
			return server, site{server.BaseURL, n}.mayAsk()
		}
		if ended(ctx) != nil {
			return flow.Server{}, ended(ctx)
		}
		s.keep(place, err)
	}
	return flow.Server{}, s.failed(ctx)
}

func isHTTPS(base flow.BaseURL) bool { return strings.HasPrefix(base.Origin(), "https:") }

// A search is one call of Find.
type search struct {
	client  *Client
	network flow.Network
	places  []flow.BaseURL // still to be looked at
	root    flow.BaseURL   // of the host that was asked for
	fault   error          // the most telling one so far
}

// wayCauses are failures of the way to a host: they are the same for every
// place there.
var wayCauses = []flow.Cause{
	flow.DNS, flow.Refused, flow.Timeout, flow.Unreachable,
	flow.UnknownCA, flow.SelfSigned, flow.CertExpired, flow.CertEarly, flow.WrongName,
	flow.OldTLS, flow.PlainPort, flow.TLSPort, flow.OtherPort, flow.TLSFailed, flow.CertWanted, flow.CertDenied,
	flow.BadProxy, flow.BadCertificate, flow.ProxyAuth, flow.ProxyDenied, flow.ProxyFailed, flow.Captive, flow.RateLimit,
}

// keep remembers why a place is not it. That something answers but is no GitLab
// says the least, and that it is https that is spoken is mended here.
func (s *search) keep(place flow.BaseURL, err error) {
	if s.fault == nil || flow.CausedBy(s.fault, flow.TLSPort) || flow.CausedBy(s.fault, flow.NotGitLab) && !flow.CausedBy(err, flow.NotGitLab) {
		s.fault = err
	}
	if !flow.CausedBy(err, wayCauses...) {
		return
	}
	host := append([]flow.BaseURL{place}, s.places...)
	s.places = slices.DeleteFunc(s.places, func(p flow.BaseURL) bool { return p.Origin() == place.Origin() })
	if flow.CausedBy(err, flow.TLSPort) {
		for _, p := range slices.Backward(host) {
			if p.Origin() == place.Origin() {
				s.adopt(p, p.Host())
			}
		}
	}
}

// look tries to prove that a GitLab lives at a place: by its announcement, or,
// where something hides that, by how its API refuses to tell its version.
func (s *search) look(ctx context.Context, place flow.BaseURL) (flow.Server, error) {
	a, err := s.ask(ctx, place, wellKnown)
	switch {
	case err == nil:
		if said, ours := announcementOf(a); ours {
			if base, ok := baseOf(a.at, wellKnown); ok {
				return serverOf(base, said, said.span()), nil
			}
		}
		if a.at.Scheme == "https" && !isHTTPS(place) {
			s.adopt(place, a.at.Host)
		}
	case !flow.CausedBy(err, hidingCauses...):
		return flow.Server{}, err
	}
	const api = "/api/v4/version"
	b, err := s.ask(ctx, place, api)
	if err != nil {
		return flow.Server{}, err
	}
	if base, ok := baseOf(b.at, api); ok && asksToSignIn(b) {
		return serverOf(base, announcement{}, span{}), nil
	}
	if b.status == http.StatusNotFound {
		// Before 9.0 there was nothing but API v3, which 11.0 took away.
		if old, err := s.ask(ctx, place, "/api/v3/user"); err == nil && asksToSignIn(old) {
			return flow.Server{}, &flow.Fault{Cause: flow.TooOld, Host: place.Host(), Detail: "older than 9.0"}
		}
	}
	return flow.Server{}, s.notGitLab(place, b)
}

// hidingCauses are ways in which a front keeps the announcement to itself, such
// as a sign-in page that everything leads to, while it lets the API through.
var hidingCauses = []flow.Cause{flow.Elsewhere, flow.Circle, flow.Downgrade, flow.BadAnswer}

// ask does not try again what an earlier place of the host has failed by.
func (s *search) ask(ctx context.Context, place flow.BaseURL, path string) (answer, error) {
	return s.client.do(ctx, &request{site: site{place, s.network}, path: path, once: flow.CausedBy(s.fault, flow.ServerFault, flow.Maintenance)})
}

// asksToSignIn reports whether an answer is GitLab's to a call that needs a
// token, the same on every release.
func asksToSignIn(a answer) bool {
	return a.status == http.StatusUnauthorized && wordsOf(a).message == unsigned
}

// adopt adds the https address of a place that is spoken to over http.
func (s *search) adopt(place flow.BaseURL, host string) {
	safe, err := flow.ParseBaseURL("https://" + host + place.Path())
	if err == nil && !slices.Contains(s.places, safe) {
		s.places = append([]flow.BaseURL{safe}, s.places...)
	}
}

// notGitLab is why a place is none. What stands there instead is looked at only
// once no other place is left.
func (s *search) notGitLab(place flow.BaseURL, a answer) error {
	if a.status >= http.StatusInternalServerError || a.status == http.StatusTooManyRequests {
		return s.client.refusal(a, a.of, "the version of GitLab")
	}
	if f := a.of.front(a); f != nil {
		return f
	}
	return &flow.Fault{Cause: flow.NotGitLab, Host: place.Host(), Detail: a.look(), Err: errors.New("looked at " + place.String())}
}

// failed is the fault of a search that found nothing. The page that a person
// would see at the root says best what is there.
func (s *search) failed(ctx context.Context) error {
	var fault *flow.Fault
	if !errors.As(s.fault, &fault) || fault.Cause != flow.NotGitLab {
		return s.fault
	}
	front, err := s.ask(ctx, s.root, "/")
	switch {
	case err == nil:
		if f := front.of.front(front); f != nil {
			return f
		}
		fault.Detail = front.look()
	case flow.CausedBy(err, flow.Elsewhere):
		return err
	}
	return fault
}

func serverOf(base flow.BaseURL, said announcement, s span) flow.Server {
	server := flow.Server{
		BaseURL: base, AtLeast: s.lower.String(), Below: s.upper.String(), Issuer: said.otherName(base),
		AppPage: base.At(applicationPath), Public: s.possibly(publicApps),
		Ports: s.ports(), Scopes: said.wanted(), BareCodes: s.certainly(pkceStored),
	}
	pages, prefilled := s.tokenPages(base)
	server.TokenPage, server.OtherPages, server.Prefilled = pages[0], pages[1:], prefilled
	return server
}
