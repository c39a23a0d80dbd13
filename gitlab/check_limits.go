package gitlab

import (
	"fmt"
	"time"

	"flow"
)

// limits tells what the requests of this test have shown of how often the server
// may be asked. It comes last, since that is known best then; before is what was
// known when it began.
func (t *test) limits(before seenLimits) {
	if t.cancelled() {
		return
	}
	start := t.begin(flow.CheckLimits, "looking at what GitLab told")
	seen := t.client.budgets.of(t.base).seen()
	check := flow.Check{Status: flow.OK, Text: "none seen in " + flow.Plural(seen.requests-before.requests, "request")}
	if seen.perMinute > 0 {
		check.Text = fmt.Sprintf("%s a minute, %s left", flow.Plural(seen.perMinute, "request"), flow.Number(seen.left))
		if !seen.until.IsZero() {
			check.Text += " until " + seen.until.Local().Format(time.TimeOnly)
		}
	}
	if held := seen.held - before.held; held > 0 {
		check.Status = flow.Warning
		check.Text = "GitLab made Flow wait " + flow.Plural(held, "time")
		check.Hint = "Others use the same account, or the limit is low. Flow waits as it is asked to; an account of its own would make it faster."
	}
	t.finish(flow.CheckLimits, start, check)
}
