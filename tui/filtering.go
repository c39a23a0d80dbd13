package tui

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
	"flow/tui/filter"
)

// searchBound is far more than a search takes.
const searchBound = time.Minute

// hits are what the filter shows of one tree, and the message of a search.
type hits struct {
	filter.Result
	text    string // of the filter
	tree    int    // repos.tree when it was searched
	pattern filter.Pattern
	hint    string // what can be typed next, or what can't be found as it was typed
}

// search starts looking for what the filter says, unless that is known or being
// looked for. A search for an older text or tree ends.
func (r *repos) search() tea.Cmd {
	text, tree := r.filter.value(), r.tree
	switch {
	case text == "":
		r.searching.stop()
		r.took = 0
		return nil
	case r.hits.text == text && r.hits.tree == tree:
		return nil
	case r.searching.running() && r.sought == sought{text, tree}:
		return nil
	}
	r.sought, r.began = sought{text, tree}, time.Now()
	query := flow.ParseQuery(text)
	keep := query.Keep(r.d.plan)
	if r.indexed != tree {
		paths := r.paths() // the plan may move its repos meanwhile
		// A key that is typed while the first search makes it waits for the same one.
		r.index = sync.OnceValue(func() *filter.Index { return filter.New(slices.Values(paths)) })
		r.indexed = tree
	}
	index := r.index
	return r.searching.start(r.d.env, searchBound, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		pattern := filter.Parse(query.Text)
		result, err := index().Search(ctx, pattern, keep)
		if err != nil {
			return nil // a newer key has come
		}
		return hits{result, text, tree, pattern, query.Hint}
	})
}

func (r *repos) paths() []string {
	paths := make([]string, len(r.d.plan.Repos))
	for i := range paths {
		paths[i] = r.d.plan.Repos[i].Path
	}
	return paths
}

// sought is what a search looks for, and where.
type sought struct {
	text string
	tree int
}

// take takes the message of a search.
func (r *repos) take(m taskMsg) bool {
	msg, _ := r.searching.take(m)
	got, ok := msg.(hits)
	if !ok {
		return false
	}
	r.searching.stop()
	r.took = time.Since(r.began)
	if got.tree != r.tree || got.text != r.filter.value() {
		return true
	}
	fresh := r.hits.text != got.text || len(r.hits.Hits) == 0
	r.focused()
	r.hits = got
	r.layOut()
	if best := r.find(repoRow(got.Best, 0)); fresh && got.Best >= 0 && best >= 0 {
		// Wherever the list stood before: from its start, or with the hit in its middle.
		if r.at, r.top = best, 0; best >= r.page {
			r.top = best - r.page/2
		}
	}
	return true
}

// waits reports whether what is on screen is not yet what the filter says.
func (r *repos) waits() bool {
	return r.filter.value() != "" && (r.hits.text != r.filter.value() || r.hits.tree != r.tree)
}

func (r *repos) clearFilter() {
	r.focused()
	r.filtering = false
	r.filter.blur()
	r.filter.setValue("")
	r.hits = hits{}
	r.layOut()
}

// found is the number of repos that the filter shows.
func (r *repos) found() int { return len(r.hits.Hits) }

// shownRepos are those that the filter shows; without one, all, folded or not.
func (r *repos) shownRepos() []int {
	if r.filter.value() == "" {
		all := make([]int, len(r.d.plan.Repos))
		for i := range all {
			all[i] = i
		}
		return all
	}
	shown := make([]int, len(r.hits.Hits))
	for n, i := range r.hits.Hits {
		shown[n] = int(i)
	}
	return shown
}

// lit is the last part of a path with what the filter found in it in bold.
func (r *repos) lit(path, last string) string {
	from := len(path) - len(last)
	if r.filter.value() == "" || r.hits.pattern.IsEmpty() || !strings.HasSuffix(path, last) {
		return last
	}
	text, done := "", 0
	for _, span := range r.hits.pattern.Spans(path) {
		if a, b := max(span.From-from, done), min(span.To-from, len(last)); a < b {
			text += last[done:a] + r.d.styles.bold.Render(last[a:b])
			done = b
		}
	}
	return text + last[done:]
}
