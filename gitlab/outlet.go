package gitlab

import (
	"context"

	"flow"
)

// An outlet hands pages on, one at a time and in the order in which they were
// put in, while those who walk read on. What is put in waits in it only as long
// as there are few: a receiver that is slow slows the walk.
type outlet struct {
	add   func(flow.Page) error
	pages chan flow.Page
}

func newOutlet(add func(flow.Page) error, room int) *outlet {
	return &outlet{add, make(chan flow.Page, room)}
}

// put gives a page to whoever runs the outlet.
func (o *outlet) put(ctx context.Context, p flow.Page) error {
	select {
	case o.pages <- p:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}

// run hands pages on until the outlet is closed, or the context ends.
func (o *outlet) run(ctx context.Context) error {
	for p := range o.pages {
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := o.add(p); err != nil {
			return err
		}
	}
	return nil
}

func (o *outlet) close() { close(o.pages) }
