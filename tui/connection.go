package tui

import (
	"os"
	"path/filepath"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// connection is step 4: Test connection, check by check.
type connection struct {
	w      *wizard
	checks checkList
	say    string
}

func newConnection(w *wizard) step {
	return &connection{w: w, checks: newCheckList(w.env, w.draft.Server.BaseURL, "Nothing is stored yet.")}
}

func (c *connection) enter() tea.Cmd {
	if len(c.w.draft.Report.Checks) > 0 {
		c.checks.show(c.w.draft.Report)
		return nil
	}
	return c.checks.run(c.w.draft.Connection())
}

func (c *connection) typing() bool { return false }
func (c *connection) leave()       { c.checks.task.stop() }
func (c *connection) back() bool   { return true }

func (c *connection) guard() any {
	if c.checks.task.running() {
		return nil
	}
	return c
}

func (c *connection) update(msg tea.Msg) (move, tea.Cmd) {
	switch m := msg.(type) {
	case reportWritten:
		c.say = string(m)
		return move{}, nil
	case taskMsg:
		cmd := c.checks.take(m)
		if !c.checks.task.running() && len(c.checks.report.Checks) > 0 {
			c.w.draft.SetReport(c.checks.report)
			c.w.draft.SuggestName(c.w.taken)
		}
		return move{}, cmd
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || c.checks.task.running() {
		return move{}, nil
	}
	c.say = ""
	switch passed := c.checks.report.Passed(); {
	case key.Matches(k, keys.enter) && passed:
		return move{kind: next}, nil
	case key.Matches(k, keys.enter):
		return move{kind: toStep, step: flow.StepCredentials}, nil
	case key.Matches(k, keys.again):
		c.w.draft.SetReport(flow.Report{})
		return move{}, c.checks.run(c.w.draft.Connection())
	case key.Matches(k, keys.report):
		return move{}, c.write()
	case key.Matches(k, keys.up):
		c.checks.move(-1)
	case key.Matches(k, keys.down):
		c.checks.move(1)
	case key.Matches(k, keys.previous):
		return move{kind: back}, nil
	}
	return move{}, nil
}

// write puts the report into a file, which holds no secret.
func (c *connection) write() tea.Cmd {
	name := filepath.Join(c.w.Dir, "flow-report-"+c.w.Now().Format("20060102-150405")+".txt")
	text := c.checks.text()
	return func() tea.Msg {
		if err := os.WriteFile(name, []byte(text), 0o600); err != nil {
			return reportWritten("The report was not written: " + flow.CleanLine(err.Error(), 100) + ".")
		}
		return reportWritten("Written: " + filepath.Base(name) + " in " + filepath.Dir(name) + ". It holds no secret.")
	}
}

// reportWritten says how writing the report went.
type reportWritten string

func (c *connection) view(width, height int) screen {
	s := screen{body: newBody()}
	c.checks.draw(&s, width, height)
	if c.say != "" {
		s.message = "  " + cut(c.say, width-3)
	}
	switch {
	case c.checks.task.running():
		s.keys = []key.Binding{does(keys.back, "cancel")}
	case c.checks.report.Passed():
		s.keys = []key.Binding{does(keys.enter, "continue"), keys.again, keys.report, keys.back, keys.help}
	default:
		change := "change the token"
		if c.checks.failed().Field == flow.FieldBaseURL {
			change = "change the address"
		}
		s.keys = []key.Binding{does(keys.enter, change), keys.again, keys.report, keys.back, keys.help}
	}
	return s
}

func (c *connection) help() helpPage {
	return helpPage{name: "Test connection",
		left: []helpGroup{{"Checks", [][2]string{{"enter", "what the last row says"}, {"r", "test again"}, {"w", "write a report"}, {"up, down", "one check"}}},
			{"Words", [][2]string{{"ok", "it works"}, {"warning", "it does not stop you"}, {"failed", "it has to be mended"}, {"skipped", "it could not be tried"}}}},
		right: []helpGroup{always}}
}
