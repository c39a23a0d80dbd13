package gitlabtest

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

const (
	// maxPerPage caps per_page without a word.
	maxPerPage = 100
	// maxCounted: above it GitLab leaves out X-Total, X-Total-Pages and the
	// last link (since 11.8).
	maxCounted = 10_000
	// maxOffset is where offset paging is refused.
	maxOffset = 50_000
)

// section is one page out of rows that are known to be total in number.
type section struct {
	page, perPage int
	from, to      int
	next, prev    bool
	total         int
	counted       bool // totals are told
}

func (k *call) section(total int) section {
	s := section{page: max(1, k.values.number("page")), perPage: k.values.number("per_page"), total: total}
	if s.perPage < 1 {
		s.perPage = 20
	}
	s.perPage = min(s.perPage, maxPerPage)
	if s.from = total; s.page-1 <= total/s.perPage { // else it is far beyond the end, and the product too
		s.from = min(total, (s.page-1)*s.perPage)
	}
	s.to = min(total, s.from+s.perPage)
	// Beyond the end GitLab names neither neighbour.
	inside := s.page == 1 || s.from < total
	s.next = inside && s.to < total
	s.prev = inside && s.page > 1
	s.counted = total <= maxCounted || !k.release.since(11, 8)
	return s
}

// sendSection adds the headers of offset paging to a page that is rendered.
func (k *call) sendSection(s section, body []byte) answer {
	a := jsonAnswer(http.StatusOK, body)
	var next, prev string
	links := make([]string, 0, 4)
	if s.prev {
		prev = strconv.Itoa(s.page - 1)
		links = append(links, k.pageLink(s.page-1, "prev"))
	}
	if s.next {
		next = strconv.Itoa(s.page + 1)
		links = append(links, k.pageLink(s.page+1, "next"))
	}
	links = append(links, k.pageLink(1, "first"))
	a.header.Set("X-Per-Page", strconv.Itoa(s.perPage))
	a.header.Set("X-Page", strconv.Itoa(s.page))
	a.header.Set("X-Next-Page", next)
	a.header.Set("X-Prev-Page", prev)
	if s.counted {
		pages := max(1, (s.total+s.perPage-1)/s.perPage)
		links = append(links, k.pageLink(pages, "last"))
		a.header.Set("X-Total", strconv.Itoa(s.total))
		a.header.Set("X-Total-Pages", strconv.Itoa(pages))
	}
	a.header.Set("Link", strings.Join(links, ", "))
	return a
}

func (k *call) pageLink(page int, rel string) string {
	return k.link(url.Values{"page": {strconv.Itoa(page)}}, rel)
}

// link repeats the request with some parameters changed. The scheme is that of
// the request, which behind a proxy comes from X-Forwarded-Proto.
func (k *call) link(change url.Values, rel string) string {
	query := url.Values{}
	for _, from := range []url.Values{k.values.query, change} {
		for name, value := range from {
			query[name] = value
		}
	}
	at := url.URL{Scheme: k.scheme(), Host: k.linkHost(), RawQuery: query.Encode()}
	at.Path, at.RawPath = k.request.URL.Path, k.request.URL.RawPath
	return "<" + at.String() + `>; rel="` + rel + `"`
}

func (k *call) scheme() string {
	if proto := k.request.Header.Get("X-Forwarded-Proto"); proto == "http" || proto == "https" {
		return proto
	}
	if k.request.TLS != nil {
		return "https"
	}
	return "http"
}

// linkHost: since 11.8 GitLab puts the host and port of its external URL in,
// before it leaves those of the request.
func (k *call) linkHost() string {
	if k.release.since(11, 8) {
		return k.externalHost()
	}
	return k.request.Host
}

// externalHost names the port where it is not the usual one of the scheme.
func (k *call) externalHost() string {
	at := k.externalURL
	port := at.Port()
	if port == "" && at.Scheme == "https" {
		port = "443"
	} else if port == "" {
		port = "80"
	}
	if k.scheme() == "https" && port == "443" || k.scheme() == "http" && port == "80" {
		return at.Hostname()
	}
	return at.Hostname() + ":" + port
}

// offsetRefused is the answer to a page that lies too deep.
func (k *call) offsetRefused(kind string) (answer, bool) {
	if k.values.number("page")*k.values.number("per_page") <= maxOffset {
		return answer{}, false
	}
	return problem(http.StatusMethodNotAllowed,
		"Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type "+kind+". "+
			"Remaining records can be retrieved using keyset pagination."), true
}

// deepProjectsRefused: /projects ends at the offset since 13.0. In 18.9 it does
// for anonymous calls only, and from 19.0 on, says its documentation, for all
// again. Which release lifted it for those who sign in is not known.
func (k *call) deepProjectsRefused() bool {
	return k.release.since(13, 0) && (k.anonymous || !k.release.since(18, 9) || k.release.since(19, 0))
}

// keysetAsked reports whether keyset paging is asked for and known: /projects
// has it since 12.6, ordered by id only.
func (k *call) keysetAsked() bool {
	return k.release.since(12, 6) && k.values.get("pagination") == "keyset"
}

func keysetRefused() answer {
	return problem(http.StatusMethodNotAllowed, "Keyset pagination is not yet available for this type of request")
}

// sendKeyset adds the one header of keyset paging. Every page with rows in it
// names a next one, so a walk ends with an empty page and no Link.
func (k *call) sendKeyset(lastID int, descending bool, body []byte) answer {
	a := jsonAnswer(http.StatusOK, body)
	if lastID == 0 {
		return a
	}
	bound := "id_after"
	if descending {
		bound = "id_before"
	}
	a.header.Set("Link", k.link(url.Values{bound: {strconv.Itoa(lastID)}}, "next"))
	return a
}
