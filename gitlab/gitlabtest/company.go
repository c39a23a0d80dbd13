package gitlabtest

import (
	"sync"
	"time"
)

// Company is what a GitLab knows: people, groups, projects, who may do what,
// and the tokens. Its methods may be called while a server answers from it;
// the next answer shows the change.
type Company struct {
	mu         sync.RWMutex
	generation uint64 // counts changes; everything derived is tagged with it

	users          map[int]*User
	people         []int // user ids in the order they were added
	groups         map[int]*Group
	namespaces     map[pathKey]namespace
	projects       []*Project // by ascending id
	projectPaths   map[pathKey]*Project
	redirects      map[string]redirect // by full path: where groups and projects used to be
	hooks          map[int][]*Hook     // by project
	restricted     map[int]bool        // groups that not every address may reach
	tokens         map[string]*Token
	oauth          oauth
	groupMembers   map[int]map[int]Role // user, group
	projectMembers map[int]map[int]Role // user, project
	lastID         struct{ user, namespace, project, token, hook int }

	views viewCache
}

// User is one account. Username is also the path of its personal namespace.
type User struct {
	ID          int
	NamespaceID int
	Username    string
	Name        string
	Email       string
	Password    string // for the sign-in page; empty lets nobody in there
	State       UserState
	Admin       bool
	Bot         bool // of a program: never gets past the sign-in page
	External    bool // sees nothing internal
	CreatedAt   time.Time

	of botOf // what a bot of a project or group belongs to
}

// UserState decides whether GitLab lets an account use the API. A release that
// does not know a state yet treats the account as active.
type UserState uint8

// The zero value is active.
const (
	Active UserState = iota
	Blocked
	Deactivated      // 12.4
	TermsNotAccepted // 10.8
	PasswordExpired  // 14.3
	Unconfirmed      // 14.0
	PendingApproval  // 13.5: signed up, and no administrator has let it in yet
)

// Group is a namespace that holds projects and other groups. Its numeric ID is
// drawn from the same sequence as personal namespaces, as in GitLab.
type Group struct {
	ID          int
	Parent      int // 0 for a top-level group
	Path        string
	Name        string
	Description string
	Visibility  Visibility
	Shares      []Share // groups invited to this one
	CreatedAt   time.Time
	DeletionOn  time.Time // zero unless marked for deletion
	AllowedIPs  []string  // of a top-level group: the addresses or networks that may come (Premium); nil is any
}

// Share invites the members of another group, with at most Max.
type Share struct {
	Group int
	Max   Role
}

// Project is one repository and what belongs to it. It lives in a group, or,
// where Group is 0, in the personal namespace of Owner. In a group, Owner is
// who created it, or 0.
type Project struct {
	ID             int
	Group          int
	Owner          int
	Path           string
	Name           string
	Description    string
	Topics         []string
	Shares         []Share
	ForkedFrom     int
	Stars          int
	Visibility     Visibility
	Issues         Feature
	MergeRequests  Feature
	Repository     Feature
	Archived       bool
	Empty          bool
	Mirror         bool
	SHA256         bool
	CreatedAt      time.Time
	UpdatedAt      time.Time
	LastActivityAt time.Time
	DeletionOn     time.Time // zero unless marked for deletion
}

// Token is a personal access token. Name is what the request log shows; the
// value appears nowhere but here.
type Token struct {
	ID          int
	Value       string
	Name        string
	Description string
	User        int
	Scopes      []string
	CreatedAt   time.Time
	ExpiresOn   time.Time // the first day on which it is refused; zero is never
	Revoked     bool
}

// pathKey names a group or project inside its parent namespace; a move or
// rename of a parent changes one key only.
type pathKey struct {
	parent int
	path   string
}

// namespace is what a path above a project stands for: a group or a user.
type namespace struct {
	group *Group
	user  *User
}

// NewCompany has nobody and nothing in it.
func NewCompany() *Company {
	return &Company{
		users:          map[int]*User{},
		groups:         map[int]*Group{},
		namespaces:     map[pathKey]namespace{},
		projectPaths:   map[pathKey]*Project{},
		redirects:      map[string]redirect{},
		hooks:          map[int][]*Hook{},
		restricted:     map[int]bool{},
		tokens:         map[string]*Token{},
		oauth:          newOAuth(),
		groupMembers:   map[int]map[int]Role{},
		projectMembers: map[int]map[int]Role{},
	}
}
