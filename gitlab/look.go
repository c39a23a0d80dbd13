package gitlab

import (
	"context"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"strconv"
	"strings"

	"flow"
)

// Look looks for one group or repo by its path. See [flow.GitLab].
func (c *Client) Look(ctx context.Context, conn flow.Connection, at string) (flow.Sighting, error) {
	s, err := c.session(conn)
	if err != nil {
		return flow.Sighting{}, err
	}
	if err := s.learnVersion(ctx); err != nil {
		return flow.Sighting{}, err
	}
	l := look{session: s, path: at}
	for _, kind := range []lookedFor{repoLooked, groupLooked} {
		if seen, err := l.at(ctx, kind); err != nil || seen.Kind != flow.KindUnknown {
			return seen, err
		}
	}
	return l.nothing(ctx)
}

// A look is one call of Look.
type look struct {
	*session
	path string
	says string // GitLab's words to what it does not show
}

// lookedFor is how one kind is looked for: by its path, in a list of what can be
// seen, and in the list of what the account is a member of.
type lookedFor struct {
	kind    flow.Kind
	list    string
	one     url.Values
	visible url.Values
	member  func(...string) url.Values
	missing string // how GitLab says that there is none
}

var (
	repoLooked  = lookedFor{flow.KindRepo, "projects", nil, url.Values{}, memberQuery, "404 Project Not Found"}
	groupLooked = lookedFor{flow.KindGroup, "groups", url.Values{"with_projects": {"false"}}, url.Values{"all_available": {"true"}}, groupQuery, "404 Group Not Found"}
)

// A lookedRow is what is kept of a project or a group.
type lookedRow struct {
	projectRow
	FullPath  string `json:"full_path"` // of a group
	DeletedOn string `json:"marked_for_deletion_on"`
	DeletedAt string `json:"marked_for_deletion_at"` // the older name
}

func (r *lookedRow) where() string {
	if r.FullPath != "" {
		return flow.Clean(r.FullPath)
	}
	return flow.Clean(r.Path)
}

// at looks for one kind at the path. GitLab leads from the old path of a project
// to the new one; an encoded slash, though, breaks behind proxies that decode it,
// and so an answer that is not GitLab's own sends the look to the lists.
func (l *look) at(ctx context.Context, f lookedFor) (flow.Sighting, error) {
	r := l.request(f.list+"/"+url.PathEscape(l.path), f.one)
	r.still = true
	a, err := l.ask(ctx, r)
	if id := movedTo(a, f); err == nil && id != "" {
		r = l.request(f.list+"/"+id, f.one)
		a, err = l.ask(ctx, r)
	}
	if err != nil {
		return flow.Sighting{}, err
	}
	var row lookedRow
	switch {
	case a.status == http.StatusOK && !isHTML(a):
		if err := l.decode(a, l.path, &row); err != nil {
			return flow.Sighting{}, err
		}
		return l.seen(ctx, f, &row)
	case a.status == http.StatusNotFound && wordsOf(a).message == f.missing:
		l.says = wordsOf(a).line(a.status, r)
		return flow.Sighting{}, nil
	case a.status != http.StatusNotFound && a.status != http.StatusBadRequest && !isHTML(a):
		return flow.Sighting{}, l.refusal(a, r, l.path)
	}
	found, err := l.search(ctx, f, maps.Clone(f.visible), path.Base(l.path), func(row *lookedRow) bool { return strings.EqualFold(row.where(), l.path) })
	if err != nil || found == nil {
		return flow.Sighting{}, err
	}
	return l.seen(ctx, f, found)
}

// movedTo is the ID of what GitLab leads on to from an old path, since 16.7; ""
// where it leads nowhere. Only the number is taken: the address is the one that
// GitLab believes to have.
func movedTo(a answer, f lookedFor) string {
	if !isRedirect(a) {
		return ""
	}
	_, id, _ := strings.Cut(a.header.Get("Location"), "/api/v4/"+f.list+"/")
	if _, err := strconv.ParseUint(id, 10, 63); err != nil {
		return ""
	}
	return id
}

// maxSearched bounds how many pages of a search are read: names are short, and
// one such as api is found in many groups.
const maxSearched = 10

// search finds a row in a list, by the last part of a path.
func (l *look) search(ctx context.Context, f lookedFor, query url.Values, name string, is func(*lookedRow) bool) (*lookedRow, error) {
	query.Set("search", name)
	query.Set("per_page", strconv.Itoa(pageSize))
	for page := 1; page <= maxSearched; page++ {
		query.Set("page", strconv.Itoa(page))
		var rows rowsOf[lookedRow]
		if _, err := l.read(ctx, l.request(f.list, query), f.list, &rows); err != nil {
			return nil, err
		}
		for i := range rows {
			if is(&rows[i]) {
				return &rows[i], nil
			}
		}
		if len(rows) < pageSize {
			break
		}
	}
	return nil, nil
}

func (l *look) decode(a answer, what string, row *lookedRow) error {
	if err := json.Unmarshal(a.body, row); err != nil {
		return l.unreadable(what, err)
	}
	if row.ID <= 0 || row.where() == "" {
		return l.unreadable(what, errors.New("no id or no path"))
	}
	return nil
}

// seen tells what there is, and whether discovery would list it.
func (l *look) seen(ctx context.Context, f lookedFor, row *lookedRow) (flow.Sighting, error) {
	seen := flow.Sighting{
		Kind: f.kind, ID: row.ID, Path: row.where(), Role: flow.RoleUnknown,
		Deleting: row.DeletedOn+row.DeletedAt != "", SHA256: row.ObjectFormat == "sha256",
		Private: row.Visibility == "private",
	}
	if f.kind == flow.KindRepo {
		seen.Role = row.role()
	}
	query := f.member()
	if l.version.has(keysetProjects) && f.kind == flow.KindRepo {
		query.Set("id_after", strconv.FormatInt(row.ID-1, 10))
		query.Set("id_before", strconv.FormatInt(row.ID+1, 10))
	}
	listed, err := l.search(ctx, f, query, path.Base(seen.Path), func(other *lookedRow) bool { return other.ID == row.ID })
	seen.Member = listed != nil
	if err != nil || seen.Member || !seen.Private {
		return seen, err
	}
	who, err := l.whoami(ctx)
	seen.Admin = who.Admin
	return seen, err
}

// nothing says what can be said of a path at which the account sees nothing: the
// nearest group above it, what the token is for, and GitLab's own words.
func (l *look) nothing(ctx context.Context) (flow.Sighting, error) {
	seen := flow.Sighting{Says: l.says}
	for above := path.Dir(l.path); above != "." && above != "/"; above = path.Dir(above) {
		up := look{session: l.session, path: above}
		group, err := up.at(ctx, groupLooked)
		if err != nil {
			return flow.Sighting{}, err
		}
		if group.Kind != flow.KindUnknown {
			seen.Above = group.Path
			break
		}
	}
	who, err := l.whoami(ctx)
	seen.Bound = boundTo(who.Username)
	return seen, err
}

type whoami struct {
	Username string `json:"username"`
	Admin    bool   `json:"is_admin"`
}

// whoami asks whom the token belongs to. A token that may not tell belongs to
// nobody in particular.
func (l *look) whoami(ctx context.Context) (whoami, error) {
	var who whoami
	_, err := l.read(ctx, l.request("user", nil), "the account", &who)
	if flow.CausedBy(err, flow.ScopeMissing) {
		return whoami{}, nil
	}
	return who, err
}

// botName is how GitLab calls the accounts behind the access tokens of a project
// or a group: project_42_bot, since 13.11 with a random part behind it.
var botName = regexp.MustCompile(`^(project|group)_(\d+)_bot`)

// boundTo is what a token is for alone, by the name of its account; "" for a
// person's or a service account's, which sees what that sees.
func boundTo(username string) string {
	m := botName.FindStringSubmatch(username)
	if m == nil {
		return ""
	}
	return m[1] + " " + m[2]
}
