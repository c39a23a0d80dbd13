package tui

import (
	"context"
	"strings"
	"sync"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// integrations lists what is connected, two or three rows each.
type integrations struct {
	*env
	list      []flow.Integration
	shown     []int
	at        int
	atStart   bool // the program has just begun
	loader    task
	looker    task
	loaded    bool
	filter    field
	filtering bool
	notice    string
}

func newIntegrations(e *env, list []flow.Integration) *integrations {
	i := &integrations{env: e, list: list, loaded: list != nil, filter: newField("", 100)}
	i.match()
	return i
}

type listLoaded struct {
	list []flow.Integration
	err  error
}

func (i *integrations) enter() tea.Cmd {
	store := i.Store
	if len(i.Notes) > 0 && i.notice == "" {
		i.notice = i.Notes[0]
	}
	load := i.loader.start(i.env, storeBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		list, err := store.List(ctx)
		return listLoaded{list, err}
	})
	return tea.Batch(load, i.lookAfter())
}

// lookBound is how long looking after sign-ins may take.
const lookBound = 2 * time.Minute

// lookAfter finds out which sign-ins have survived a renewal of which nobody
// knows the end: Flow was stopped in its middle, or GitLab's answer got lost. It
// goes on when the page is left.
func (i *integrations) lookAfter() tea.Cmd {
	var unsure []flow.Integration
	for _, in := range i.list {
		if in.Method == flow.OAuth && in.Renewal != flow.RenewalDone {
			unsure = append(unsure, in)
		}
	}
	if !i.atStart || len(unsure) == 0 {
		return nil
	}
	i.atStart = false
	setup, store := i.setup(), i.Store
	return i.looker.start(i.env, lookBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		var looks sync.WaitGroup
		for _, in := range unsure {
			looks.Go(func() { look(ctx, setup, in) })
		}
		looks.Wait()
		list, err := store.List(ctx)
		return listLoaded{list, err}
	})
}

// look renews a sign-in and stores it if that shows that it is lost.
func look(ctx context.Context, setup flow.Setup, in flow.Integration) {
	conn, err := setup.Connect(ctx, in)
	if err == nil && conn.Tokens != nil {
		_, err = conn.Tokens.Token(ctx, flow.Secret{})
	}
	if flow.CausedBy(err, flow.SignInLost, flow.SignInOver) {
		// Should this fail, the next refresh says the same.
		_ = setup.Store.SetStatus(ctx, in.ID, flow.StatusOf(flow.FaultOf(err), setup.Now()))
	}
}

func (i *integrations) typing() bool { return i.filtering }
func (i *integrations) leave()       { i.loader.stop() }

func (i *integrations) match() {
	i.shown = i.shown[:0]
	for n, in := range i.list {
		text := strings.ToLower(in.Name + " " + in.BaseURL.String() + " " + string(in.Status.Data))
		if strings.Contains(text, strings.ToLower(strings.TrimSpace(i.filter.value()))) {
			i.shown = append(i.shown, n)
		}
	}
	i.at = min(i.at, max(len(i.shown)-1, 0))
}

func (i *integrations) update(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok {
		for _, t := range []*task{&i.loader, &i.looker} {
			if got, _ := t.take(m); got != nil {
				t.stop()
				i.took(got.(listLoaded))
			}
		}
		return move{}, nil
	}
	k, isKey := msg.(tea.KeyPressMsg)
	if i.filtering {
		i.updateFilter(msg)
		return move{}, nil
	}
	if !isKey {
		return move{}, nil
	}
	i.notice = ""
	switch {
	case key.Matches(k, keys.up):
		i.at = max(i.at-1, 0)
	case key.Matches(k, keys.down):
		i.at = max(min(i.at+1, len(i.shown)-1), 0)
	case key.Matches(k, keys.first):
		i.at = 0
	case key.Matches(k, keys.last):
		i.at = max(len(i.shown)-1, 0)
	case key.Matches(k, keys.enter) && len(i.shown) > 0:
		return move{kind: toPage, page: newDetails(i.env, i.list[i.shown[i.at]], false)}, nil
	case key.Matches(k, keys.add):
		return move{kind: toPage, page: newWizard(i.env, flow.Draft{}, newIntegrations(i.env, i.list))}, nil
	case key.Matches(k, keys.filter):
		i.filtering = true
		i.filter.focus()
	case key.Matches(k, keys.back):
		i.filter.setValue("")
		i.match()
	}
	return move{}, nil
}

func (i *integrations) updateFilter(msg tea.Msg) {
	if k, ok := msg.(tea.KeyPressMsg); ok && key.Matches(k, keys.enter, keys.back) {
		i.filtering = false
		i.filter.blur()
		if key.Matches(k, keys.back) {
			i.filter.setValue("")
		}
		i.match()
		return
	}
	if i.filter.update(msg) {
		i.match()
	}
}

func (i *integrations) took(got listLoaded) {
	if got.err != nil {
		f := flow.FaultOf(got.err)
		i.notice = f.Sentence() + " " + f.Next()
		return
	}
	i.list, i.loaded = got.list, true
	i.match()
}

func (i *integrations) view(width, _ int) screen {
	s := screen{body: newBody(), header: "  Flow   " + i.styles.bold.Render("Integrations"), message: "  " + cut(i.notice, width-3)}
	b := &s.body
	if i.filtering || i.filter.value() != "" {
		text, cursor := i.filter.draw(width - 22)
		note := flow.Number(len(i.shown)) + " shown"
		if i.filtering {
			b.focus(4 + cursor)
		}
		b.add(pad("  / "+text, width-2-len(note)) + note)
		b.blank()
	}
	for n, at := range i.shown {
		if n > 0 {
			b.blank()
		}
		i.draw(b, i.list[at], n == i.at, width)
	}
	if len(i.shown) == 0 {
		if !i.filtering {
			b.focus(2)
		}
		switch {
		case len(i.list) > 0:
			b.add("  No integration matches. esc clears the filter.")
		case i.loaded:
			b.add("  No integration yet. n connects a GitLab.")
		}
	}
	switch {
	case i.filtering:
		s.keys = []key.Binding{does(keys.enter, "keep the filter"), does(keys.back, "clear it")}
	default:
		s.keys = []key.Binding{keys.up, does(keys.enter, "open"), keys.add, keys.filter, keys.help, keys.leave}
	}
	return s
}

func (i *integrations) draw(b *body, in flow.Integration, focused bool, width int) {
	st, column := i.styles, 37
	if width < narrow {
		column = 31
	}
	if focused && !i.filtering {
		b.focus(2)
	}
	status := string(in.Status.Data)
	b.add(st.mark(focused) + st.label(cut(in.Name, column-4), column-2, focused) + st.status(in.Status.Data, cut(status, width-1-column)))
	provider, _ := flow.ProviderByID(in.Provider)
	b.add(pad("    "+provider.Name, column) + cut(in.Services.String(), width-1-column))
	when := "no complete discovery yet"
	if at := in.Discovery.At; !at.IsZero() {
		when = "last discovery complete " + flow.Ago(i.Now(), at)
		if width < narrow {
			when = "complete " + flow.Ago(i.Now(), at)
		}
	}
	b.add(pad("    "+flow.Plural(in.Counts.All(), "repo"), column) + cut(when, width-1-column))
	if text := i.toSay(in); text != "" {
		rows := wrap(text, width-5)
		most := 2
		if width < narrow {
			most++
		}
		b.add(prefixed("    ", rows[:min(len(rows), most)])...)
	}
}

// toSay is the last row of an integration: only what there is to say or to do.
func (i *integrations) toSay(in flow.Integration) string {
	now, expires := i.Now(), in.Report.Expires
	switch {
	case in.Status.Data != flow.Healthy && in.Status.Reason != "":
		return reason(in.Status)
	case expires.IsZero():
	case !now.Before(expires):
		return "The token expired on " + flow.Date(expires) + ". Open it, then Expiry, to make a new one."
	case flow.DaysUntil(now, expires) < 30:
		return "The token expires in " + flow.Plural(flow.DaysUntil(now, expires), "day") + ". Open it, then Expiry, to make a new one."
	}
	return ""
}

func (i *integrations) help() helpPage {
	return helpPage{name: "Integrations",
		left:  []helpGroup{{"Choose", [][2]string{{"enter", "open it"}, {"n", "connect another GitLab"}, {"/", "filter"}}}, moving},
		right: []helpGroup{always}}
}
