package scale

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"

	"flow/gitlab/gitlabtest"
)

// release is the GitLab that is played.
type release struct{ major, minor int }

func parseRelease(text string) (release, error) {
	var r release
	if n, err := fmt.Sscanf(text, "%d.%d", &r.major, &r.minor); n < 2 {
		return release{}, fmt.Errorf("GitLab version %q: %w", text, err)
	}
	return r, nil
}

func (r release) since(major, minor int) bool {
	return r.major > major || r.major == major && r.minor >= minor
}

// serve answers what is played here and hands on the rest.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) {
	path, inside := strings.CutPrefix(r.URL.EscapedPath(), "/api/v4/")
	of, rest, single := strings.Cut(path, "/")
	lists := of == "projects" || of == "groups"
	if !inside || !lists || r.Method != http.MethodGet || !s.isAccount(r) {
		s.proxy.ServeHTTP(w, r)
		return
	}
	k := &call{Server: s, w: w, r: r, query: r.URL.Query()}
	which, below, deeper := strings.Cut(rest, "/")
	switch {
	case deeper && of == "projects":
		k.handBelow(which, below)
	case deeper:
		s.proxy.ServeHTTP(w, r)
	case single && of == "projects":
		k.sendProject(which)
	case single:
		k.sendGroup(which)
	case of == "projects":
		k.sendProjects()
	default:
		k.sendGroups()
	}
}

// handBelow lets the GitLab behind answer what is asked below a project, as if it
// were for the model's project of the same kind.
func (k *call) handBelow(which, below string) {
	at, found := k.world.project(which)
	if !found {
		k.proxy.ServeHTTP(k.w, k.r)
		return
	}
	inner := k.r.Clone(k.r.Context())
	path, err := url.PathUnescape(below)
	if err != nil {
		k.send(http.StatusBadRequest, []byte(`{"error":"400 Bad Request"}`))
		return
	}
	stem := fmt.Sprintf("/api/v4/projects/%d/", modelProject+int(k.world.kinds[at]))
	inner.URL.Path, inner.URL.RawPath = stem+path, stem+below
	k.proxy.ServeHTTP(k.w, inner)
}

// isAccount asks the GitLab behind whether a request is signed in as the account
// of [Token], once for each token.
func (s *Server) isAccount(r *http.Request) bool {
	key := r.Header.Get("PRIVATE-TOKEN") + " " + r.Header.Get("Authorization")
	if key == Token+" " {
		return true
	}
	if known, ok := s.accounts.Load(key); ok {
		return known.(bool)
	}
	var account struct{ Username string }
	err := get(s.behind, "user", r.Header, &account)
	is := err == nil && account.Username == gitlabtest.DemoUser
	s.accounts.Store(key, is)
	return is
}

// A call is one request for what is played here.
type call struct {
	*Server
	w     http.ResponseWriter
	r     *http.Request
	query url.Values
}

// unplayed are parameters with which GitLab would answer something else. Those
// that it does not know are ignored, as it does.
var (
	unplayed = []string{"owned", "starred", "visibility", "active", "imported", "topic", "topic_id", "skip_groups",
		"with_issues_enabled", "with_merge_requests_enabled", "with_programming_language", "last_activity_after",
		"last_activity_before", "updated_after", "updated_before", "marked_for_deletion_on", "statistics", "with_custom_attributes"}
	orders = map[string][]string{"projects": {"id", "created_at", "last_activity_at"}, "groups": {"id", "name", "path"}}
)

// refused answers what is not played.
func (k *call) refused(kind, order string) bool {
	for _, name := range unplayed {
		if value := k.query.Get(name); value != "" && value != "false" {
			k.send(http.StatusNotImplemented, []byte(fmt.Sprintf(`{"error":"%s is not played"}`, name)))
			return true
		}
	}
	if !slices.Contains(orders[kind], order) {
		k.send(http.StatusNotImplemented, []byte(`{"error":"this order is not played"}`))
		return true
	}
	return false
}

func (k *call) yes(name string) bool { return k.query.Get(name) == "true" || k.query.Get(name) == "1" }

func (k *call) number(name string, otherwise int) int {
	if n, err := strconv.Atoi(k.query.Get(name)); err == nil {
		return n
	}
	return otherwise
}

// send answers with a whole body.
func (k *call) send(status int, body []byte) {
	h := k.w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(body)))
	k.w.WriteHeader(status)
	k.w.Write(body)
}

// room is where pages are put together.
type room struct {
	cast   cast
	page   []byte
	packer packer
}

var rooms = sync.Pool{New: func() any { return &room{page: make([]byte, 0, 600_000)} }}

func (k *call) room() *room {
	r := rooms.Get().(*room)
	r.cast.world, r.cast.packer, r.page = k.world, nil, r.page[:0]
	return r
}

// sendList answers with rows, packed where the client takes that.
func (k *call) sendList(count int, row func(c *cast, page []byte, i int) []byte) {
	r := k.room()
	defer rooms.Put(r)
	if !k.options.Plain && strings.Contains(k.r.Header.Get("Accept-Encoding"), "gzip") {
		r.cast.packer = &r.packer
		r.packer.begin(len(k.molds.texts))
	}
	r.mark("[")
	for i := range count {
		if i > 0 {
			r.mark(",")
		}
		r.page = row(&r.cast, r.page, i)
	}
	r.mark("]")
	body := r.page
	if r.cast.packer != nil {
		k.w.Header().Set("Content-Encoding", "gzip")
		r.packer.out = r.packer.end(r.page)
		body = r.packer.out
	}
	k.w.Header().Set("Vary", "Accept-Encoding")
	k.send(http.StatusOK, body)
}

// mark writes what stands between rows.
func (r *room) mark(text string) {
	if r.cast.packer != nil {
		literal(&r.packer, text)
	}
	r.page = append(r.page, text...)
}

func (k *call) sendProject(which string) {
	at, found := k.world.project(which)
	if !found {
		k.send(http.StatusNotFound, []byte(`{"message":"404 Project Not Found"}`))
		return
	}
	r := k.room()
	defer rooms.Put(r)
	k.send(http.StatusOK, r.cast.appendProject(r.page, at, k.molds.single))
}

func (k *call) sendGroup(which string) {
	at, found := k.world.group(which)
	if !found {
		k.send(http.StatusNotFound, []byte(`{"message":"404 Group Not Found"}`))
		return
	}
	if k.query.Get("with_projects") != "false" || !k.release.since(11, 4) {
		k.send(http.StatusNotImplemented, []byte(`{"error":"a group with its projects is not played"}`))
		return
	}
	r := k.room()
	defer rooms.Put(r)
	k.send(http.StatusOK, r.cast.appendGroup(r.page, at, &k.molds, true))
}
