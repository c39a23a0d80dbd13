package gitlab

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"

	"flow"
)

// front tells what stands before a GitLab or in its place, by an answer that no
// GitLab gives; nil if it may be GitLab's own. What a write was answered with
// 200 may have been carried out, whatever the page says.
func (r *request) front(a answer) *flow.Fault {
	f := r.frontCause(a)
	if f == nil {
		return nil
	}
	f.Host = r.base.Host()
	if f.Says == "" {
		f.Says = wordsOf(a).line(a.status, r)
	}
	return f
}

func (r *request) frontCause(a answer) *flow.Fault {
	page := strings.ToLower(title(a.body))
	switch a.status {
	case http.StatusProxyAuthRequired:
		return r.passage.unauthorized()
	case http.StatusNetworkAuthenticationRequired: // RFC 6585, 6
		return captive(a)
	case http.StatusBadRequest:
		return r.badRequest(a, page)
	case http.StatusUnauthorized:
		if wantsPassword(a) {
			return &flow.Fault{Cause: flow.FrontAuth}
		}
	case http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		if why := squidReason(a.header); r.passage.proxy() != nil && why != "" {
			return r.passage.failed((&errProxy{a.status, why}).why())
		}
	case http.StatusOK, http.StatusForbidden:
		return r.framed(a, page)
	}
	return nil
}

// framed knows pages that take the place of an answer.
func (r *request) framed(a answer, page string) *flow.Fault {
	switch {
	case !isHTML(a), a.status == http.StatusOK && r.verb() != http.MethodGet:
		return nil
	case firewallPage.MatchString(page):
		return &flow.Fault{Cause: flow.Firewall}
	case portalPage.MatchString(page):
		return captive(a)
	}
	return nil
}

var (
	// Titles of Cloudflare, F5, Akamai, Imperva and others.
	firewallPage = regexp.MustCompile(`attention required! \| cloudflare|^just a moment|request rejected|^access denied|web application firewall|request blocked`)
	portalPage   = regexp.MustCompile(`wi-?fi|hotspot|captive|guest (network|access)|network (login|sign-?in|access|authentication)|internet access`)
)

// badRequest knows the pages of servers that were spoken to in the wrong way:
// nginx's for a client certificate, those of nginx, Go and Apache for plain http.
func (r *request) badRequest(a answer, page string) *flow.Fault {
	text := string(a.body)
	switch {
	case strings.Contains(page, "no required ssl certificate") && r.network.Certificate == "":
		return &flow.Fault{Cause: flow.CertWanted}
	case strings.Contains(page, "ssl certificate"):
		return &flow.Fault{Cause: flow.CertDenied}
	case strings.Contains(page, "plain http request was sent to https port"),
		strings.Contains(text, "Client sent an HTTP request to an HTTPS server"),
		strings.Contains(text, "speaking plain HTTP to an SSL-enabled server port"):
		return &flow.Fault{Cause: flow.TLSPort}
	}
	return nil
}

// wantsPassword reports whether a 401 is that of a front with a sign-in of its
// own. GitLab's API asks for a token, in JSON.
func wantsPassword(a answer) bool {
	for _, challenge := range a.header.Values("WWW-Authenticate") {
		scheme, _, _ := strings.Cut(strings.ToLower(strings.TrimSpace(challenge)), " ")
		switch scheme {
		case "basic", "digest", "negotiate", "ntlm":
			return !wordsOf(a).isJSON
		}
	}
	return false
}

// captive is the fault of a portal that wants a sign-in before it lets anybody
// into a network.
func captive(a answer) *flow.Fault {
	f := &flow.Fault{Cause: flow.Captive, Detail: "it wants a sign-in for this network"}
	if page := a.told(title(a.body), 60); page != "" {
		f.Detail = `a page titled "` + page + `"`
	}
	return f
}

// portalAt reports whether a redirect leads to a captive portal: those take the
// place of a plain page, and keep its address to lead back to it.
func portalAt(from, to *url.URL) bool {
	return from.Scheme == "http" && strings.Contains(to.RawQuery, url.QueryEscape(from.Host)) && !strings.EqualFold(from.Hostname(), to.Hostname())
}
