package weather

import (
	"net/http"
	"slices"

	"flow/gitlab/gitlabtest"
)

// StripHeaders removes headers from every answer.
func StripHeaders(names ...string) Front {
	return changeHeaders(func(h http.Header) {
		for _, name := range names {
			h.Del(name)
		}
	})
}

// StripPaging removes all by which GitLab tells where a list goes on: Link,
// X-Total, X-Total-Pages, X-Page, X-Per-Page, X-Next-Page and X-Prev-Page.
func StripPaging() Front {
	return StripHeaders("Link", "X-Total", "X-Total-Pages", "X-Page", "X-Per-Page", "X-Next-Page", "X-Prev-Page")
}

// knownHeaders are those that a strict gateway lets through.
var knownHeaders = []string{"Cache-Control", "Connection", "Content-Encoding", "Content-Length", "Content-Type", "Date",
	"Etag", "Expires", "Last-Modified", "Location", "Retry-After", "Set-Cookie", "Vary", "Www-Authenticate"}

// StripUnknown removes every header that HTTP itself does not need, as a
// gateway does that knows only its own list: paging and RateLimit go with it.
func StripUnknown() Front {
	return changeHeaders(func(h http.Header) {
		for name := range h {
			if !slices.Contains(knownHeaders, name) {
				h.Del(name)
			}
		}
	})
}

// SetHeader puts a header on every answer, in place of the one that is there.
func SetHeader(name, value string) Front {
	return changeHeaders(func(h http.Header) { h.Set(name, value) })
}

func changeHeaders(change func(http.Header)) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			behind.ServeHTTP(gitlabtest.Noting(w, func(int) { change(w.Header()) }), r)
		})
	}
}

// DropFromRequests removes headers from every request before GitLab sees it.
// Some proxies do that to Authorization, which they take for their own, and
// some to whatever has no name that they know, as PRIVATE-TOKEN.
func DropFromRequests(names ...string) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			r = r.Clone(r.Context())
			for _, name := range names {
				r.Header.Del(name)
			}
			behind.ServeHTTP(w, r)
		})
	}
}
