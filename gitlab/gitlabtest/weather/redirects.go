package weather

import (
	"net/http"
	"strings"
)

// RedirectTo sends everything to the same path and query at another base, such
// as "https://gitlab.example.com": what stands at port 80, or where a GitLab was
// before it moved.
func RedirectTo(status int, base string) http.Handler {
	base = strings.TrimSuffix(base, "/")
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		redirect(w, r, status, base+r.URL.RequestURI())
	})
}

// RedirectAll sends everything to one address, as a sign-in page does.
func RedirectAll(status int, address string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { redirect(w, r, status, address) })
}

// RedirectLoop sends everything to where it is already: a server that wants
// https and can't see that a front before it speaks it.
func RedirectLoop() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		scheme := "http://"
		if r.TLS != nil {
			scheme = "https://"
		}
		redirect(w, r, http.StatusMovedPermanently, scheme+r.Host+r.URL.RequestURI())
	})
}

// RedirectWrites sends all that is not GET or HEAD to the same path at another
// base and lets the rest through: 301, 302 and 303 make a GET of it, 307 and 308
// repeat it with its body.
func RedirectWrites(status int, base string) Front {
	elsewhere := RedirectTo(status, base)
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Method == http.MethodGet || r.Method == http.MethodHead {
				behind.ServeHTTP(w, r)
				return
			}
			elsewhere.ServeHTTP(w, r)
		})
	}
}

func redirect(w http.ResponseWriter, r *http.Request, status int, address string) {
	nginxPage(status, "").with("Location", address).ServeHTTP(w, r)
}
