package tui

import (
	"context"
	"sync"
	"time"

	tea "charm.land/bubbletea/v2"
)

// A task is a call that can wait: it has a bound, can be cancelled, and its late
// results are dropped. Starting it again ends the one before. The zero value is
// ready to start.
type task struct{ run *taskRun }

// A taskRun is one start of a task; its messages carry it.
type taskRun struct {
	messages chan tea.Msg
	gone     chan struct{} // closed when nobody waits for it any more
	cancel   context.CancelFunc
}

// A taskMsg is a message of a running task. Hand it to task.take.
type taskMsg struct {
	run *taskRun
	msg tea.Msg
}

// start calls f in the background. What f sends arrives in order, what it
// returns arrives last, also where the bound has passed. f must not touch the
// page: copy what it needs first.
func (t *task) start(env *env, bound time.Duration, f func(ctx context.Context, send func(tea.Msg)) tea.Msg) tea.Cmd {
	t.stop()
	ctx, cancel := context.WithTimeout(env.ctx, bound)
	run := &taskRun{messages: make(chan tea.Msg), gone: make(chan struct{}), cancel: cancel}
	t.run = run
	send := func(msg tea.Msg) {
		select {
		case run.messages <- msg:
		case <-run.gone:
		case <-env.ctx.Done():
		}
	}
	env.tasks.Go(func() {
		defer cancel()
		defer close(run.messages)
		if msg := f(ctx, send); msg != nil {
			send(msg)
		}
	})
	return run.next
}

func (r *taskRun) next() tea.Msg {
	msg, ok := <-r.messages
	if !ok {
		return nil
	}
	return taskMsg{r, msg}
}

// take unpacks a message if it belongs to the task's present run, and returns
// the command that waits for the next one.
func (t *task) take(m taskMsg) (tea.Msg, tea.Cmd) {
	if t.run == nil || m.run != t.run {
		return nil, nil
	}
	return m.msg, m.run.next
}

// running reports whether the task was started and not stopped since. A page
// stops it when its last message has come.
func (t *task) running() bool { return t.run != nil }

// stop cancels the task; nothing of it arrives any more.
func (t *task) stop() {
	if t.run != nil {
		t.run.cancel()
		close(t.run.gone)
		t.run = nil
	}
}

// An env is what all pages share.
type env struct {
	Deps
	styles  styles
	ctx     context.Context // ends with the program
	tasks   *sync.WaitGroup
	printer *printer
}
