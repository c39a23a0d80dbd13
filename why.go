package flow

import (
	"context"
	"fmt"
	"slices"
	"strings"
)

// A Kind is what a path names.
type Kind string

const (
	KindUnknown Kind = ""
	KindGroup   Kind = "group"
	KindRepo    Kind = "repo"
)

// A Sighting is what GitLab tells an account of one path.
type Sighting struct {
	Kind   Kind   // KindUnknown: nothing is to be seen there
	ID     int64  // 0 likewise
	Path   string // where it is now
	Role   Role   // the account's there, as far as GitLab tells; RoleUnknown where it does not
	Member bool   // GitLab lists it among what the account is a member of

	Deleting bool // marked for deletion
	SHA256   bool
	Private  bool   // only who is a member, or an administrator, sees it
	Admin    bool   // the account is an administrator
	Above    string // the nearest group above that the account sees; "": none
	Bound    string // all that the token is for, in words: group acme, project 42; "": whatever the account sees
	Says     string // GitLab's own words to what is not to be seen
}

// A Reason is why a group or repo is or is not in the list of an integration.
type Reason string

const (
	Listed        Reason = "listed"           // it is there, in or out
	OtherGitLab   Reason = "other gitlab"     // the link leads elsewhere
	NotSeen       Reason = "not seen"         // there is no such path, or no access to it
	NotMember     Reason = "not a member"     // seen, since it is public or internal
	BoundElse     Reason = "token bound"      // the token is for something else
	ScopeTooLow   Reason = "scope too low"    // the token may not even look
	ByShare       Reason = "by a share"       // reached in a way that GitLab does not list
	AsAdmin       Reason = "as administrator" // seen by right, without being a member
	MovedTo       Reason = "moved"            // it is in the list by another path
	BeingDeleted  Reason = "being deleted"    // marked for deletion
	NotYetFound   Reason = "not yet found"    // the next refresh brings it
	NoLongerFound Reason = "no longer found"  // it was there once
)

// A Why answers why a group or repo is or is not in the list.
type Why struct {
	Asked    string `json:"asked"`
	Path     string `json:"path"` // as it is now
	Kind     Kind   `json:"kind"`
	Reason   Reason `json:"reason"`
	Sentence string `json:"sentence"`
	Next     string `json:"next,omitempty"`  // what to do; "": nothing
	Says     string `json:"says,omitempty"`  // GitLab's own words
	State    string `json:"state,omitempty"` // of a repo in the list, in the words of the State column
}

// Quote is GitLab's own words, led by who says them.
func (w Why) Quote() string { return Quote("", w.Says) }

// Why says why a group or repo is or is not in the list of an integration. asked
// is its path, or a link to it or to a page in it. Faults: BadPath, and those of
// the way to GitLab where it has to be asked.
func (s Setup) Why(ctx context.Context, r *Review, asked string) (Why, error) {
	in := r.Integration
	path, other, err := pathAsked(asked, in)
	if err != nil {
		return Why{}, err
	}
	w := Why{Asked: CleanLine(asked, 200), Path: path}
	if other != "" {
		w.Reason = OtherGitLab
		w.Sentence = fmt.Sprintf("That is at %s; %s is connected to %s.", other, in.Name, in.BaseURL.Host())
		w.Next = "Look in the integration of that GitLab, or connect it."
		return w, nil
	}
	plan := NewPlan(r, Changes{}, s.Now())
	if w.known(plan, plan.at(path)) {
		return w, nil
	}
	conn, err := s.Connect(ctx, in)
	if err != nil {
		return Why{}, err
	}
	seen, err := s.GitLab.Look(ctx, conn, path)
	if CausedBy(err, ScopeMissing) {
		f := FaultOf(err)
		w.Reason, w.Says = ScopeTooLow, f.Says
		w.Sentence = "The " + credentialName(in.Method) + " may not look at groups and repos: the scope api is missing."
		w.Next = f.Next()
		return w, nil
	}
	if err != nil {
		return Why{}, fmt.Errorf("look for %s: %w", path, err)
	}
	w.judge(plan, seen)
	return w, nil
}

// A place is a row of the tree: a group or a repo, by position; -1 for none.
type place struct{ group, repo int }

var nowhere = place{-1, -1}

func (p *Plan) at(path string) place {
	if i := slices.IndexFunc(p.Repos, func(r Repo) bool { return strings.EqualFold(r.Path, path) }); i >= 0 {
		return place{-1, i}
	}
	return place{slices.IndexFunc(p.Groups, func(g Group) bool { return strings.EqualFold(g.Path, path) }), -1}
}

func (p *Plan) byID(kind Kind, id int64) place {
	switch kind {
	case KindRepo:
		if i, ok := p.RepoByID(id); ok {
			return place{-1, i}
		}
	case KindGroup:
		if g, ok := p.GroupByID(id); ok {
			return place{g, -1}
		}
	}
	return nowhere
}

// known answers for what the last discovery found.
func (w *Why) known(p *Plan, at place) bool {
	switch {
	case at.group >= 0:
		w.Kind, w.Path, w.Reason = KindGroup, p.Groups[at.group].Path, Listed
		w.State = p.AutoText(at.group)
		told := w.State
		switch up := p.Inherited(at.group); {
		case w.State == "":
			w.State = "no auto-import here or above"
			told = w.State
		case p.Auto(at.group) == AsAbove:
			told += " from " + up.Group
		}
		w.Sentence = "It is in the list: " + told + "; " + Plural(p.Size(at.group), "repo") + " below it."
		return true
	case at.repo >= 0 && p.Repos[at.repo].LostAt.IsZero():
		repo, d := &p.Repos[at.repo], p.Will(at.repo)
		w.Kind, w.Path, w.Reason, w.State = KindRepo, repo.Path, Listed, p.StateText(at.repo)
		w.Sentence = "It is in the list: " + w.State + "."
		switch {
		case d.By == ByRole:
			w.Sentence = fmt.Sprintf("It is in the list, and can't be imported: the role of %s there is %s.", account(p), repo.Role)
			w.Next = "Give " + account(p) + " the role Reporter there, then press r."
		case d.By == ByHistory:
			w.Sentence = fmt.Sprintf("It is in the list: %s, since %s.", w.State, Date(d.Since))
		case d.State == Excluded:
			w.Sentence = fmt.Sprintf("It is in the list: %s. That rule keeps it out of the auto-import of %s.", w.State, d.Group)
			w.Next = "Import it by hand, or remove the rule."
		case d.State == NotImported:
			w.Sentence = "It is in the list: " + w.State + ", since no group has auto-import on for it."
			w.Next = "Import it by hand, or switch on auto-import of a group above it."
		case d.By == ByAutoImport:
			w.Sentence = fmt.Sprintf("It is in the list: %s, by auto-import of %s.", w.State, d.Group)
		}
		return true
	}
	return false
}

func account(p *Plan) string {
	if a := p.Integration.Report.Account; a != "" {
		return a
	}
	return "the account"
}

// credentialName is what a method leaves with Flow, in one word.
func credentialName(m Method) string {
	if m == OAuth {
		return "sign-in"
	}
	return "token"
}

// judge answers by what GitLab tells now.
func (w *Why) judge(p *Plan, s Sighting) {
	who, last := account(p), p.at(w.Path)
	w.Kind, w.Says = s.Kind, s.Says
	if now := p.byID(s.Kind, s.ID); now != nowhere && s.ID != 0 {
		was := w.Path
		if w.known(p, now) {
			w.Reason = MovedTo
			w.Sentence = fmt.Sprintf("%s is %s now. %s", was, s.Path, w.Sentence)
			return
		}
	}
	if s.Path != "" {
		w.Path = s.Path
	}
	switch {
	case s.Kind == KindUnknown && s.Bound != "":
		w.Reason = BoundElse
		w.Sentence = fmt.Sprintf("%s is not visible to %s: the token is for %s alone.", w.Path, who, s.Bound)
		w.Next = "Make a token of an account that is in all groups to connect, then sign in again."
	case s.Kind == KindUnknown && last.repo >= 0:
		w.Kind, w.Reason = KindRepo, NoLongerFound
		w.Sentence = fmt.Sprintf("%s is no longer visible to %s since %s: it was deleted, or the account lost its access.", w.Path, who, Date(p.Repos[last.repo].LostAt.Time()))
		w.Next = "If it is still there, add the account to it as Reporter, then press r."
	case s.Kind == KindUnknown && s.Above != "":
		w.Reason = NotSeen
		w.Sentence = fmt.Sprintf("%s is not visible to %s, which sees %s above it: there is no such path, or no access to it.", w.Path, who, s.Above)
		w.Next = "Compare the path with GitLab. If it is right, add the account to it as Reporter, then press r. A group may also be open to some IP addresses only."
	case s.Kind == KindUnknown:
		w.Reason = NotSeen
		w.Sentence = fmt.Sprintf("%s is not visible to %s.", w.Path, who)
		w.Next = "Add the account to it as Reporter, then press r. If it is a member, compare the path, and ask if the group is open to some IP addresses only."
	case s.Deleting:
		w.Reason = BeingDeleted
		w.Sentence = w.Path + " is marked for deletion in GitLab."
		w.Next = "Restore it in GitLab, then press r, if it should stay."
	case !s.Member && s.Admin:
		w.Reason = AsAdmin
		w.Sentence = fmt.Sprintf("%s sees %s as an administrator, but is not a member of it.", who, w.Path)
		w.Next = "Add the account to it as Reporter, then press r."
	case !s.Member && s.Private:
		w.Reason = ByShare
		w.Sentence = fmt.Sprintf("%s reaches %s through a share or a repo in it, and GitLab does not list it among its groups and repos.", who, w.Path)
		w.Next = "Add the account to it as Reporter, then press r."
	case !s.Member:
		w.Reason = NotMember
		w.Sentence = fmt.Sprintf("%s can see %s, as anybody here can, but is not a member of it.", who, w.Path)
		w.Next = "Add the account to it as Reporter, then press r."
	default:
		w.Reason = NotYetFound
		w.Sentence = fmt.Sprintf("%s sees %s now; the last discovery did not.", who, w.Path)
		w.Next = "Press r."
	}
}
