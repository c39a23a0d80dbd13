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

const maxRedirects = 3

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
	for hop := 0; ; hop++ {
		a, err := c.send(ctx, r, to)
		if err != nil || !isRedirect(a) {
			return a, err
		}
		next, err := to.Parse(a.header.Get("Location"))
		if err != nil {
			return answer{}, r.bad("a redirect that leads nowhere")
		}
		if err := r.mayGo(to, next); err != nil {
			return answer{}, err
		}
		if hop == maxRedirects {
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
	host := flow.CleanLine(to.Host, 80)
	switch {
	case to.Hostname() == "" || to.Scheme != "http" && to.Scheme != "https":
		return r.bad("a redirect that leads nowhere")
	case !strings.EqualFold(from.Hostname(), to.Hostname()):
		return &flow.Fault{Cause: flow.Elsewhere, Host: r.base.Host(), Detail: host}
	case from.Scheme == "https" && to.Scheme == "http":
		return &flow.Fault{Cause: flow.TLSFailed, Host: r.base.Host(), Detail: "it sends Flow on to plain http"}
	case r.verb() != http.MethodGet:
		return r.bad("a redirect of a request that may not be repeated")
	case r.token.IsZero():
		return nil
	case !sameOrigin(r.base, to):
		return &flow.Fault{Cause: flow.Elsewhere, Host: r.base.Host(), Detail: host}
	case !isBelow(to, r.base.Path()):
		return r.bad("a redirect to " + flow.CleanLine(to.Path, 60))
	}
	return nil
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
