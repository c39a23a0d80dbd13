package gitlabtest

// Profiles are the releases that a client should be tried against, oldest
// first, in both editions. Each stands for a border that clients feel. Any
// other release can be played as well; what is between two profiles follows
// the release that brought or dropped each thing.
//
//   - 9.0: the first with API v4. Groups are the own memberships only, and
//     there is no list of subgroups; a personal token that is expired, revoked
//     or too narrow gives the same plain 401 as one that nobody knows.
//   - 9.5: projects can be filtered by what is switched on in them (9.3), and
//     an old path of a group or project leads on in a browser (9.1).
//   - 10.5: subgroups have a list (10.3), tokens say why they are refused (10.2).
//   - 11.5: min_access_level (11.2), order_by=id for groups (11.1), archived
//     projects are listed (11.2), API v3 is gone (11.0), totals are always told.
//   - 12.3: features have access levels (12.1), personal tokens come as Bearer
//     too (12.2); neither id ranges nor keyset paging nor read_api.
//   - 13.8: keyset paging (12.6) and the end of deep pages (13.0), read_api
//     (12.10), descendant groups (13.5), projects have tokens of their own.
//   - 14.9: access tokens of applications end (14.3), groups have tokens (14.7).
//   - 15.11: tokens tell about themselves (15.5), /metadata (15.2).
//   - 16.11: a project's old path leads on in the API, too (16.7).
//   - 17.11: devices sign in (17.2), the role Planner (17.7).
//   - 18.9: all tiers delay deletions (18.0), permissions in lists count all
//     groups above (18.1), limits are told with every answer (18.6).
//   - 19.0: of it little is known. It answers as 18.9 does, except that deep
//     pages of projects end for all again, and that hooks tell whether they
//     have a token and whether they sign.
var Profiles = []string{
	"9.0.0",
	"9.5.10-ee",
	"10.5.8",
	"11.5.4-ee",
	"12.3.5",
	"13.8.8-ee",
	"14.9.5",
	"15.11.13-ee",
	"16.11.10",
	"17.11.7-ee",
	"18.9.0",
	"18.9.0-ee",
	"19.0.0-ee",
}
