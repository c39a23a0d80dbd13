package weather

import (
	"net/http"
	"net/url"
	"regexp"
	"strconv"
)

// FalseTotals has every list claim to hold rows rows: X-Total and
// X-Total-Pages say so, whatever there is.
func FalseTotals(rows int) Front {
	return Alter(func(r *http.Request, reply *Reply) {
		if !reply.isList() {
			return
		}
		perPage := 20 // GitLab's default
		if n, err := strconv.Atoi(r.URL.Query().Get("per_page")); err == nil && n > 0 {
			perPage = n
		}
		reply.Header.Set("X-Total", strconv.Itoa(rows))
		reply.Header.Set("X-Total-Pages", strconv.Itoa((rows+perPage-1)/perPage))
	})
}

// FalseNextPage has every list go on at page: "" ends it after the first, "1"
// leads back to the start, "soon" is no number. Link says the same.
func FalseNextPage(page string) Front {
	return Alter(func(r *http.Request, reply *Reply) {
		if !reply.isList() {
			return
		}
		reply.Header.Set("X-Next-Page", page)
		reply.Header.Del("Link")
		if page != "" {
			next := *r.URL
			query := next.Query()
			query.Set("page", page)
			next.RawQuery = query.Encode()
			reply.Header.Set("Link", "<http://"+r.Host+next.RequestURI()+`>; rel="next"`)
		}
	})
}

var linkTarget = regexp.MustCompile(`<([^>]*)>`)

// LinkElsewhere has every Link point to another server, such as
// "https://elsewhere.example.com", with path and query as they were: whoever
// follows it as it stands takes the token there.
func LinkElsewhere(base string) Front {
	return Alter(func(r *http.Request, reply *Reply) {
		reply.Header["Link"] = replaceAll(reply.Header["Link"], func(link string) string {
			return linkTarget.ReplaceAllStringFunc(link, func(target string) string {
				u, err := url.Parse(target[1 : len(target)-1])
				if err != nil {
					return target
				}
				return "<" + base + u.RequestURI() + ">"
			})
		})
	})
}

func replaceAll(values []string, with func(string) string) []string {
	var list []string
	for _, value := range values {
		list = append(list, with(value))
	}
	return list
}

// SamePageForever answers every page of a list with the first one, and says
// that there is a next: the list has no end. It is the same for lists that go on
// by id_after or cursor.
func SamePageForever() Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			first := r.Clone(r.Context())
			query := first.URL.Query()
			page, err := strconv.Atoi(query.Get("page"))
			if err != nil {
				page = 1
			}
			for _, name := range []string{"page", "id_after", "id_before", "cursor"} {
				query.Del(name)
			}
			first.URL.RawQuery = query.Encode()
			reply := take(behind, first)
			if reply.isList() && reply.Header.Get("X-Page") != "" {
				reply.Header.Set("X-Page", strconv.Itoa(page))
				reply.Header.Set("X-Next-Page", strconv.Itoa(page+1))
				query.Set("page", strconv.Itoa(page+1))
				first.URL.RawQuery = query.Encode()
				reply.Header.Set("Link", "<http://"+r.Host+first.URL.RequestURI()+`>; rel="next"`)
			}
			reply.send(w, r)
		})
	}
}
