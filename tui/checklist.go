package tui

import (
	"context"
	"fmt"
	"slices"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// testBound is how long the whole test may take.
const testBound = 3 * time.Minute

// A checkList runs Test connection and shows it. The wizard and the Overview
// use the same one.
type checkList struct {
	env    *env
	base   flow.BaseURL
	by     flow.Network // how it is reached
	checks []flow.Check
	report flow.Report // once the test is over
	at     string      // name of the focused row; "" none
	open   bool        // the checks of the server have a row each
	task   task

	promise string // what is said beside the count while the test runs
}

func newCheckList(e *env, promise string) checkList { return checkList{env: e, promise: promise} }

type testOver struct {
	report flow.Report
	err    error
}

// run starts the test anew.
func (l *checkList) run(conn flow.Connection) tea.Cmd {
	return l.runOn(conn.BaseURL, conn.Network, func(context.Context) (flow.Connection, error) { return conn, nil })
}

// runOn is run with a connection that has to be waited for. Where that fails,
// the test says what is wrong with it.
func (l *checkList) runOn(base flow.BaseURL, by flow.Network, await func(context.Context) (flow.Connection, error)) tea.Cmd {
	l.base, l.by, l.at, l.open, l.report = base, by, "", false, flow.Report{}
	l.checks = nil
	for _, name := range flow.CheckNames {
		l.checks = append(l.checks, flow.Check{Name: name, Status: flow.Waiting})
	}
	gitlab := l.env.GitLab
	return l.task.start(l.env, testBound, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		conn, _ := await(ctx)
		report, err := gitlab.Test(ctx, conn, func(c flow.Check) { send(c) })
		return testOver{report, err}
	})
}

// show takes a report that is there already, of a test of base by a network.
func (l *checkList) show(base flow.BaseURL, by flow.Network, r flow.Report) {
	l.base, l.by = base, by
	l.over(r)
}

func (l *checkList) over(r flow.Report) {
	l.report, l.checks = r, r.Checks
	l.at = l.failed().Name
}

func (l *checkList) take(m taskMsg) tea.Cmd {
	msg, cmd := l.task.take(m)
	switch msg := msg.(type) {
	case flow.Check:
		for i := range l.checks {
			if l.checks[i].Name == msg.Name {
				l.checks[i] = msg
			}
		}
	case testOver:
		l.task.stop()
		if msg.err != nil {
			l.timedOut()
			return nil
		}
		l.over(msg.report)
	}
	return cmd
}

// timedOut makes a report of what is there when the bound has passed.
func (l *checkList) timedOut() {
	r := flow.Report{At: l.env.Now()}
	for _, c := range l.checks {
		if !c.Status.Done() {
			c.Status, c.Text = flow.Failed, fmt.Sprintf("no answer for %d minutes", int(testBound.Minutes()))
			c.Hint = "Ask if GitLab is up, then test again."
		}
		r.Checks = append(r.Checks, c)
	}
	l.over(r)
}

func (l *checkList) failed() flow.Check {
	for _, c := range l.checks {
		if c.Status == flow.Failed {
			return c
		}
	}
	return flow.Check{}
}

// rows are the checks as they are shown.
func (l *checkList) rows() []flow.Check {
	if l.open {
		return l.checks
	}
	return flow.Rows(l.checks)
}

// moved takes the keys that move the focus, or unfold the row of the server into
// its checks and fold it again.
func (l *checkList) moved(k tea.KeyPressMsg) bool {
	rows := l.rows()
	at := slices.IndexFunc(rows, func(c flow.Check) bool { return c.Name == l.at })
	switch {
	case key.Matches(k, keys.up):
		l.at = rows[max(at-1, 0)].Name
	case key.Matches(k, keys.down):
		l.at = rows[min(at+1, len(rows)-1)].Name
	case key.Matches(k, keys.right) && !l.open:
		if l.open = true; at < 0 || l.at == flow.ServerRow {
			l.at = l.checks[0].Name
		}
	case key.Matches(k, keys.left) && l.open:
		l.open = false
		if folded := l.rows(); !slices.ContainsFunc(folded, func(c flow.Check) bool { return c.Name == l.at }) {
			l.at = folded[0].Name
		}
	default:
		return false
	}
	return true
}

// keys are those of the page with main, which is what enter does. The key that
// unfolds comes before those that could be missed where it matters most.
func (l *checkList) keys(main key.Binding) []key.Binding {
	folding := shown(keys.right, "right", "unfold")
	if l.open {
		folding = shown(keys.left, "left", "fold")
	}
	if l.open || l.at == flow.ServerRow {
		return []key.Binding{main, folding, keys.again, keys.report, keys.back, keys.help}
	}
	return []key.Binding{main, keys.again, keys.report, folding, keys.back, keys.help}
}
