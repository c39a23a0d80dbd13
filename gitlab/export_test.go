package gitlab

import (
	"context"

	"flow"
)

// Exchange is the step between a code and its tokens, which an attempt to sign
// in takes behind its doors.
func Exchange(c *Client, ctx context.Context, base flow.BaseURL, app flow.Application, code, redirect, verifier string) (flow.Grant, error) {
	return c.exchange(ctx, site{base: base}, app, code, redirect, verifier)
}
