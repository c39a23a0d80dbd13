package tui

import (
	"fmt"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
	"flow/tui/filter"
)

// repos is the first tab: the tree of groups and repos, with what is in, why,
// and what saving would change.
type repos struct {
	d       *details
	rows    []row
	tree    int            // counts the trees that the plan has had: positions are good for one
	at      int            // focused row
	touched bool           // a key was pressed here
	on      focus          // what is there, from before positions changed
	top     int            // first row on screen
	page    int            // rows on screen when it was last drawn
	folded  map[int64]bool // by group ID, where it differs from how groups start

	filter    field
	filtering bool // the filter has the focus
	hits      hits
	index     func() *filter.Index // of the paths, made once
	indexed   int                  // tree whose paths they are
	searching task
	sought    sought
	began     time.Time     // when that search did
	took      time.Duration // the last one, with its index
	drawn     drawn
}

func newRepos(d *details) *repos {
	r := &repos{d: d, folded: map[int64]bool{}, filter: newField("", 200)}
	r.replaced()
	return r
}

func (r *repos) enter() tea.Cmd { return nil }
func (r *repos) typing() bool   { return r.filtering }

// back takes esc for what lies on top of the page: the filter.
func (r *repos) back() bool {
	if r.filtering || r.filter.value() != "" {
		r.clearFilter()
		return false
	}
	return true
}

func (r *repos) update(msg tea.Msg) (move, tea.Cmd) {
	if r.filtering {
		r.updateFilter(msg)
		return move{}, nil
	}
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return move{}, nil
	}
	r.touched = true
	if r.moved(k) || len(r.rows) == 0 && !key.Matches(k, keys.filter) {
		return move{}, nil
	}
	switch {
	case key.Matches(k, keys.filter):
		r.filtering = true
		r.filter.focus()
	case key.Matches(k, keys.space):
		r.toggle()
	case key.Matches(k, keys.auto):
		r.setAuto()
	case key.Matches(k, keys.in):
		r.askAll(true)
	case key.Matches(k, keys.out):
		r.askAll(false)
	case key.Matches(k, keys.add):
		return move{}, r.d.newRule("name:" + r.slug())
	case key.Matches(k, keys.enter):
		return move{kind: over, page: newWhy(r.d, r.rows[r.at])}, nil
	}
	return move{}, nil
}

func (r *repos) updateFilter(msg tea.Msg) {
	if k, ok := msg.(tea.KeyPressMsg); ok {
		switch {
		case key.Matches(k, keys.enter):
			r.filtering = false
			r.filter.blur()
			return
		case k.Code == tea.KeyUp, k.Code == tea.KeyDown:
			r.moved(k)
			return
		}
	}
	if r.filter.update(msg) && r.filter.value() == "" {
		r.focused()
		r.hits = hits{}
		r.layOut()
	}
}

// moved takes the keys that move the focus.
func (r *repos) moved(k tea.KeyPressMsg) bool {
	last := len(r.rows) - 1
	switch {
	case key.Matches(k, keys.up):
		r.at--
	case key.Matches(k, keys.down):
		r.at++
	case key.Matches(k, keys.pageUp):
		r.at -= max(r.page-1, 1)
	case key.Matches(k, keys.pageDown):
		r.at += max(r.page-1, 1)
	case key.Matches(k, keys.first):
		r.at = 0
	case key.Matches(k, keys.last):
		r.at = last
	case key.Matches(k, keys.left):
		r.fold()
	case key.Matches(k, keys.right):
		r.unfold()
	default:
		return false
	}
	r.at = min(max(r.at, 0), max(last, 0))
	return true
}

// fold closes the group, or goes up to the group that the row is in.
func (r *repos) fold() {
	if len(r.rows) == 0 {
		return
	}
	w := r.rows[r.at]
	if !w.isRepo && r.isOpen(w.group()) && r.filter.value() == "" {
		r.setOpen(w.group(), false)
		return
	}
	for i := r.at - 1; i >= 0; i-- {
		if r.rows[i].depth < w.depth {
			r.at = i
			return
		}
	}
}

// unfold opens the group, or goes to the first row in it.
func (r *repos) unfold() {
	if len(r.rows) == 0 || r.rows[r.at].isRepo {
		return
	}
	if g := r.rows[r.at].group(); !r.isOpen(g) && r.filter.value() == "" {
		r.setOpen(g, true)
	} else if r.at+1 < len(r.rows) && r.rows[r.at+1].depth > r.rows[r.at].depth {
		r.at++
	}
}

func (r *repos) toggle() {
	p, w := r.d.plan, r.rows[r.at]
	if w.isRepo {
		if i := w.repo(); !p.Toggle(i) {
			r.d.notice = fmt.Sprintf("%s can't be imported: %s", p.Repos[i].Slug(), p.Explain(i))
		}
		return
	}
	g := w.group()
	in, n := p.GroupToggle(g)
	path := p.Groups[g].Path
	switch {
	case n == 0:
		r.d.notice = "No repo of " + path + " can be imported."
	case in:
		r.d.question = &question{fmt.Sprintf("Import %s of %s by hand? New ones will not follow; a does that.", flow.Plural(n, "repo"), path),
			func() { p.PutGroup(g, true) }}
	default:
		r.d.question = &question{fmt.Sprintf("Keep out %s of %s by hand? What was imported stays, paused.", flow.Plural(n, "repo"), path),
			func() { p.PutGroup(g, false) }}
	}
}

func (r *repos) setAuto() {
	p, w := r.d.plan, r.rows[r.at]
	if w.isRepo {
		r.d.notice = "Auto-import belongs to groups."
		if g := p.Owner(w.repo()); g >= 0 {
			r.d.notice += " left goes to " + p.Groups[g].Path + "."
		}
		return
	}
	p.SetAuto(w.group(), p.NextAuto(w.group()))
}

// askAll asks to put all shown repos in or out.
func (r *repos) askAll(in bool) {
	p := r.d.plan
	var change []int
	for _, w := range r.shownRepos() {
		if will := p.Will(w); will.State != flow.NotSupported && will.In() != in {
			change = append(change, w)
		}
	}
	what := "the " + flow.Number(len(change)) + " shown"
	if r.filter.value() == "" {
		what = "all " + flow.Plural(len(change), "repo")
	}
	switch {
	case len(change) == 0:
		r.d.notice = "Nothing to change: all that are shown are so already."
		return
	case in:
		r.d.question = &question{text: "Import " + what + " by hand?"}
	default:
		r.d.question = &question{text: "Keep out " + what + " by hand?"}
	}
	r.d.question.yes = func() { p.PutAll(change, in) }
}

func (r *repos) help() helpPage {
	return helpPage{name: "Repos",
		left: []helpGroup{
			{"Choose", [][2]string{{"space", "this repo in or out"}, {"a", "auto-import of a group"}, {"i", "import all shown"}, {"x", "keep out all shown"}, {"n", "new rule from this row"}}},
			{"Look", [][2]string{{"enter", "why is it in or out?"}, {"/", "filter"}, {"f", "why is one missing?"}, {"r", "refresh from GitLab"}, {"1 2 3", "Repos, Exclusions, ..."}}},
			{"Marks", [][2]string{{"[x]", "in"}, {"[ ]", "out"}, {"[~]", "some below are in"}, {"n/a", "can't be imported"}, {"+ -", "in, out once you save"}}}},
		right: []helpGroup{
			{"Move", append(moving.rows[:1:1], append([][2]string{{"left, right", "fold, unfold"}}, moving.rows[1:]...)...)},
			{"Keep", [][2]string{{"e", "what has changed"}, {"u", "undo"}, {"U", "redo"}, {"s", "save"}}},
			always}}
}
