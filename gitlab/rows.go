package gitlab

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"flow"
)

var errNoList = errors.New("it is no list")

// rowsIn reads a page of a list, to GitLab's maximum only: a row takes a hundred
// times the room of the {} that a server may send in its place.
func rowsIn[Row any](text []byte, scan func(*scanner, *Row)) ([]Row, error) {
	s := &scanner{text: text}
	if s.peek() != '[' {
		return nil, errNoList
	}
	rows := []Row{}
	for more := s.begin('[') && s.more(']'); more; more = s.more(']') {
		if len(rows) == pageSize {
			return nil, fmt.Errorf("more than %d rows on a page", pageSize)
		}
		if rows = append(rows, *new(Row)); len(rows) == 1 {
			rows = slices.Grow(rows, pageSize-1)
		}
		scan(s, &rows[len(rows)-1])
	}
	s.end()
	return rows, s.err
}

func scanProject(s *scanner, p *projectRow) {
	for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "id":
			s.integer(&p.ID)
		case "name":
			s.string(&p.Name)
		case "path_with_namespace":
			s.string(&p.Path)
		case "created_at":
			s.time(&p.CreatedAt)
		case "last_activity_at":
			s.time(&p.ActiveAt)
		case "archived":
			s.bool(&p.Archived)
		case "empty_repo":
			s.answer(&p.Empty)
		case "default_branch":
			p.NoBranch = s.peek() == 'n'
			s.skip()
		case "mirror":
			s.bool(&p.Mirror)
		case "visibility":
			s.word(&p.Visibility)
		case "forked_from_project":
			scanPresence(s, &p.ForkedFrom)
		case "repository_object_format":
			s.word(&p.ObjectFormat)
		case "namespace":
			scanNamespace(s, &p.Namespace)
		case "merge_requests_enabled":
			s.answer(&p.MergeRequests)
		case "issues_enabled":
			s.answer(&p.Issues)
		case "repository_access_level":
			s.word(&p.RepositoryMode)
		case "builtin_access_level":
			s.word(&p.BuiltinMode)
		case "merge_requests_access_level":
			s.word(&p.RequestsMode)
		case "issues_access_level":
			s.word(&p.IssuesMode)
		case "permissions":
			scanPermissions(s, &p.Permissions)
		case "shared_with_groups":
			scanShares(s, &p.Shares)
		case "topics":
			scanTopics(s, &p.Topics)
		case "tag_list":
			scanTopics(s, &p.Tags)
		default:
			s.skip()
		}
	}
}

func scanPresence(s *scanner, into **struct{}) {
	switch s.peek() {
	case '{':
		*into = &struct{}{}
		s.skip()
	case 'n':
		*into = nil
		s.null()
	default:
		s.fail("no object")
	}
}

func scanNamespace(s *scanner, n *namespace) {
	for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "id":
			s.integer(&n.ID)
		case "name":
			s.word(&n.Name)
		case "kind":
			s.word(&n.Kind)
		case "parent_id":
			s.integer(&n.ParentID)
		default:
			s.skip()
		}
	}
}

func scanPermissions(s *scanner, p *permissions) {
	for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "project_access":
			scanAccess(s, &p.Project)
		case "group_access":
			scanAccess(s, &p.Group)
		default:
			s.skip()
		}
	}
}

func scanAccess(s *scanner, a *access) {
	for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "access_level":
			scanRole(s, &a.Level)
		default:
			s.skip()
		}
	}
}

func scanRole(s *scanner, role *flow.Role) {
	level := int64(*role)
	s.integer(&level)
	*role = flow.Role(level)
}

func scanShares(s *scanner, shares *[]share) {
	if *shares = nil; s.peek() == '[' {
		*shares = []share{}
	}
	for more := s.begin('[') && s.more(']'); more; more = s.more(']') {
		var one share
		for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
			switch string(s.key()) {
			case "group_id":
				s.integer(&one.Group)
			case "group_access_level":
				scanRole(s, &one.Most)
			default:
				s.skip()
			}
		}
		*shares = append(*shares, one)
	}
}

func scanTopics(s *scanner, topics *topics) {
	var list []string
	for more := s.begin('[') && s.more(']'); more; more = s.more(']') {
		var topic string
		s.string(&topic)
		list = append(list, topic)
	}
	*topics = joined(list)
}

// joined writes topics as a repo keeps them.
func joined(list []string) topics {
	var kept []string
	for _, topic := range list {
		// A comma parts them, and GitLab allows none in one.
		if topic = strings.ToLower(strings.TrimSpace(flow.Clean(strings.ReplaceAll(topic, ",", " ")))); topic != "" {
			kept = append(kept, topic)
		}
	}
	slices.Sort(kept)
	return topics(strings.Join(slices.Compact(kept), ","))
}

func scanGroup(s *scanner, g *groupRow) {
	for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "id":
			s.integer(&g.ID)
		case "name":
			s.string(&g.Name)
		case "full_path":
			s.string(&g.Path)
		case "parent_id":
			s.integer(&g.ParentID)
		default:
			s.skip()
		}
	}
}

type idRow struct {
	ID int64 `json:"id"`
}

func scanID(s *scanner, r *idRow) {
	for more := s.begin('{') && s.more('}'); more; more = s.more('}') {
		switch string(s.key()) {
		case "id":
			s.integer(&r.ID)
		default:
			s.skip()
		}
	}
}
