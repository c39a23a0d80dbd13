package tui

import (
	"context"
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// create is step 7: all answers, where the secret will be kept, and one
// transaction. If it fails nothing is stored and the draft stays.
type create struct {
	w      *wizard
	at     int // row of answers; len(answers) is Create
	saving task
	bad    *flow.Fault
}

func newCreate(w *wizard) step {
	c := &create{w: w}
	c.at = len(c.answers())
	return c
}

func (c *create) enter() tea.Cmd { return nil }
func (c *create) typing() bool   { return false }
func (c *create) leave()         {}

func (c *create) guard() any {
	if c.saving.running() {
		return nil
	}
	return c
}

// back is not possible while the transaction runs: it takes a moment and must
// not end unseen.
func (c *create) back() bool { return !c.saving.running() }

// An answer is one row of the summary, and the step that changes it.
type answer struct {
	label, value string
	step         flow.Step
}

func (c *create) answers() []answer {
	d := &c.w.draft
	provider, _ := flow.ProviderByID(d.Provider)
	token := strings.Repeat("*", min(d.Token.Len(), 26)) + "   "
	if d.Report.Expires.IsZero() {
		token += "no expiry known"
	} else {
		token += "expires " + flow.Expiry(c.w.Now(), d.Report.Expires)
	}
	return []answer{
		{"Provider", provider.Name, flow.StepProvider},
		{"Method", d.Method.String(), flow.StepMethod},
		{"Base URL", d.Server.BaseURL.String(), flow.StepCredentials},
		{"Token", token, flow.StepCredentials},
		{"Account", d.Report.Account, flow.StepCredentials},
		{"Services", d.Chosen().String(), flow.StepServices},
		{"Name", d.Name, flow.StepName},
	}
}

type created struct {
	in  flow.Integration
	err error
}

func (c *create) update(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok {
		got, _ := c.saving.take(m)
		if done, ok := got.(created); ok {
			c.saving.stop()
			return c.created(done)
		}
		return move{}, nil
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok || c.saving.running() {
		return move{}, nil
	}
	answers := c.answers()
	switch {
	case key.Matches(k, keys.up):
		c.at = max(c.at-1, 0)
	case key.Matches(k, keys.down):
		c.at = min(c.at+1, len(answers))
	case key.Matches(k, keys.previous):
		return move{kind: back}, nil
	case key.Matches(k, keys.enter) && c.at < len(answers):
		return c.w.change(answers[c.at].step), nil
	case key.Matches(k, keys.enter):
		return move{}, c.create()
	}
	return move{}, nil
}

func (c *create) create() tea.Cmd {
	c.bad = nil
	setup, store, draft := c.w.setup(), c.w.Store, c.w.draft
	return c.saving.start(c.w.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		in, err := setup.Create(ctx, draft)
		if err == nil {
			_ = store.DropDraft(ctx) // at worst it is offered once more
		}
		return created{in, err}
	})
}

func (c *create) created(done created) (move, tea.Cmd) {
	switch {
	case done.err == nil:
		return c.w.created(newDetails(c.w.env, done.in, true)), nil
	case flow.CausedBy(done.err, flow.NameTaken):
		c.w.taken = append(c.w.taken, c.w.draft.Name)
		m := c.w.change(flow.StepName)
		return m, nil
	}
	c.bad = flow.FaultOf(done.err)
	return move{}, nil
}

func (c *create) view(width, _ int) screen {
	st, s := c.w.styles, screen{body: newBody()}
	b := &s.body
	b.add("  " + st.bold.Render("Check and create"))
	b.blank()
	const label = 15
	answers := c.answers()
	for i, a := range answers {
		if i == c.at {
			b.focus(2)
		}
		b.add(st.mark(i == c.at) + st.label(a.label, label, i == c.at) + cut(a.value, width-3-label))
	}
	if c.w.draft.Server.BaseURL.IsPlain() {
		b.add("  " + pad("", label) + st.yellow.Render("Over http: others on the way can read the token."))
	}
	b.blank()
	report := c.w.draft.Report
	b.detail("  " + pad("Tested", label) + flow.Ago(c.w.Now(), report.At) + ": " + report.Tally())
	b.add("  " + pad("Found", label) + report.Found())
	c.viewKept(b, label, width)
	b.blank()
	if c.at == len(answers) {
		b.focus(2)
	}
	b.add(st.mark(c.at == len(answers)) + st.label("Create", label, c.at == len(answers)))
	b.blank()
	b.prose(width, 2, dropDetail, "Then you choose the groups to import. Nothing is imported before that.")
	switch {
	case c.saving.running():
		s.message = "  Creating..."
	case c.bad != nil:
		s.about = "  " + st.red.Render(cut(c.bad.Sentence(), width-3))
		s.message = "  " + cut(strings.Replace(c.bad.Next(), "press s again", "press enter again", 1), width-3)
	}
	switch {
	case c.saving.running():
	case c.at == len(answers):
		s.keys = []key.Binding{does(keys.enter, "create"), shown(keys.up, "up", "change an answer"), keys.back, keys.help}
	default:
		s.keys = []key.Binding{does(keys.enter, "change it"), keys.up, keys.back, keys.help}
	}
	return s
}

func (c *create) viewKept(b *body, label, width int) {
	text := fmt.Sprintf("in %s, the token sealed. Its key is in %s. Only you can read these.", c.w.Database, c.w.Key)
	if c.w.Demo != nil {
		text = "for this demo only, in a folder that is removed when you leave."
	}
	if width < narrow && c.w.Demo == nil {
		text = "sealed, in " + c.w.Database
	}
	for i, row := range wrap(text, width-3-label) {
		name := ""
		if i == 0 {
			name = "Will be kept"
		}
		b.add("  " + pad(name, label) + row)
	}
}

func (c *create) help() helpPage {
	return helpPage{name: "Create",
		left:  []helpGroup{{"Choose", [][2]string{{"enter", "create, or change the answer"}, {"up, down", "one row"}}}},
		right: []helpGroup{always}}
}
