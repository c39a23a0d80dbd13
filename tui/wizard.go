package tui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// steps is the wizard, in order.
var steps = [...]func(*wizard) step{
	flow.StepProvider:    newProvider,
	flow.StepMethod:      newMethod,
	flow.StepCredentials: newCredentials,
	flow.StepConnection:  newConnection,
	flow.StepServices:    newServices,
	flow.StepName:        newName,
	flow.StepCreate:      newCreate,
}

// A step is a page of the wizard. It reads and writes the wizard's draft, which
// outlives it: going back shows the old answers.
type step interface {
	page
	// back is what esc does beside going back a step; false: the step took it.
	back() bool
}

// A wizard leads from nothing to an integration, or signs in again for one.
type wizard struct {
	*env
	draft flow.Draft
	at    flow.Step
	step  step
	came  page          // where esc on the first step leads; nil leaves nowhere
	again *reconnection // an integration signs in again; nil: a new one is connected

	changing bool // an answer is changed from Create, to come back there
	kept     flow.Draft
	loader   task
	taken    []string // names of the integrations that there are

	net   *networkFields // the entries on how GitLab is reached; nil until they are asked for
	mend  flow.Field     // the answer that Credentials opens at; "": the first that is missing
	wrong *flow.Fault    // what GitLab says to the credentials; shown there

	renewal *renewal    // of the draft's sign-in; nil: none runs
	tested  flow.Report // the last one of that sign-in
	storing bool        // it is being stored: whoever does that ends it if it fails
	signIn  signIn      // the attempt to get one, whichever step is on screen
}

// newWizard starts with an empty draft, or offers to go on with a kept one.
func newWizard(e *env, kept flow.Draft, came page) *wizard {
	w := &wizard{env: e, draft: flow.NewDraft(), came: came, kept: kept}
	if e.Demo != nil && !e.Demo.OAuth {
		w.draft.Method = flow.AccessToken
	}
	w.takeOptions()
	w.takeNetwork()
	w.open(flow.StepProvider)
	return w
}

// takeOptions takes what the command line says of signing in.
func (w *wizard) takeOptions() { w.draft.App.Redirect, w.draft.Port = w.Redirect, w.Port }

// takeNetwork takes what the command line says of how a new GitLab is reached,
// whichever it is. A proxy that was given on screen stays.
func (w *wizard) takeNetwork() {
	if n, given := w.Network, w.draft.Network; !n.IsZero() && w.again == nil {
		if given.Proxy != "" {
			n.Proxy, n.ProxyPassword = given.Proxy, given.ProxyPassword
		}
		w.draft.SetNetwork(n)
	}
}

func (w *wizard) open(s flow.Step) {
	if w.step != nil {
		w.step.leave()
	}
	if w.again != nil {
		w.again.bad = nil
	}
	w.at, w.draft.Step = s, max(w.draft.Step, s)
	w.step = steps[s](w)
}

type wizardLoaded struct {
	names []string
	kept  flow.Draft
	err   error
}

func (w *wizard) enter() tea.Cmd {
	if w.again != nil {
		return w.step.enter()
	}
	store := w.Store
	load := w.loader.start(w.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		list, err := store.List(ctx)
		if err != nil {
			return wizardLoaded{err: err}
		}
		var names []string
		for _, in := range list {
			names = append(names, in.Name)
		}
		kept, _, err := store.KeptDraft(ctx)
		return wizardLoaded{names, kept, err}
	})
	return tea.Batch(load, w.step.enter())
}

// offer brings up a kept draft, unless the user is on the way already.
func (w *wizard) offer(kept flow.Draft) {
	if kept.Provider != "" && w.kept.Provider == "" && w.at == flow.StepProvider && w.draft.Provider == "" {
		w.kept = kept
		w.open(flow.StepProvider)
	}
}

func (w *wizard) update(msg tea.Msg) (move, tea.Cmd) {
	switch m := msg.(type) {
	case renewed:
		w.took(m)
		return move{}, nil
	case taskMsg:
		if m.run == w.loader.run {
			if loaded, ok := m.msg.(wizardLoaded); ok && loaded.err == nil {
				w.taken = loaded.names
				w.offer(loaded.kept)
			}
			w.loader.stop()
			return move{}, nil
		}
		if w.again != nil && w.again.owns(m) {
			return w.reconnectUpdate(m)
		}
	case tea.KeyPressMsg, tea.PasteMsg:
		if w.again != nil && w.again.storing.running() {
			return move{}, nil
		}
	}
	was := w.signedIn()
	to, cmd := w.pass(msg)
	w.signInChanged(was)
	w.keepSignIn()
	return to, cmd
}

// pass hands a message to the step and goes where it wants.
func (w *wizard) pass(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok && w.signIn.owns(m) {
		return move{}, w.hear(m)
	}
	if k, ok := msg.(tea.KeyPressMsg); ok && key.Matches(k, keys.back) && w.step.back() {
		return w.follow(move{kind: back})
	}
	m, cmd := w.step.update(msg)
	to, cmd2 := w.follow(m)
	return to, tea.Batch(cmd, cmd2)
}

// follow follows a move between steps; what leads out of the wizard is returned.
func (w *wizard) follow(m move) (move, tea.Cmd) {
	switch m.kind {
	case next:
		if w.again != nil && w.at == flow.StepConnection {
			if !isOver(w.again.bad) {
				return move{}, w.reconnect()
			}
			w.open(w.signInAnew().step)
			break
		}
		to := w.at + 1
		// A change made from Create leads back there, unless it undid a later
		// answer, which comes first.
		if w.changing {
			if missing, err := w.draft.CheckAll(w.taken); err == nil || missing > w.at {
				to = missing
			}
			w.changing = to != flow.StepCreate
		}
		w.open(to)
	case back:
		if w.again != nil && w.at == w.again.first {
			return w.backToDetails()
		}
		if _, err := w.draft.CheckAll(w.taken); w.changing && err == nil {
			w.changing = false
			w.open(flow.StepCreate)
			break
		}
		w.changing = false
		if w.at == flow.StepProvider {
			if w.came == nil {
				return move{}, nil
			}
			w.keep()
			return move{kind: toPage, page: w.came}, nil
		}
		w.open(w.at - 1)
	case toStep:
		w.open(m.step)
	case toPage, over, quit:
		return m, nil
	default:
		return move{}, nil
	}
	return move{}, w.step.enter()
}

// change opens one step from Create, to come back there.
func (w *wizard) change(s flow.Step) move {
	w.changing = true
	return move{kind: toStep, step: s}
}

func (w *wizard) view(width, height int) screen {
	s := w.step.view(width, height)
	s.header = w.header(width)
	if w.again != nil {
		w.viewReconnection(&s, width)
	}
	return s
}

func (w *wizard) typing() bool { return w.step.typing() }

func (w *wizard) guard() any { return guardOf(w.step) }

func (w *wizard) help() helpPage { return w.step.help() }

// leave keeps the draft, if there is anything in it, and ends a sign-in that is
// not stored.
func (w *wizard) leave() {
	w.step.leave()
	w.loader.stop()
	w.signIn.stop()
	w.keep()
	if !w.storing {
		w.end(w.signedIn())
	}
}

func (w *wizard) keep() {
	if w.draft.Provider == "" || w.Demo != nil || w.again != nil {
		return
	}
	draft := w.draft
	draft.StoppedAt, draft.Step = w.Now(), w.at
	// The program may be on its way out: its context is no bound here.
	ctx, cancel := context.WithTimeout(context.WithoutCancel(w.ctx), storeBound)
	w.tasks.Go(func() {
		defer cancel()
		_ = w.Store.KeepDraft(ctx, draft) // a convenience; nothing that was promised is lost
	})
}

// created leaves the wizard for good: there is nothing to keep.
func (w *wizard) created(to page) move {
	w.draft = flow.Draft{}
	return move{kind: toPage, page: to}
}

// storeBound is how long the store may take for one thing.
const storeBound = 30 * time.Second

// field labels of the wizard's pages stand in a column of this width.
const labelWidth = 16

// faultRows says a fault under a field: what is, then what to do, wrapped.
func faultRows(f *flow.Fault, width int) []string {
	return wrap(f.Sentence()+" "+f.Next(), width)
}
