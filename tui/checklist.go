package tui

import (
	"context"
	"fmt"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// testBound is how long the whole test may take.
const testBound = 3 * time.Minute

// A checkList runs Test connection and shows it. The wizard and the Overview
// use the same one.
type checkList struct {
	env    *env
	base   flow.BaseURL
	checks []flow.Check
	report flow.Report // once the test is over
	at     int         // focused check; -1 none
	task   task

	promise string // what is said beside the count while the test runs
}

func newCheckList(e *env, base flow.BaseURL, promise string) checkList {
	return checkList{env: e, base: base, at: -1, promise: promise}
}

type testOver struct {
	report flow.Report
	err    error
}

// run starts the test anew.
func (l *checkList) run(conn flow.Connection) tea.Cmd {
	return l.runOn(conn.BaseURL, func(context.Context) (flow.Connection, error) { return conn, nil })
}

// runOn is run with a connection that has to be waited for. Where that fails,
// the test says what is wrong with it.
func (l *checkList) runOn(base flow.BaseURL, await func(context.Context) (flow.Connection, error)) tea.Cmd {
	l.base, l.at, l.report = base, -1, flow.Report{}
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

// show takes a report that is there already.
func (l *checkList) show(r flow.Report) {
	l.report, l.checks, l.at = r, r.Checks, -1
	l.focusFailed()
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
		l.show(msg.report)
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
	l.show(r)
}

func (l *checkList) focusFailed() {
	for i, c := range l.checks {
		if c.Status == flow.Failed {
			l.at = i
			return
		}
	}
}

func (l *checkList) failed() flow.Check {
	for _, c := range l.checks {
		if c.Status == flow.Failed {
			return c
		}
	}
	return flow.Check{}
}

func (l *checkList) move(d int) {
	l.at = min(max(l.at+d, 0), len(l.checks)-1)
}

const (
	statusWidth = 10
	checkWidth  = 11
)

// draw adds title, checks and the line that counts them, where the cursor is
// while the test runs; in a low window that line is the message. What explains a
// check stands below the focused one.
func (l *checkList) draw(s *screen, width, height int) {
	st, b := l.env.styles, &s.body
	b.add("  " + st.bold.Render("Test connection") + "   " + cut(l.base.String(), width-22))
	if l.base.IsPlain() {
		b.add("  " + st.yellow.Render("Over http: others on the way can read the token."))
	}
	b.blank()
	indent := 2 + statusWidth + checkWidth
	for i, c := range l.checks {
		focused := i == l.at
		if focused {
			b.focus(2)
		}
		room := width - 1 - indent
		rows := []string{c.Text}
		if focused {
			rows = wrap(c.Text, room)
		}
		b.add(st.mark(focused) + st.check(c.Status, pad(string(c.Status), statusWidth)) + pad(c.Name, checkWidth) + cut(rows[0], room))
		for _, row := range rows[1:] {
			b.add(strings.Repeat(" ", indent) + row)
		}
		if focused || c.Status == flow.Failed && l.at < 0 {
			l.explain(b, c, indent, width)
		}
	}
	count := "  " + l.count()
	if first, _, more := strings.Cut(count, ". "); more && ansi.StringWidth(count) > width-1 {
		count = first + "." // what follows only reassures
	}
	if height < lowHeight {
		s.message = count
		return
	}
	b.blank()
	if l.at < 0 {
		b.focus(2)
	}
	b.add(count)
}

// count says how many checks are done, at the end how the test went.
func (l *checkList) count() string {
	if l.task.running() {
		done := 0
		for _, c := range l.checks {
			if c.Status.Done() {
				done++
			}
		}
		return fmt.Sprintf("%d of %d checks done. %s", done, len(l.checks), l.promise)
	}
	return l.report.Summary()
}

func (l *checkList) explain(b *body, c flow.Check, indent, width int) {
	lead, room := strings.Repeat(" ", indent), width-1-indent
	if width < narrow {
		lead, room = "    ", width-5
	}
	if c.Hint != "" {
		for _, row := range wrap(c.Hint, room) {
			b.add(lead + row)
		}
	}
	if c.Link != "" {
		b.addLines(l.env.styles.address(c.Link, width)...)
	}
	if c.Says != "" {
		b.add(lead + cut("GitLab says: "+c.Says, room))
	}
}

// text is the report for a file.
func (l *checkList) text() string {
	var t strings.Builder
	fmt.Fprintf(&t, "Test connection   %s\n%s\n\n", l.base, l.report.At.Format(time.RFC1123))
	for _, c := range l.checks {
		fmt.Fprintf(&t, "%s%s%s   %d ms\n", pad(string(c.Status), statusWidth), pad(c.Name, checkWidth), c.Text, c.Took.Milliseconds())
		for _, extra := range []string{c.Hint, c.Link} {
			if extra != "" {
				fmt.Fprintf(&t, "%s%s\n", strings.Repeat(" ", statusWidth+checkWidth), extra)
			}
		}
		if c.Says != "" {
			fmt.Fprintf(&t, "%sGitLab says: %s\n", strings.Repeat(" ", statusWidth+checkWidth), c.Says)
		}
	}
	fmt.Fprintf(&t, "\n%s\n", l.report.Summary())
	return t.String()
}
