package gitlab

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"strings"

	"flow"
)

// maxRedirects lets http lead to https, that to a sub-path, and that to a page.
const maxRedirects = 4

// follow sends a request and goes where it is redirected to, as far as that is
// safe: with a credential only within the base URL, without one only on the
// same host, never from https to http, and only for what changes nothing.
func (c *Client) follow(ctx context.Context, r *request) (answer, error) {
	to, err := r.address()
	if err != nil {
		return answer{}, err
	}
	if r.base.IsZero() {
		return answer{}, &flow.Fault{Cause: flow.NoAddress}
	}
	been := map[string]bool{}
	for hop := 0; ; hop++ {
		been[to.String()] = true
		a, err := c.send(ctx, r, to)
		if err != nil || !isRedirect(a) || r.still {
			return a, err
		}
		next, err := to.Parse(a.header.Get("Location"))
		if err != nil {
			return answer{}, r.bad("a redirect that leads nowhere")
		}
		if err := r.mayGo(to, next); err != nil {
			return answer{}, err
		}
		switch {
		case been[next.String()]:
			return answer{}, &flow.Fault{Cause: flow.Circle, Host: r.base.Host()}
		case hop == maxRedirects:
			return answer{}, r.bad(fmt.Sprintf("more than %d redirects", maxRedirects))
		}
		to = next
	}
}

func isRedirect(a answer) bool {
	switch a.status {
	case http.StatusMovedPermanently, http.StatusFound, http.StatusSeeOther, http.StatusTemporaryRedirect, http.StatusPermanentRedirect:
		return a.header.Get("Location") != ""
	}
	return false
}

// mayGo says why a redirect is not followed, or nil.
func (r *request) mayGo(from, to *url.URL) error {
	refuse := func(cause flow.Cause, detail string) error {
		return &flow.Fault{Cause: cause, Host: r.base.Host(), Detail: detail}
	}
	host := clean(r.redact, to.Host, 80)
	switch {
	case to.Hostname() == "" || to.Scheme != "http" && to.Scheme != "https":
		return r.bad("a redirect that leads nowhere")
	case r.verb() != http.MethodGet && r.isHome(to):
		// What is no JSON, such as the forms of a sign-in, a GitLab in maintenance
		// sends back to where it came from: the start, since that is not told.
		return refuse(flow.Maintenance, readingOnly)
	case r.verb() != http.MethodGet && strings.EqualFold(from.Hostname(), to.Hostname()):
		return r.bad("a redirect of a write to " + to.Scheme + "://" + host)
	case r.verb() != http.MethodGet:
		return refuse(flow.WriteMoved, to.Scheme+"://"+host)
	case !strings.EqualFold(from.Hostname(), to.Hostname()) && portalAt(from, to):
		return refuse(flow.Captive, "it leads to "+host)
	case !strings.EqualFold(from.Hostname(), to.Hostname()):
		return refuse(flow.Elsewhere, host)
	case from.Scheme == "https" && to.Scheme == "http":
		return refuse(flow.Downgrade, "")
	case r.token.IsZero():
		return nil
	case !sameOrigin(r.base, to):
		return refuse(flow.Elsewhere, to.Scheme+"://"+host)
	case !isBelow(to, r.base.Path()):
		return r.bad("a redirect to " + clean(r.redact, to.Path, 60))
	}
	return nil
}

// isHome reports whether an address is that of GitLab's start page.
func (r *request) isHome(to *url.URL) bool {
	return sameOrigin(r.base, to) && strings.TrimSuffix(to.EscapedPath(), "/") == r.base.Path()
}

func sameOrigin(base flow.BaseURL, to *url.URL) bool {
	other, err := flow.ParseBaseURL(to.Scheme + "://" + to.Host)
	return err == nil && other.Origin() == base.Origin()
}

// isBelow reports whether an address lies below a path. Dots are resolved
// first, and an encoded slash or dot is not below anything.
func isBelow(to *url.URL, base string) bool {
	if path.Clean(to.Path) != strings.TrimSuffix(to.Path, "/") && to.Path != "/" {
		return false
	}
	return base == "" || to.EscapedPath() == base || strings.HasPrefix(to.EscapedPath(), base+"/")
}

func (r *request) bad(detail string) *flow.Fault {
	return &flow.Fault{Cause: flow.BadAnswer, Host: r.base.Host(), Detail: detail}
}
