package gitlabtest

import "slices"

// hookEvent is a reason to send a hook of a project, with the release that
// brought it, or the first that was seen to have it.
type hookEvent struct {
	name  string
	since since
}

var hookEvents = []hookEvent{
	{name: "push"},
	{name: "tag_push"},
	{name: "merge_requests"},
	{"repository_update", since{9, 2}},
	{name: "issues"},
	{"confidential_issues", since{10, 3}},
	{name: "note"},
	{"confidential_note", since{10, 7}},
	{name: "pipeline"},
	{name: "wiki_page"},
	{"deployment", since{13, 0}},
	{"feature_flag", since{13, 5}},
	{name: "job"},
	{"releases", since{13, 8}},
	{"milestone", since{17, 6}},
	{"emoji", since{16, 2}},
	{"resource_access_token", since{16, 10}},
	{"vulnerability", since{17, 7}},
}

// serveHooks is for those who administer the project. An archived one still
// lists them.
func serveHooks(k *call) answer {
	p, a := k.findProject()
	if p == nil {
		return a
	}
	if !k.administers(p) {
		return forbidden()
	}
	hooks := k.company.hooks[p.ID]
	s := k.section(len(hooks))
	var e entity
	e.open('[')
	for _, h := range hooks[s.from:s.to] {
		k.writeHook(&e, p, h)
	}
	e.shut(']')
	return k.sendSection(s, e.buf)
}

func (k *call) writeHook(e *entity, p *Project, h *Hook) {
	e.open('{')
	e.number("id", h.ID)
	e.text("url", h.URL)
	if k.release.since(17, 1) {
		e.textOrNull("name", h.Name)
		e.textOrNull("description", h.Description)
	}
	e.time("created_at", h.CreatedAt)
	for _, event := range hookEvents {
		if k.release.since(event.since.major, event.since.minor) {
			e.flag(event.name+"_events", slices.Contains(h.Events, event.name))
		}
	}
	if k.release.since(11, 3) {
		e.null("push_events_branch_filter")
	}
	if k.release.since(15, 3) {
		e.text("branch_filter_strategy", "wildcard")
	}
	e.flag("enable_ssl_verification", !h.NoVerify)
	e.number("project_id", p.ID)
	k.writeHookState(e, h)
	e.shut('}')
}

// writeHookState: the token itself can never be read back. That there is one is
// told since 19.0, with signing.
func (k *call) writeHookState(e *entity, h *Hook) {
	if k.release.since(15, 1) {
		e.text("alert_status", h.alert(k))
		e.time("disabled_until", h.DisabledUntil)
	}
	if k.release.since(15, 2) {
		e.raw("url_variables", "[]")
	}
	if k.release.since(16, 10) {
		e.null("custom_webhook_template")
	}
	if k.release.since(17, 0) {
		e.raw("custom_headers", "[]")
	}
	if k.release.since(19, 0) {
		e.flag("token_present", h.HasToken)
		e.flag("signing_token_present", h.Signs)
	}
}

func (h *Hook) alert(k *call) string {
	switch {
	case h.Disabled:
		return "disabled"
	case h.DisabledUntil.After(k.now()):
		return "temporarily_disabled"
	}
	return "executable"
}
