package gitlab

import (
	"cmp"
	"encoding/json"
	"path"
	"strings"
	"time"

	"flow"
)

// A projectRow is what is kept of a project. GitLab sends about a hundred
// fields, five kilobytes each.
type projectRow struct {
	ID             int64       `json:"id"`
	Name           string      `json:"name"`
	Path           string      `json:"path_with_namespace"`
	CreatedAt      time.Time   `json:"created_at"`
	ActiveAt       time.Time   `json:"last_activity_at"`
	Archived       bool        `json:"archived"`
	Empty          *bool       `json:"empty_repo"` // since 12.0
	NoBranch       isNull      `json:"default_branch"`
	Mirror         bool        `json:"mirror"`
	Visibility     string      `json:"visibility"`
	ForkedFrom     *struct{}   `json:"forked_from_project"`
	ObjectFormat   string      `json:"repository_object_format"` // since 16.9, "" before
	Namespace      namespace   `json:"namespace"`
	MergeRequests  *bool       `json:"merge_requests_enabled"`
	Issues         *bool       `json:"issues_enabled"`
	RepositoryMode string      `json:"repository_access_level"` // these four since 12.1
	BuiltinMode    string      `json:"builtin_access_level"`
	RequestsMode   string      `json:"merge_requests_access_level"`
	IssuesMode     string      `json:"issues_access_level"`
	Permissions    permissions `json:"permissions"`
	Shares         []share     `json:"shared_with_groups"`
	Topics         topics      `json:"topics"`   // since 14.0
	Tags           topics      `json:"tag_list"` // the older name
}

// permissions are the account's roles; NoRole: it has none there itself.
type permissions struct {
	Project access `json:"project_access"`
	Group   access `json:"group_access"`
}

type access struct {
	Level flow.Role `json:"access_level"`
}

// isNull is whether a field says null, which is something else than its absence.
type isNull bool

func (n *isNull) UnmarshalJSON(text []byte) error {
	*n = string(text) == "null"
	return nil
}

// topics are those of a project as [flow.Repo] has them.
type topics string

func (t *topics) UnmarshalJSON(text []byte) error {
	var list []string
	if err := json.Unmarshal(text, &list); err != nil {
		return err
	}
	*t = joined(list)
	return nil
}

// A share lets the members of a group into a project, with at most this role.
type share struct {
	Group int64     `json:"group_id"`
	Most  flow.Role `json:"group_access_level"`
}

// A namespace is where a project lives: a group, or a person.
type namespace struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Kind     string `json:"kind"`      // user or group
	ParentID int64  `json:"parent_id"` // null at the top; not in 9.0
}

func (p *projectRow) repo() flow.Repo {
	return flow.Repo{
		ID: p.ID, GroupID: p.Namespace.ID, Path: flow.Clean(p.Path), Name: p.called(),
		Role: p.role(), CreatedAt: flow.MomentOf(p.CreatedAt), ActiveAt: flow.MomentOf(p.ActiveAt),
		Archived: p.Archived, Fork: p.ForkedFrom != nil, Mirror: p.Mirror, Empty: p.empty(),
		Public: p.Visibility == "public", SHA256: p.ObjectFormat == "sha256", Off: p.off(),
		Topics: string(cmp.Or(p.Topics, p.Tags)),
	}
}

// called is the name. Most repos are called as their path ends, and share its
// bytes then: there are many of them.
func (p *projectRow) called() string {
	at, name := flow.Clean(p.Path), flow.Clean(p.Name)
	if rest, same := strings.CutSuffix(at, name); same {
		return at[len(rest):]
	}
	return name
}

// empty reports whether nobody has pushed anything yet. Before 12.0 only the
// branch that is missing says so; it is not shown to everybody, and later
// releases name the one that an empty repo would begin with.
func (p *projectRow) empty() bool {
	if p.Empty != nil {
		return *p.Empty
	}
	return bool(p.NoBranch)
}

// role is the higher of what the account is in the project and in its group. It
// is a lower bound: shares are not in it, nor, before 18.1, are the groups
// above the direct one.
func (p *projectRow) role() flow.Role {
	return max(p.Permissions.Project.Level, p.Permissions.Group.Level)
}

// off are the services that are switched off in the project itself. The
// booleans, which are all there is before 12.1, are false as well where the
// account may not use a service.
func (p *projectRow) off() flow.Services {
	var off flow.Services
	if p.RepositoryMode == "disabled" || p.RepositoryMode == "" && p.BuiltinMode == "disabled" {
		// Without a repository there are no merge requests either, whatever their
		// own setting says.
		off = off.With(flow.RepoService).With(flow.PRService)
	}
	if isOff(p.RequestsMode, p.MergeRequests) {
		off = off.With(flow.PRService)
	}
	if isOff(p.IssuesMode, p.Issues) {
		off = off.With(flow.TicketService)
	}
	return off
}

func isOff(mode string, enabled *bool) bool {
	if mode != "" {
		return mode == "disabled"
	}
	return enabled != nil && !*enabled
}

// home is the group that a project's namespace stands for. It fills in for
// groups that GitLab does not list, such as personal namespaces.
func (p *projectRow) home() flow.Group {
	n := p.Namespace
	return flow.Group{ID: n.ID, ParentID: n.ParentID, Path: path.Dir(flow.Clean(p.Path)), Name: flow.Clean(n.Name), Personal: n.Kind == "user"}
}

// parentOf is what a group tells of the one above it, which may be visible
// through its child only.
func parentOf(g flow.Group) flow.Group {
	above := path.Dir(g.Path)
	return flow.Group{ID: g.ParentID, Path: above, Name: path.Base(above)}
}

// A groupRow is what is kept of a group.
type groupRow struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Path     string `json:"full_path"`
	ParentID int64  `json:"parent_id"` // null at the top
}

func (g *groupRow) group() flow.Group {
	return flow.Group{ID: g.ID, ParentID: g.ParentID, Path: flow.Clean(g.Path), Name: flow.Clean(g.Name)}
}
