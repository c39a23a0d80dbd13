package flow

import "time"

// A Discovery is one complete walk over groups and repos.
type Discovery struct {
	At     time.Time     `json:"at,omitzero"` // when it began; zero: there was none yet
	Took   time.Duration `json:"-"`           // until it was complete
	Groups int           `json:"groups"`
	Repos  int           `json:"repos"`
	Outcome
	Changes int `json:"changes"` // of the outcome, see [Outcome.Count]
}

// Words tells of a discovery how much was found and, unless it is the first, what of
// it is otherwise than before: of the first one all is.
func (d Discovery) Words(first bool) (found string, changes []string) {
	found = Plural(d.Groups, "group") + ", " + Plural(d.Repos, "repo")
	if !first {
		return found, d.Outcome.Words()
	}
	if d.Taken > 0 {
		found += ", " + Number(d.Taken) + " imported"
	}
	return found, nil
}

// An Outcome counts what a walk found otherwise than it was known, by ID. Of the
// first one everything is new.
type Outcome struct {
	New        int `json:"new"` // repos
	Renamed    int `json:"renamed"`
	Moved      int `json:"moved"` // to another group
	Roles      int `json:"role_changed"`
	Archived   int `json:"archived"`
	Unarchived int `json:"unarchived"`
	Back       int `json:"found_again"`
	Lost       int `json:"lost"` // that it no longer brought
	Gone       int `json:"gone"` // of those missing, also from earlier walks: GitLab has confirmed it
	NotMember  int `json:"no_longer_member"`
	Taken      int `json:"imported"` // through auto-import

	NewGroups     int `json:"new_groups"`
	RenamedGroups int `json:"renamed_groups"`
	LostGroups    int `json:"lost_groups"`
}

// Count returns how much was otherwise; 0: there is nothing to tell. What is
// imported for that reason is no change in GitLab.
func (o Outcome) Count() int {
	return o.New + o.Renamed + o.Moved + o.Roles + o.Archived + o.Unarchived + o.Back + o.Lost + o.Gone + o.NotMember +
		o.NewGroups + o.RenamedGroups + o.LostGroups
}

// Words tells each number that is not zero. Repos are named once: 2 new repos, 1
// archived.
func (o Outcome) Words() (words []string) {
	for _, told := range []struct {
		n          int
		noun, word string // a noun of its own, or what is said of repos
	}{
		{o.New, "new repo", ""}, {o.Renamed, "", "renamed"}, {o.Moved, "", "moved"}, {o.Roles, "", "with another role"},
		{o.Archived, "", "archived"}, {o.Unarchived, "", "no longer archived"},
		{o.Back, "", "found again"}, {o.Lost, "", lostWords[Missing]},
		{o.Gone, "", "gone from GitLab"}, {o.NotMember, "", "no longer shared with the account"}, {o.Taken, "", "imported"},
		{o.NewGroups, "new group", ""}, {o.RenamedGroups, "renamed group", ""}, {o.LostGroups, "lost group", ""},
	} {
		switch {
		case told.n == 0:
		case told.noun != "":
			words = append(words, Plural(told.n, told.noun))
		case len(words) > 0:
			words = append(words, Number(told.n)+" "+told.word)
		default:
			words = append(words, Plural(told.n, "repo")+" "+told.word)
		}
	}
	return words
}
