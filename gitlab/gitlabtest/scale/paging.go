package scale

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"flow/gitlab/gitlabtest"
)

const (
	maxPerPage = 100
	maxCounted = 10_000 // rows; of more no totals are told
	maxOffset  = 50_000 // rows; beyond it projects end with 405
)

// sendProjects pages by number, or by id where keyset paging is asked for.
func (k *call) sendProjects() {
	order := k.query.Get("order_by")
	if order == "" {
		order = "created_at"
	}
	keyset := k.query.Get("pagination") == "keyset" && k.release.since(12, 6)
	if keyset && order != "id" {
		k.send(http.StatusMethodNotAllowed, []byte(`{"error":"Keyset pagination is not yet available for this type of request"}`))
		return
	}
	if k.refused("projects", order) {
		return
	}
	page, perPage := k.page()
	capped := k.release.since(13, 0) && (!k.release.since(18, 9) || k.release.since(19, 0))
	if !keyset && capped && page*perPage > maxOffset {
		k.send(http.StatusMethodNotAllowed, []byte(`{"error":"Offset pagination has a maximum allowed offset of 50000 for requests that return objects of type Project. Remaining records can be retrieved using keyset pagination."}`))
		return
	}
	v := k.views.of(projectFilter{own: k.yes("membership"), least: gitlabtest.Role(k.number("min_access_level", 0)), archived: k.query.Get("archived")})
	list := k.world.arranged(k.within(v), strings.ToLower(k.query.Get("search")), order)
	down := k.query.Get("sort") != "asc"
	if keyset {
		page = 1
	}
	rows := cut(len(list), page, perPage, down)
	if keyset {
		k.linkKeyset(list, rows, down)
	} else {
		k.linkPages(page, perPage, len(list))
	}
	k.sendRows(list, rows, down)
}

// within is the stretch of the list to which id_after and id_before lead. Releases
// before 12.5 don't know them.
func (k *call) within(v *view) []int32 {
	from, to := 0, len(v.rows)
	if !k.release.since(12, 5) {
		return v.rows
	}
	if after := k.number("id_after", 0); after > 0 {
		from = v.after(k.world, after)
	}
	if k.query.Get("id_before") != "" {
		to = max(from, v.after(k.world, k.number("id_before", 0)-1))
	}
	return v.rows[from:to]
}

// span is a stretch of a list.
type span struct{ from, to int }

// cut takes a page out of a list of so many rows that is read up or down.
func cut(count, page, perPage int, down bool) span {
	skip := min((page-1)*perPage, count)
	take := min(perPage, count-skip)
	if down {
		return span{count - skip - take, count - skip}
	}
	return span{skip, skip + take}
}

func (k *call) page() (page, perPage int) {
	page, perPage = max(1, k.number("page", 1)), k.number("per_page", 20)
	if perPage < 1 {
		perPage = 20
	}
	return min(page, 1_000_000), min(perPage, maxPerPage)
}

// linkKeyset names a next page whenever there are rows on this one.
func (k *call) linkKeyset(list []int32, rows span, down bool) {
	switch {
	case rows.from == rows.to:
	case down:
		k.w.Header().Set("Link", k.link("id_before", int(k.world.ids[list[rows.from]]), "next"))
	default:
		k.w.Header().Set("Link", k.link("id_after", int(k.world.ids[list[rows.to-1]]), "next"))
	}
}

func (k *call) linkPages(page, perPage, total int) {
	h := k.w.Header()
	inside := page == 1 || (page-1)*perPage < total
	var links []string
	next, prev := "", ""
	if inside && page > 1 {
		prev = strconv.Itoa(page - 1)
		links = append(links, k.link("page", page-1, "prev"))
	}
	if inside && page*perPage < total {
		next = strconv.Itoa(page + 1)
		links = append(links, k.link("page", page+1, "next"))
	}
	links = append(links, k.link("page", 1, "first"))
	h.Set("X-Per-Page", strconv.Itoa(perPage))
	h.Set("X-Page", strconv.Itoa(page))
	h.Set("X-Next-Page", next)
	h.Set("X-Prev-Page", prev)
	if total <= maxCounted || !k.release.since(11, 8) {
		pages := max(1, (total+perPage-1)/perPage)
		links = append(links, k.link("page", pages, "last"))
		h.Set("X-Total", strconv.Itoa(total))
		h.Set("X-Total-Pages", strconv.Itoa(pages))
	}
	h.Set("Link", strings.Join(links, ", "))
}

// link repeats the request with one parameter changed, at the address that the
// GitLab believes it has.
func (k *call) link(name string, value int, rel string) string {
	query := url.Values{}
	for name, values := range k.query {
		query[name] = values
	}
	query.Set(name, strconv.Itoa(value))
	return "<" + External + k.r.URL.Path + "?" + query.Encode() + `>; rel="` + rel + `"`
}

func (k *call) sendRows(list []int32, rows span, down bool) {
	shape := k.molds.full
	if k.yes("simple") {
		shape = k.molds.simple
	}
	k.sendList(rows.to-rows.from, func(c *cast, page []byte, i int) []byte {
		return c.appendProject(page, int(list[rows.row(i, down)]), shape)
	})
}

// row is the place of a row of a stretch that is read up or down.
func (s span) row(i int, down bool) int {
	if down {
		return s.to - 1 - i
	}
	return s.from + i
}

func (k *call) sendGroups() {
	order := k.query.Get("order_by")
	if order == "" {
		order = "name"
	}
	if k.refused("groups", order) {
		return
	}
	list := k.world.searched(k.views.ofGroups(groupFilter{all: k.yes("all_available"), top: k.yes("top_level_only") && k.release.since(13, 1),
		least: gitlabtest.Role(k.number("min_access_level", 0)), order: order}), strings.ToLower(k.query.Get("search")))
	page, perPage := k.page()
	down := k.query.Get("sort") == "desc"
	rows := cut(len(list), page, perPage, down)
	k.linkPages(page, perPage, len(list))
	k.sendList(rows.to-rows.from, func(c *cast, page []byte, i int) []byte {
		return c.appendGroup(page, int(list[rows.row(i, down)]), &k.molds, false)
	})
}
