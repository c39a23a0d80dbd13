package tui

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func testEnv(t *testing.T) *env {
	ctx, cancel := context.WithCancel(context.Background())
	e := &env{ctx: ctx, tasks: &sync.WaitGroup{}}
	t.Cleanup(func() {
		cancel()
		e.tasks.Wait() // a task that is stopped must end
	})
	return e
}

// What a task sends arrives in order, what it returns last.
func TestTaskSendsInOrder(t *testing.T) {
	var job task
	cmd := job.start(testEnv(t), time.Minute, func(_ context.Context, send func(tea.Msg)) tea.Msg {
		send(1)
		send(2)
		return "done"
	})
	for _, want := range []tea.Msg{1, 2, "done"} {
		got, next := job.take(cmd().(taskMsg))
		if got != want {
			t.Fatalf("got %v, want %v", got, want)
		}
		cmd = next
	}
	if msg := cmd(); msg != nil {
		t.Errorf("after the end came %v", msg)
	}
}

// A late result of a task that was stopped or started anew is dropped.
func TestTaskDropsLateResults(t *testing.T) {
	e := testEnv(t)
	var job task
	old := job.start(e, time.Minute, func(_ context.Context, send func(tea.Msg)) tea.Msg { return "old" })
	late := old().(taskMsg)
	fresh := job.start(e, time.Minute, func(_ context.Context, send func(tea.Msg)) tea.Msg { return "fresh" })
	if got, next := job.take(late); got != nil || next != nil {
		t.Errorf("the late result %v was taken", got)
	}
	if got, _ := job.take(fresh().(taskMsg)); got != "fresh" {
		t.Errorf("got %v", got)
	}
}

// Stopping cancels the call, and it ends though nobody listens any more.
func TestTaskStops(t *testing.T) {
	var job task
	started, ended := make(chan struct{}), make(chan error)
	job.start(testEnv(t), time.Minute, func(ctx context.Context, send func(tea.Msg)) tea.Msg {
		close(started)
		<-ctx.Done()
		send("nobody hears this")
		ended <- ctx.Err()
		return "nor this"
	})
	<-started
	job.stop()
	if err := <-ended; !errors.Is(err, context.Canceled) {
		t.Errorf("the call ended with %v", err)
	}
	if job.running() {
		t.Error("it is still running")
	}
}

// A call over its bound is told so, and its last message still arrives.
func TestTaskHasABound(t *testing.T) {
	var job task
	cmd := job.start(testEnv(t), time.Nanosecond, func(ctx context.Context, _ func(tea.Msg)) tea.Msg {
		<-ctx.Done()
		return ctx.Err()
	})
	if got, _ := job.take(cmd().(taskMsg)); !errors.Is(got.(error), context.DeadlineExceeded) {
		t.Errorf("got %v", got)
	}
}
