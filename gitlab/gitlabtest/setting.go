package gitlabtest

// setting is a key of an entity that has the same value in every one of them on
// this GitLab.
type setting struct {
	key, value string
	since      since
	until      since // the release that dropped it
	enterprise bool
	maintainer bool // of a project: shown to those who administer it
}

// settings are constant keys, rendered once for the release that is played.
// They make up half of a full project.
type settings struct{ forEveryone, forMaintainers []byte }

func settingsOf(r release, list []setting) settings {
	var everyone, maintainers entity
	for _, s := range list {
		gone := s.until != (since{}) && r.since(s.until.major, s.until.minor)
		if gone || !r.since(s.since.major, s.since.minor) || s.enterprise && !r.enterprise {
			continue
		}
		if s.maintainer {
			maintainers.raw(s.key, s.value)
		} else {
			everyone.raw(s.key, s.value)
		}
	}
	return settings{everyone.buf, maintainers.buf}
}

// constants are the constant keys of everything but projects.
type constants struct{ group, user, issue, mergeRequest []byte }

func constantsOf(r release) constants {
	return constants{
		group:        settingsOf(r, groupSettings).forEveryone,
		user:         settingsOf(r, userSettings).forEveryone,
		issue:        settingsOf(r, issueSettings).forEveryone,
		mergeRequest: settingsOf(r, mergeRequestSettings).forEveryone,
	}
}
