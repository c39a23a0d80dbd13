package gitlab

import (
	"context"
	"errors"
	"regexp"
	"strings"

	"flow"
)

// A holder is whom a token belongs to.
type holder struct {
	name string // @flow-bot
	kind string // what it is where it is no person: a bot of project 42; "": a person, or not told
	bot  bool   // of a project or group: it sees that alone, and its tokens are made there
}

// botNames are how GitLab names the accounts that it makes for the tokens of
// projects and groups, with something random behind since 16.0.
var botNames = regexp.MustCompile(`^(project|group)_([0-9]+)_bot`)

// account checks whom the token belongs to. What a GitLab lets in nowhere it
// says here.
func (t *test) account(ctx context.Context) flow.Check {
	var user struct {
		Username string `json:"username"`
		Bot      bool   `json:"bot"`
		Admin    bool   `json:"is_admin"`
	}
	_, err := t.read(ctx, t.request("user", nil), "the account", &user)
	switch {
	case flow.CausedBy(err, flow.ScopeMissing, flow.Granular):
		return flow.Check{Status: flow.Skipped, Text: "needs the scope read_user or api"}
	case err == nil && user.Username == "":
		err = t.unreadable("the account", errors.New("no username"))
	}
	if err != nil {
		<-t.versionTried
		return t.linked(t.failure(flow.CheckAccount, flow.FaultOf(err)))
	}
	t.who = holder{name: "@" + clean(t.redact, user.Username, 80)}
	check := flow.Check{Status: flow.OK}
	belongs := botNames.FindStringSubmatch(user.Username)
	switch {
	case belongs != nil:
		t.who.kind, t.who.bot = "a bot of "+belongs[1]+" "+belongs[2], true
	case strings.HasPrefix(user.Username, "service_account_"):
		t.who.kind = "a service account"
	case user.Bot:
		t.who.kind = "a bot"
	case user.Admin:
		t.who.kind = "an administrator"
		check.Hint = "Flow reads no more than an account with Reporter does. Whoever gets hold of an administrator's token can change everything."
	}
	check.Text = "signed in as " + t.who.name
	switch long := len(check.Text+t.who.kind)+2 > textWidth; {
	case t.who.kind != "" && long:
		check.Text = "signed in as " + t.who.kind + ", " + t.who.name
	case t.who.kind != "":
		check.Text += ", " + t.who.kind
	}
	t.mu.Lock()
	t.report.Account = t.who.name
	t.mu.Unlock()
	return check
}

// called is the account in a sentence. The name of a bot says less than what it is.
func (t *test) called() string {
	switch {
	case t.who.name == "":
		return "the account"
	case t.who.bot:
		return t.who.kind
	}
	return t.who.name
}

// linked adds the page where a token is made to a check that needs another one.
// That of a bot is a page of its project or group, which is not known by path.
// Both the version and the account must have been tried.
func (t *test) linked(check flow.Check) flow.Check {
	if check.Field == flow.FieldToken && !t.who.bot {
		pages, _ := t.span.tokenPages(t.base)
		check.Link = pages[0]
	}
	return check
}
