package tui

import (
	"context"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// A reconnection makes a wizard sign in again for an integration: its pages
// Method, Credentials and Connection lie over the details. What is stored stays
// in use until something else has passed the test.
type reconnection struct {
	d       *details
	first   flow.Step   // the page that came up; esc there leads back
	reused  flow.Secret // the stored client secret, once it was taken over: it is never shown
	opened  bool        // the secrets of the stored network were read, as far as that goes
	storing task
	bad     *flow.Fault
}

// reconnectBound is how long storing may take: another program may hold the
// sign-in, and the old one is revoked.
const reconnectBound = 2 * time.Minute

// newReconnection opens the wizard with the answers of an integration; secrets
// are given anew.
func newReconnection(d *details, first flow.Step, mend flow.Field) *wizard {
	in := d.in
	w := &wizard{env: d.env, draft: flow.NewDraft(), mend: mend, again: &reconnection{d: d, first: first}}
	provider, _ := flow.ProviderByID(in.Provider)
	w.draft.SetProvider(provider)
	w.draft.SetMethod(in.Method)
	w.draft.SetAddress(in.BaseURL.String())
	w.draft.Network = in.Network
	w.draft.Services, w.draft.Name, w.draft.Named = in.Services, in.Name, true
	w.takeOptions()
	app := flow.Application{ClientID: in.App.ClientID, Redirect: w.draft.App.Redirect}
	if app.Redirect == "" {
		app.Redirect = in.App.Redirect
	}
	w.draft.SetApplication(app)
	w.open(first)
	return w
}

type reconnected struct {
	in         flow.Integration // also where somebody else has changed it: as it is now
	notRevoked error
	err        error
}

// reconnect stores what has passed the test.
func (w *wizard) reconnect() tea.Cmd {
	a := w.again
	a.bad, w.storing = nil, true
	await, renew := w.connect()
	setup, reviews, in, report, leaving := w.setup(), w.Store, a.d.in, w.draft.Report, w.ctx
	store := a.storing.start(w.env, reconnectBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		conn, err := await(ctx)
		var done reconnected
		if err == nil {
			done.in, done.notRevoked, err = setup.Reconnect(ctx, in, conn, report)
		}
		if done.err = err; flow.CausedBy(err, flow.ChangedMeanwhile) {
			if review, err := reviews.Review(ctx, in.ID); err == nil {
				done.in = review.Integration
			}
		}
		if err != nil && leaving.Err() != nil {
			abandon(ctx, setup, conn, report)
		}
		return done
	})
	return tea.Batch(store, renew)
}

// owns reports whether a message belongs to storing, or to the details behind.
func (a *reconnection) owns(m taskMsg) bool {
	return m.run == a.storing.run || m.run == a.d.loader.run || m.run == a.d.discovery.run
}

func (w *wizard) reconnectUpdate(m taskMsg) (move, tea.Cmd) {
	a := w.again
	if m.run != a.storing.run {
		_, cmd := a.d.update(m)
		return move{}, cmd
	}
	done, ok := m.msg.(reconnected)
	if !ok {
		return move{}, nil
	}
	a.storing.stop()
	if done.err != nil {
		w.storing = false
		if a.bad = flow.FaultOf(done.err); done.in.ID != 0 {
			a.d.in = done.in // enter stores over it now
		}
		return move{}, nil
	}
	a.d.notice = said(a.d.in, done)
	a.d.in, a.d.broken = done.in, nil
	w.draft = flow.Draft{}
	return w.backToDetails()
}

// said tells how it went: as whom, if that is another one than before, and what
// is left of the old sign-in.
func said(before flow.Integration, now reconnected) string {
	text := "Signed in again as " + now.in.Report.Account
	if was := before.Report.Account; was != now.in.Report.Account {
		text += "; before, it was " + was
	}
	if now.notRevoked != nil {
		return text + ". The old sign-in stays valid in GitLab until you revoke it there."
	}
	return text + ". Tested: " + now.in.Report.Tally() + "."
}

func (w *wizard) backToDetails() (move, tea.Cmd) {
	w.leave()
	return w.again.d.resume(), w.again.d.load()
}

// askBeforeLeaving asks about what is not saved in the details behind.
func (w *wizard) askBeforeLeaving() (page, bool) {
	if w.again == nil {
		return nil, false
	}
	question, ask := w.again.d.askBeforeLeaving()
	if ask {
		w.leave() // staying leads to the details
	}
	return question, ask
}

// viewReconnection adds what is said while an integration signs in again.
func (w *wizard) viewReconnection(s *screen, width int) {
	a, st := w.again, w.styles
	switch {
	case a.storing.running():
		s.message, s.keys = "  Saving...", nil
	case a.bad != nil:
		next := strings.Replace(a.bad.Next(), "press s again", "press enter again", 1)
		if a.bad.Cause == flow.ChangedMeanwhile {
			next = "enter stores this sign-in all the same, esc leaves it."
		}
		var rows []string
		for _, row := range wrap(a.bad.Sentence(), width-3) {
			rows = append(rows, st.red.Render(row))
		}
		s.say(append(rows, wrap(next, width-3)...))
	case w.movesElsewhere() && s.about == "" && (w.at != flow.StepConnection || w.draft.Report.Passed()):
		// What is stored stays with its integration: nothing can tell whether the
		// GitLab at the new address is the same one.
		known := "Flow matches groups and repos by GitLab's numbers:"
		if width < narrow {
			known = "Repos are matched by GitLab's numbers:"
		}
		said := s.message
		s.say([]string{st.yellow.Render("Another address. " + known), "a different GitLab should be an integration of its own."})
		if said != "" {
			s.about, s.message = s.about+"\n"+s.message, said
		}
	case w.at != flow.StepConnection && s.message == "":
		s.message = "  Until this passes its test, the old " + credential(a.d.in.Method) + " stays in use."
	}
}

// promise says what a test leaves alone.
func (w *wizard) promise() string {
	if w.again != nil {
		return "What is stored stays as it is."
	}
	return "Nothing is stored yet."
}

// onward is what enter does after a test that has passed.
func (w *wizard) onward() string {
	switch {
	case w.again == nil:
		return "continue"
	case isOver(w.again.bad):
		return "sign in again"
	}
	return "save"
}

// movesElsewhere reports whether the base URL is another one than the stored.
func (w *wizard) movesElsewhere() bool {
	found := w.draft.Server.BaseURL
	return !found.IsZero() && found != w.again.d.in.BaseURL
}
