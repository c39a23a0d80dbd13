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
	answers := []answer{
		{"Provider", provider.Name, flow.StepProvider},
		{"Method", d.Method.String(), flow.StepMethod},
		{"Base URL", d.Server.BaseURL.String(), flow.StepCredentials},
	}
	if words := withoutAccepted(d.Network).Words(); len(words) > 0 {
		answers = append(answers, answer{networkFact, strings.Join(words, ", "), flow.StepCredentials})
	}
	account := answer{"Account", d.Report.Account, flow.StepCredentials}
	if d.Method == flow.OAuth {
		account.step = flow.StepConnection
		answers = append(answers,
			answer{"Client ID", d.App.ClientID, flow.StepCredentials},
			answer{"Sign-in", renews(d.Report), flow.StepConnection})
	} else {
		answers = append(answers, answer{"Token", c.token(), flow.StepCredentials})
	}
	return append(answers, account,
		answer{"Services", d.Chosen().String(), flow.StepServices},
		answer{"Name", d.Name, flow.StepName})
}

// token is the token's row: its length, and when it ends.
func (c *create) token() string {
	d := &c.w.draft
	stars := strings.Repeat("*", min(d.Token.Len(), 26)) + "   "
	if d.Report.Expires.IsZero() {
		return stars + "no expiry known"
	}
	return stars + "expires " + flow.Expiry(c.w.Now(), d.Report.Expires)
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
	case key.Matches(k, keys.enter) && isOver(c.bad):
		c.w.changing = true
		return c.w.signInAnew(), nil
	case key.Matches(k, keys.enter):
		return move{}, c.create()
	}
	return move{}, nil
}

func (c *create) create() tea.Cmd {
	w := c.w
	c.bad, w.storing = nil, w.draft.Method == flow.OAuth
	await, renew := w.connect()
	setup, store, draft, leaving := w.setup(), w.Store, w.draft, w.ctx
	create := c.saving.start(w.env, createBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := await(ctx)
		draft.Grant = conn.Grant
		var in flow.Integration
		if err == nil {
			in, err = setup.Create(ctx, draft)
		}
		if err == nil {
			_ = store.DropDraft(ctx) // at worst it is offered once more
		} else if leaving.Err() != nil {
			abandon(ctx, setup, conn, draft.Report)
		}
		return created{in, err}
	})
	return tea.Batch(create, renew)
}

// createBound leaves time to renew a sign-in that has waited here.
const createBound = renewBound + storeBound

func (c *create) created(done created) (move, tea.Cmd) {
	if done.err == nil {
		return c.w.created(newDetails(c.w.env, done.in, true)), nil
	}
	c.w.storing = false
	if flow.CausedBy(done.err, flow.NameTaken) {
		c.w.taken = append(c.w.taken, c.w.draft.Name)
		return c.w.change(flow.StepName), nil
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
	b.add(prefixed("  "+pad("", label), accepted(st, c.w.draft.Server.BaseURL, c.w.draft.Network, width-3-label))...)
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
	case isOver(c.bad) && c.at == len(answers):
		s.keys = []key.Binding{does(keys.enter, "sign in again"), shown(keys.up, "up", "change an answer"), keys.back, keys.help}
	case c.at == len(answers):
		s.keys = []key.Binding{does(keys.enter, "create"), shown(keys.up, "up", "change an answer"), keys.back, keys.help}
	default:
		s.keys = []key.Binding{does(keys.enter, "change it"), keys.up, keys.back, keys.help}
	}
	return s
}

func (c *create) viewKept(b *body, label, width int) {
	text := fmt.Sprintf("in %s, the %s sealed. Its key is in %s. Only you can read these.", c.w.Database, credential(c.w.draft.Method), c.w.Key)
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
