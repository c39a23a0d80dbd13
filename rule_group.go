package flow

import (
	"strings"
	"time"
)

const groupPrefix = "group:"

// compileGroup reads a rule on a group by its path, which is all there is until
// the rule meets the groups of an integration; see [Rule.in].
func compileGroup(value string) (matcher, *mistake) {
	if i := strings.IndexAny(value, "*?"); i >= 0 {
		return nil, &mistake{i, "one group, by its path; path: takes * and ?"}
	}
	path := strings.Trim(value, "/")
	if path == "" {
		return nil, &mistake{0, "nothing stands after the colon"}
	}
	return underPath(path), nil
}

func underPath(path string) matcher {
	return func(r *Repo, _ time.Time) bool {
		return len(r.Path) > len(path) && r.Path[len(path)] == '/' && strings.EqualFold(r.Path[:len(path)], path)
	}
}

// GroupID returns the ID of the group that the rule is on; 0 where it is on none,
// or on one that was not known when it was made.
func (r Rule) GroupID() int64 { return r.group }

// OfGroup returns a rule on a group as a rule on the group with that ID,
// whatever that is called by now. Other rules stay as they are.
func (r Rule) OfGroup(id int64) Rule {
	if strings.HasPrefix(r.text, groupPrefix) {
		r.group = id
	}
	return r
}

// in returns the rule as it holds in a tree: one on a group finds that by its ID,
// or by its path if that is all it has, and takes on its present path. A group
// that is not there may be one that the account no longer sees while it still
// sees what is in it: its last path goes on to count.
func (r Rule) in(t *Tree) Rule {
	path, is := strings.CutPrefix(r.text, groupPrefix)
	if !is {
		return r
	}
	path = strings.Trim(path, "/")
	g, known := t.groupByID[r.group]
	if r.group == 0 {
		g, known = t.byPath[strings.ToLower(path)]
	}
	if !known {
		r.match = underPath(path)
		return r
	}
	r.text, r.group = groupPrefix+t.Groups[g].Path, t.Groups[g].ID
	end := t.spans[g].end
	r.match = func(repo *Repo, _ time.Time) bool {
		at := t.ownerOf(repo)
		return g <= at && at < end
	}
	return r
}

func rulesIn(t *Tree, rules []Rule) []Rule {
	var bound []Rule
	for _, r := range rules {
		bound = append(bound, r.in(t))
	}
	return bound
}

// Here returns the rule as it holds in the review. Its fault is that of
// [ParseRule]: a group that the review does not have, with one that may be meant.
func (r *Review) Here(rule Rule) (Rule, error) {
	rule = rule.in(&r.Tree)
	path, is := strings.CutPrefix(rule.text, groupPrefix)
	if !is || rule.group != 0 {
		return rule, nil
	}
	reason := "no group here has this path"
	if like := r.groupLike(strings.ToLower(strings.Trim(path, "/"))); like != "" {
		reason = "no such group; " + like + " is one"
	}
	return Rule{}, wrongRule(rule.text, len(groupPrefix), reason)
}

// groupLike finds the first group whose path, or the end of whose path from some
// part on, begins with a text in lower case.
func (t *Tree) groupLike(text string) string {
	like := ""
	for g := range t.Groups {
		path := strings.ToLower(t.Groups[g].Path)
		if strings.HasPrefix(path, text) {
			return t.Groups[g].Path
		}
		if like == "" && strings.Contains(path, "/"+text) {
			like = t.Groups[g].Path
		}
	}
	return like
}
