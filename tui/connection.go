package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// connection is step 4: with OAuth the doors of a sign-in first, then for every
// method Test connection, check by check.
type connection struct {
	w      *wizard
	doors  *doors
	checks checkList
	say    string
	byDoor any // not nil: the test has started by itself, behind the doors
}

func newConnection(w *wizard) step {
	return &connection{w: w, doors: newDoors(w), checks: newCheckList(w.env, w.promise())}
}

// signingIn reports whether somebody has to sign in before there is anything to
// test.
func (c *connection) signingIn() bool {
	return c.w.draft.Method == flow.OAuth && c.w.draft.Grant.IsZero()
}

func (c *connection) enter() tea.Cmd {
	if c.signingIn() {
		return c.doors.enter()
	}
	c.w.signIn.stop()
	if len(c.w.draft.Report.Checks) > 0 {
		d := &c.w.draft
		c.checks.show(d.Server.BaseURL, d.Network, d.Report)
		return nil
	}
	return c.w.test(&c.checks)
}

// answered goes on when the attempt to sign in has come to its end.
func (c *connection) answered() tea.Cmd {
	c.w.printer.back()
	c.doors.over()
	if c.signingIn() {
		return nil // the page says why
	}
	c.byDoor = new(int)
	return c.w.test(&c.checks)
}

func (c *connection) typing() bool { return c.signingIn() && c.doors.typing() }

func (c *connection) leave() {
	c.checks.task.stop()
	c.doors.leave()
}

func (c *connection) back() bool { return !c.signingIn() || c.doors.back() }

func (c *connection) guard() any {
	switch {
	case c.signingIn():
		return c.doors.guard()
	case c.checks.task.running():
		return c.byDoor
	}
	return c
}

func (c *connection) update(msg tea.Msg) (move, tea.Cmd) {
	switch m := msg.(type) {
	case reportWritten:
		c.say = string(m)
		return move{}, nil
	case taskMsg:
		if c.doors.owns(m) {
			return move{}, c.doors.take(m)
		}
		cmd := c.checks.take(m)
		if !c.checks.task.running() && len(c.checks.report.Checks) > 0 {
			c.w.draft.SetReport(c.checks.report)
			c.w.draft.SuggestName(c.w.taken)
		}
		return move{}, cmd
	}
	if c.signingIn() {
		return c.doors.update(msg)
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || c.checks.task.running() {
		return move{}, nil
	}
	c.say = ""
	switch passed := c.checks.report.Passed(); {
	case key.Matches(k, keys.enter) && passed:
		return move{kind: next}, nil
	case key.Matches(k, keys.enter) && c.checks.failed().Field == flow.FieldSignIn:
		return c.w.signInAnew(), nil
	case key.Matches(k, keys.enter) && c.checks.failed().Field == "": // another answer would not help
	case key.Matches(k, keys.enter):
		c.w.mend = c.checks.failed().Field
		return move{kind: toStep, step: flow.StepCredentials}, nil
	case key.Matches(k, keys.again):
		c.byDoor = nil
		c.w.draft.SetReport(flow.Report{})
		return move{}, c.w.test(&c.checks)
	case key.Matches(k, keys.report):
		return move{}, c.checks.write(c.w.draft.Connection())
	case c.checks.moved(k):
	case key.Matches(k, keys.previous):
		return move{kind: back}, nil
	}
	return move{}, nil
}

func (c *connection) view(width, height int) screen {
	if c.signingIn() {
		return c.doors.view(width, height)
	}
	s := screen{body: newBody()}
	c.checks.draw(&s, width, height)
	if c.say != "" {
		s.message = "  " + cut(c.say, width-3)
	}
	switch {
	case c.checks.task.running():
		s.keys = []key.Binding{does(keys.back, "cancel")}
	case c.checks.report.Passed():
		s.keys = c.checks.keys(does(keys.enter, c.w.onward()))
	case c.checks.failed().Field == "":
		s.keys = c.checks.keys(keys.again)[1:]
	default:
		s.keys = c.checks.keys(does(keys.enter, c.mending()))
	}
	return s
}

// mending is what enter does after a failed test.
func (c *connection) mending() string {
	switch field := c.checks.failed().Field; {
	case field == flow.FieldSignIn:
		return "sign in again"
	case field == flow.FieldBaseURL:
		return "change the address"
	case field == flow.FieldNetwork:
		return "change the network"
	case c.w.draft.Method == flow.OAuth:
		return "change the entries"
	}
	return "change the token"
}

func (c *connection) help() helpPage {
	if c.signingIn() {
		return c.doors.help()
	}
	return testHelp()
}

func testHelp() helpPage {
	return helpPage{name: "Test connection",
		left: []helpGroup{{"Checks", [][2]string{{"enter", "what the last row says"}, {"r", "test again"}, {"w", "write a report"}, {"up, down", "one check"},
			{"right", "all checks of the server"}, {"left", "as one row again"}}},
			{"Words", [][2]string{{"ok", "it works"}, {"warning", "it does not stop you"}, {"failed", "it has to be mended"}, {"skipped", "it could not be tried"}}}},
		right: []helpGroup{always}}
}
