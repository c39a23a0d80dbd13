package gitlab

// A capability is something that a GitLab has, or does, from some release on.
type capability int

const (
	supported capability = iota

	// Lists. What is not used of them is not needed: what is asked for instead
	// does on every release.
	totalsCut
	treeListed
	groupsByID
	roleFilter
	archivedByDefault
	keysetProjects
	offsetCut
	idRanges
	subgroups
	descendantGroups
	topLevelOnly
	includeSubgroups

	// What a project tells of itself.
	mirrors
	emptyRepo
	accessLevels
	objectFormat
	inheritedRoles

	// The version, and what a token is.
	refusalsExplained
	versionForReaders
	metadata
	tokenSelf
	movedTokenPage
	prefilledToken
	newTokenPage

	// Signing in.
	reusedTokens
	ownTokens
	signInInfoNames
	publicApps
	verifierKnown
	anyLoopbackPort
	pkceStored
	deviceGrant

	// Webhooks.
	groupHooks
	hookTest
	hookSigning
)

// capabilities is the one place that says what is there since when. Every
// request that some GitLab does not know follows from it, and nothing else
// compares versions: an old release ignores a parameter that it does not know
// and answers with everything. Fields are read where they are; their rows are
// here for what is lacking without them.
var capabilities = [...]struct {
	since  version
	what   string // there is from then on
	before string // what Flow does on older releases
	lacks  string // what those can't tell, as the check of the version says it; "": nobody notices
}{
	supported: {version{9, 0}, "API v4", "refuse to connect", ""},

	totalsCut:         {version{11, 8}, "no X-Total above 10,000 rows", "there is always one", ""},
	treeListed:        {version{10, 3}, "/groups has what is above and below the own groups, too", "cut that out of all_available", "which private subgroups have no repos"},
	groupsByID:        {version{11, 1}, "/groups: order_by=id", "order_by=name, then path", ""},
	roleFilter:        {version{11, 2}, "/projects and /groups: min_access_level", "work roles out from memberships", "in how many repos the account has which role"},
	archivedByDefault: {version{11, 2}, "/projects has archived ones unless told not to", "read two lists", ""},
	keysetProjects:    {version{12, 10}, "/projects: pagination=keyset, in 12.6 with faults", "pages that overlap", ""},
	offsetCut:         {version{13, 0}, "/projects: 405 beyond row 50,000 by pages", "pages to the end", ""},
	idRanges:          {version{12, 5}, "/projects: id_after, id_before", "pages that overlap", ""},
	subgroups:         {version{10, 3}, "/groups/:id/subgroups", "parent_id in /groups", ""},
	descendantGroups:  {version{13, 5}, "/groups/:id/descendant_groups", "/groups", ""},
	topLevelOnly:      {version{13, 1}, "/groups: top_level_only", "parent_id in /groups", ""},
	includeSubgroups:  {version{11, 6}, "/groups/:id/projects: include_subgroups", "/projects", ""},

	mirrors:        {version{10, 3}, "mirror, in the Enterprise Edition", "no repo is one", "which repos are mirrors"},
	emptyRepo:      {version{12, 0}, "empty_repo", "default_branch is null", ""},
	accessLevels:   {version{12, 1}, "repository_access_level and its like", "booleans that answer for the account", "which repos have their commits switched off"},
	objectFormat:   {version{16, 9}, "repository_object_format", "every repo is SHA-1", "which repos are SHA-256"},
	inheritedRoles: {version{18, 1}, "permissions in lists count every group above", "inherit roles here", ""},

	refusalsExplained: {version{10, 2}, "401 says why a personal token is refused", "it is unknown", ""},
	versionForReaders: {version{12, 9}, "/version with read_user", "try what is known", ""},
	metadata:          {version{15, 2}, "/metadata", "/version", ""},
	tokenSelf:         {version{15, 5}, "/personal_access_tokens/self", "try what the token may do", "until when a token is valid"},
	movedTokenPage:    {version{13, 5}, "/-/profile/personal_access_tokens", "/profile/personal_access_tokens", ""},
	prefilledToken:    {version{14, 1}, "that page takes name and scopes from its address", "the user types them", ""},
	newTokenPage:      {version{16, 7}, "/-/user_settings/personal_access_tokens", "/-/profile/personal_access_tokens", ""},

	reusedTokens:    {version{11, 1}, "every sign-in of an account with an application gets the same token", "each has its own", ""},
	ownTokens:       {version{15, 2}, "each has its own again", "what ends one ends all", ""},
	signInInfoNames: {version{12, 8}, "/oauth/token/info: scope, expires_in", "scopes, expires_in_seconds", ""},
	publicApps:      {version{12, 8}, "applications that are not confidential", "a client secret", ""},
	verifierKnown:   {version{12, 8}, "code_verifier is looked at, until 13.7 to refuse it", "it is ignored", ""},
	anyLoopbackPort: {version{13, 4}, "any port in a redirect URI of a loopback IP", "a port that is registered", ""},
	pkceStored:      {version{13, 8}, "PKCE", "the client secret alone", ""},
	deviceGrant:     {version{17, 2}, "device codes, in 17.2 behind a flag", "a browser", ""},

	groupHooks:  {version{12, 8}, "/groups/:id/hooks, in Premium", "hooks of projects", ""},
	hookTest:    {version{16, 11}, "/projects/:id/hooks/:hook_id/test/:trigger", "wait for an event", ""},
	hookSigning: {version{19, 0}, "webhooks are signed with signing_token", "X-Gitlab-Token", ""},
}

func (v version) has(c capability) bool { return !v.before(capabilities[c].since) }

// lacks says what a GitLab of this version can't tell.
func (v version) lacks() []string {
	var words []string
	for _, c := range capabilities {
		if c.lacks != "" && v.before(c.since) {
			words = append(words, c.lacks)
		}
	}
	return words
}
