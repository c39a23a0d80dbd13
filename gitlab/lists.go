package gitlab

import "net/url"

// memberQuery asks for the projects that the account is a member of, in any
// way: its own, inherited, or through a group that a project is shared with.
// more are further pairs of names and values.
func memberQuery(more ...string) url.Values {
	return with(url.Values{"membership": {"true"}}, more)
}

// groupQuery asks for the groups that the account is a member of. That is said
// in so many words, since administrators see all groups by default.
func groupQuery(more ...string) url.Values {
	return with(url.Values{"all_available": {"false"}}, more)
}

func with(query url.Values, more []string) url.Values {
	for i := 0; i+1 < len(more); i += 2 {
		query.Set(more[i], more[i+1])
	}
	return query
}

// projectPasses are the walks that together see every project: one, or two
// where archived projects are a list of their own.
func projectPasses(v version) []func(url.Values) {
	if v.has(archivedByDefault) {
		return []func(url.Values){func(url.Values) {}}
	}
	return []func(url.Values){
		func(q url.Values) { q.Set("archived", "false") },
		func(q url.Values) { q.Set("archived", "true") },
	}
}
