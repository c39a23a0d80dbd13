// Package tui is Flow on a terminal: the wizard that connects a GitLab, the list
// of integrations, and the review of one integration's repos. It decides
// nothing: answers go into a flow.Draft, edits into a flow.Plan, and what
// happens goes through flow.Setup.
package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"flow"
)

// Store is what the screens need of a store, beside what flow.Setup does.
type Store interface {
	flow.Store
	List(ctx context.Context) ([]flow.Integration, error)
	Glance(ctx context.Context, id int64, rows int) (flow.Glance, error)
	Review(ctx context.Context, id int64) (*flow.Review, error)
	Settled(ctx context.Context, id int64) (flow.Settled, error)
	Held(ctx context.Context, id int64) (held flow.Held, found bool, err error)
	AcceptHeld(ctx context.Context, id int64) (flow.Discovery, error)
	DropHeld(ctx context.Context, id int64) error
	Save(ctx context.Context, id int64, c flow.Changes) (flow.Integration, error)
	Rename(ctx context.Context, id, version int64, name string) (flow.Integration, error)
	SetServices(ctx context.Context, id, version int64, s flow.Services) (flow.Integration, error)
	SetReport(ctx context.Context, id int64, r flow.Report) error
	Events(ctx context.Context, id int64, n int) ([]flow.Event, error)
	EventsSince(ctx context.Context, id, version int64) ([]flow.Event, error)
	KeepDraft(ctx context.Context, d flow.Draft) error
	KeptDraft(ctx context.Context) (flow.Draft, bool, error)
	DropDraft(ctx context.Context) error
}

// Deps is all that the screens depend on.
type Deps struct {
	GitLab   flow.GitLab
	Store    Store
	Now      func() time.Time
	Who      string              // user@host, for the activity log
	Getenv   func(string) string // TERM, LANG, NO_COLOR, FLOW_ASCII
	Database string              // where integrations are kept, as it is shown
	Key      string              // where the key to the tokens is, as it is shown
	OpenURL  func(string) error  // nil where no browser can be seen
	SSH      string              // how this machine is reached over SSH, such as ana@build-07; "" if nobody came that way
	Dir      string              // where reports are written
	Redirect string              // a callback host of the company's own, from --redirect-uri
	Port     int                 // to listen on while signing in, from --callback-port; 0: Flow chooses
	Network  flow.Network        // how a new GitLab is reached, from --ca-file and the like
	Notes    []string            // about the store, said once
	Open     flow.Integration    // to begin with, instead of the list; the zero value: none
	Demo     *Demo               // of flow demo
}

// A Demo offers what is to be typed for the built-in GitLab.
type Demo struct {
	Address      string
	Token        string
	ClientID     string // of Flow, which is registered there
	ClientSecret string
	User         string // who can approve Flow there
	Password     string
	OAuth        bool // the wizard starts with OAuth
}

func (d Deps) setup() flow.Setup {
	return flow.Setup{GitLab: d.GitLab, Store: d.Store, Now: d.Now, Who: d.Who}
}

// Run shows Flow until the user leaves or ctx ends. Without an integration it
// opens the wizard, otherwise the one that is asked for or the list of all.
func Run(ctx context.Context, d Deps, in io.Reader, out io.Writer, options ...tea.ProgramOption) error {
	ctx, cancel := context.WithCancel(ctx)
	tasks := &sync.WaitGroup{}
	printer, out := newPrinter(out)
	a, err := newApp(ctx, d, tasks, printer)
	if err != nil {
		cancel()
		return err
	}
	options = append([]tea.ProgramOption{tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithFilter(believed)}, options...)
	if d.Getenv("NO_COLOR") != "" {
		// The library reads it as a boolean; any value must count.
		options = append(options, tea.WithColorProfile(colorprofile.ASCII))
	}
	_, err = tea.NewProgram(a, options...).Run()
	cancel()
	// A store must not be closed under a call that still runs.
	tasks.Wait()
	if errors.Is(err, tea.ErrProgramKilled) && ctx.Err() != nil {
		err = nil
	}
	if err != nil && !errors.Is(err, tea.ErrInterrupted) {
		return fmt.Errorf("run the screens: %w", err)
	}
	return nil
}

// maxCells is more than any window has. A size may also stand among the bytes of a
// paste, and the renderer takes memory for every cell before it draws one.
const maxCells = 1 << 20

// believed drops the size of a window that can't be.
func believed(_ tea.Model, msg tea.Msg) tea.Msg {
	if size, ok := msg.(tea.WindowSizeMsg); ok && size.Width*size.Height > maxCells {
		return nil
	}
	return msg
}

// A page is one thing on screen at a time.
type page interface {
	// enter is called when the page comes up, also on coming back to it.
	enter() tea.Cmd
	// update takes a key, a paste or what the page's own tasks send.
	update(msg tea.Msg) (move, tea.Cmd)
	view(width, height int) screen
	// typing reports whether a field has the focus, so that letters are text.
	typing() bool
	// leave cancels what runs.
	leave()
	// help lists all keys of the page.
	help() helpPage
}

// A move says where a page wants to go; the zero move stays.
type move struct {
	kind moveKind
	step flow.Step // of toStep
	page page      // of toPage, over and resume
}

type moveKind int

const (
	stay moveKind = iota
	next
	back
	toStep
	toPage // to another page; what runs on this one ends
	over   // to a page that lies over this one; what runs goes on
	resume // back from there
	quit
)

// unsaved is a page on which leaving may lose something.
type unsaved interface {
	// askBeforeLeaving returns a question if something would be lost.
	askBeforeLeaving() (page, bool)
}

// guardTime is how long a page that came up by itself, or that creates, saves or
// deletes, ignores keys: they were meant for the page before it. Its keys are
// not shown until then.
const guardTime = 400 * time.Millisecond

// guarded is a page that wants that. guard returns what came up, nil for
// nothing: keys are ignored anew whenever it is another thing than before.
type guarded interface{ guard() any }

type guardOver struct{ n int }

// app is the one model: it routes keys to the page on screen.
type app struct {
	env           *env
	page          page
	width, height int
	filter        keyFilter
	helping       bool
	helpTop       int // first row of the keys page
	guards        int // guards started
	guardOn       bool
	guardFor      any  // what the last guard was started for
	asked         bool // the question before leaving is on screen
}

func newApp(ctx context.Context, d Deps, tasks *sync.WaitGroup, p *printer) (*app, error) {
	e := &env{Deps: d, styles: newStyles(onlyASCII(d.Getenv)), ctx: ctx, tasks: tasks, printer: p}
	if d.Open.ID != 0 {
		start := newDetails(e, d.Open, false)
		if len(d.Notes) > 0 {
			start.notice = d.Notes[0]
		}
		return &app{env: e, page: start}, nil
	}
	list, err := d.Store.List(ctx)
	if err != nil {
		return nil, err
	}
	a := &app{env: e}
	if len(list) > 0 {
		start := newIntegrations(e, list)
		start.atStart = true
		a.page = start
		return a, nil
	}
	kept, _, err := d.Store.KeptDraft(ctx)
	if err != nil {
		return nil, err
	}
	a.page = newWizard(e, kept, nil)
	return a, nil
}

func (a *app) Init() tea.Cmd { return tea.Batch(a.page.enter(), a.startGuard()) }

func (a *app) Update(msg tea.Msg) (tea.Model, tea.Cmd) {
	switch msg := msg.(type) {
	case tea.WindowSizeMsg:
		a.width, a.height = msg.Width, msg.Height
		return a, nil
	case guardOver:
		if msg.n == a.guards {
			a.guardOn = false
		}
		return a, nil
	case tea.KeyPressMsg:
		var cmds []tea.Cmd
		for _, k := range a.filter.mend(msg, time.Now(), a.page.typing() && !a.helping) {
			cmds = append(cmds, a.press(k))
		}
		return a, tea.Batch(cmds...)
	case tea.PasteMsg:
		a.env.printer.back()
		if a.helping || a.guardOn || a.isTooSmall() {
			return a, nil
		}
		return a, a.hand(msg)
	case tea.KeyReleaseMsg, tea.PasteStartMsg, tea.PasteEndMsg:
		return a, nil
	}
	return a, a.hand(msg)
}

// isTooSmall reports whether the window can't show a page.
func (a *app) isTooSmall() bool { return a.width < minWidth || a.height < minHeight }

// press routes one key: those that mean the same everywhere, then the page.
func (a *app) press(k tea.KeyPressMsg) tea.Cmd {
	switch k.String() {
	case "ctrl+c":
		return a.quit()
	case "ctrl+l":
		a.env.printer.back()
		return tea.ClearScreen
	case "ctrl+z":
		return tea.Suspend
	}
	if a.env.printer.on {
		a.env.printer.back()
		return nil
	}
	if a.isTooSmall() {
		return nil // what can't be seen can't be meant
	}
	if a.helping {
		if s := k.String(); s == "esc" || s == "?" || s == "f1" || s == "enter" {
			a.helping = false
		}
		_, last := a.page.help().screen(a.env.styles, a.width, a.height, 0)
		switch {
		case key.Matches(k, keys.down, keys.pageDown):
			a.helpTop = min(a.helpTop+1, last)
		case key.Matches(k, keys.up, keys.pageUp):
			a.helpTop = max(a.helpTop-1, 0)
		}
		return nil
	}
	if a.guardOn {
		return nil
	}
	if s := k.String(); s == "f1" || s == "?" && !a.page.typing() {
		a.helping, a.helpTop = true, 0
		return nil
	}
	return a.hand(k)
}

// hand gives a message to the page and goes where the page wants.
func (a *app) hand(msg tea.Msg) tea.Cmd {
	m, cmd := a.page.update(msg)
	switch m.kind {
	case quit:
		a.page.leave()
		return tea.Quit
	case toPage:
		a.page.leave()
		fallthrough
	case over:
		a.page, a.asked = m.page, false
		return tea.Batch(cmd, a.page.enter(), a.startGuard())
	case resume:
		a.page, a.asked = m.page, false
		a.guardFor = guardOf(a.page) // it is where the user came from
		return cmd
	}
	return tea.Batch(cmd, a.startGuard())
}

func guardOf(p page) any {
	if g, ok := p.(guarded); ok {
		return g.guard()
	}
	return nil
}

// startGuard ignores keys for a while if something else has come up.
func (a *app) startGuard() tea.Cmd {
	was := a.guardFor
	if a.guardFor = guardOf(a.page); a.guardFor == was {
		return nil
	}
	if a.guardOn = a.guardFor != nil; !a.guardOn {
		return nil
	}
	a.guards++
	n := a.guards
	return tea.Tick(guardTime, func(time.Time) tea.Msg { return guardOver{n} })
}

// quit leaves, and asks first where something would be lost. A second ctrl+c
// leaves all the same.
func (a *app) quit() tea.Cmd {
	if p, ok := a.page.(unsaved); ok && !a.asked {
		if question, ask := p.askBeforeLeaving(); ask {
			a.helping = false
			a.env.printer.back()
			a.page, a.asked = question, true
			return tea.Batch(a.page.enter(), a.startGuard())
		}
	}
	a.page.leave()
	return tea.Quit
}

func (a *app) View() tea.View {
	v := tea.View{AltScreen: true, WindowTitle: "Flow"}
	switch {
	case a.env.printer.on:
		v.AltScreen, v.Cursor = false, tea.NewCursor(0, 0)
		v.Cursor.Blink = false
		return v
	case a.width == 0:
		return v
	case a.isTooSmall():
		v.Content = tooSmall(a.width, a.height)
		return v
	}
	s := a.page.view(a.width, a.height)
	if titled, ok := a.page.(interface{ title() string }); ok {
		v.WindowTitle = titled.title()
	}
	if a.helping {
		s, _ = a.page.help().screen(a.env.styles, a.width, a.height, a.helpTop)
	}
	if a.guardOn {
		s.keys = nil
	}
	v.Content, v.Cursor = s.draw(a.width, a.height)
	return v
}
