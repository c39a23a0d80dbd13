package weather

import (
	"net/http"
	"net/url"
	"strings"
)

// Map publishes what lies under inside under outside, as with nginx's location
// /git/ and proxy_pass http://gitlab/. Everything else is nginx's 404. Addresses
// in answers stay as they are, so that a GitLab that does not know of it calls
// itself by the wrong name. "" is the root.
func Map(outside, inside string) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			rest, under := strings.CutPrefix(r.URL.EscapedPath(), outside)
			if !under || rest != "" && rest[0] != '/' {
				nginxPage(http.StatusNotFound, "").ServeHTTP(w, r)
				return
			}
			behind.ServeHTTP(w, withPath(r, inside+rest))
		})
	}
}

// DecodeSlashes turns %2F in a path into a slash, as Apache and many a proxy
// do: GitLab then knows no project of that path.
func DecodeSlashes() Front {
	decode := strings.NewReplacer("%2F", "/", "%2f", "/")
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			behind.ServeHTTP(w, withPath(r, decode.Replace(r.URL.EscapedPath())))
		})
	}
}

// Hide answers paths that hold one of parts with nginx's 404, such as
// "/.well-known/", which proxies like to keep for themselves.
func Hide(parts ...string) Front {
	return refuse(http.StatusNotFound, parts)
}

// Forbid answers paths that hold one of parts with nginx's 403.
func Forbid(parts ...string) Front {
	return refuse(http.StatusForbidden, parts)
}

func refuse(status int, parts []string) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			for _, part := range parts {
				if strings.Contains(r.URL.EscapedPath(), part) {
					nginxPage(status, "").ServeHTTP(w, r)
					return
				}
			}
			behind.ServeHTTP(w, r)
		})
	}
}

// withPath is the request with another path, given escaped.
func withPath(r *http.Request, escaped string) *http.Request {
	plain, err := url.PathUnescape(escaped)
	if err != nil {
		plain = escaped
	}
	if plain == "" {
		plain, escaped = "/", "/"
	}
	other := r.Clone(r.Context())
	other.URL.Path, other.URL.RawPath = plain, escaped
	return other
}
