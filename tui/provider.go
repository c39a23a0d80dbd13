package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// provider is step 1: which GitLab. A draft that was kept is offered first.
type provider struct {
	w        *wizard
	at       int
	offering bool // Continue or Start over
}

func newProvider(w *wizard) step {
	p := &provider{w: w, offering: w.kept.Provider != ""}
	for i, known := range flow.Providers {
		if !p.offering && known.ID == w.draft.Provider {
			p.at = i
		}
	}
	return p
}

func (p *provider) enter() tea.Cmd { return nil }
func (p *provider) typing() bool   { return false }
func (p *provider) leave()         {}
func (p *provider) back() bool     { return true }

func (p *provider) rows() int {
	if p.offering {
		return 2
	}
	return len(flow.Providers)
}

func (p *provider) update(msg tea.Msg) (move, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return move{}, nil
	}
	switch {
	case key.Matches(k, keys.up):
		p.at = max(p.at-1, 0)
	case key.Matches(k, keys.down):
		p.at = min(p.at+1, p.rows()-1)
	case key.Matches(k, keys.enter) && p.offering:
		return p.choose()
	case key.Matches(k, keys.enter):
		p.w.draft.SetProvider(flow.Providers[p.at])
		p.w.takeNetwork()
		return move{kind: next}, nil
	}
	return move{}, nil
}

// choose goes on with the kept draft or drops it. A step that needs a secret
// can't be gone past: it was not kept.
func (p *provider) choose() (move, tea.Cmd) {
	kept := p.w.kept
	p.w.kept, p.offering = flow.Draft{}, false
	if p.at == 1 {
		p.at = 0
		drop := func() tea.Msg { _ = p.w.Store.DropDraft(p.w.ctx); return nil }
		return move{}, drop
	}
	p.w.draft = kept
	p.w.takeOptions()
	p.w.takeNetwork()
	return move{kind: toStep, step: min(kept.Step, flow.StepCredentials)}, nil
}

func (p *provider) view(width, _ int) screen {
	st, s := p.w.styles, screen{body: newBody()}
	s.message = screenReader(width)
	s.keys = []key.Binding{keys.up, keys.enter, keys.help, keys.leave}
	if p.w.came != nil {
		s.keys = []key.Binding{keys.up, keys.enter, does(keys.back, "integrations"), keys.help, keys.leave}
	}
	b := &s.body
	b.add("  " + st.bold.Render("Connect a GitLab to Flow"))
	b.blank()
	if p.offering {
		p.offer(b)
		return s
	}
	b.prose(width, 2, dropDetail, "Flow reads commits, merge requests and issues, and reports on them.")
	b.add("  Which GitLab do you want to connect?")
	b.blank()
	for i, known := range flow.Providers {
		if i == p.at {
			b.focus(2)
		}
		about := known.About
		if width < narrow {
			about = strings.Replace(about, "version ", "", 1)
		}
		b.add(st.mark(i == p.at) + st.label(known.Name, 21, i == p.at) + about)
	}
	b.blank()
	b.add("  Have ready")
	if width >= roomy {
		b.add("    Address    what you type in a browser to reach your GitLab",
			"    Account    best one made for Flow (a service account), not a person's own",
			"    Role       Reporter in every group to connect;",
			"               Maintainer or Owner where you also want webhooks")
	} else {
		b.add("    Address    what you type in a browser",
			"    Account    best one made for Flow, not a person's own",
			"    Role       Reporter; for webhooks Maintainer, Owner")
	}
	b.blank()
	b.prose(width, 2, 0, "No secret is stored before the last step. esc always goes back one step.")
	return s
}

// screenReader tells those who can't use a screen what they can use; nothing
// tells a program over SSH that they are there.
func screenReader(width int) string {
	if width < narrow {
		return "  With a screen reader: ctrl+c, then  flow connect --help"
	}
	return "  With a screen reader: leave with ctrl+c and use  flow connect --help"
}

func (p *provider) offer(b *body) {
	st, kept := p.w.styles, p.w.kept
	b.add(fmt.Sprintf("  You stopped at %s, %s. Secrets were not kept.", kept.Step, flow.Ago(p.w.Now(), kept.StoppedAt)))
	b.blank()
	for i, row := range [][2]string{{"Continue", kept.Address}, {"Start over", ""}} {
		if i == p.at {
			b.focus(2)
		}
		b.add(st.mark(i == p.at) + st.label(row[0], 21, i == p.at) + row[1])
	}
}

func (p *provider) help() helpPage {
	return helpPage{name: "Provider",
		left: []helpGroup{{"Choose", [][2]string{{"up, down", "one row"}, {"enter", "choose and go on"}}},
			{"In fields", [][2]string{{"tab", "next field"}, {"shift+tab", "previous field"}, {"ctrl+u", "clear"}, {"ctrl+w", "delete a word"}}}},
		right: []helpGroup{always}}
}
