package gitlab

import (
	"time"

	"flow"
)

// A forecast is what is known of how fast a host can be asked.
type forecast struct {
	perMinute float64   // allowed, told or found; 0: not known
	left      int       // that may leave before full; -1: not known
	full      time.Time // when the window is full again, or when a wait ends; zero: not known
	total     int       // that may leave from then on at once; 0: not known
}

// pace is what is known of how often the GitLab at a base URL may be asked for
// projects.
func (c *Client) pace(base flow.BaseURL) forecast {
	r := &request{path: "/api/v4/projects"}
	b := c.budgets.of(base)
	now := c.options.Now()
	b.mu.Lock()
	defer b.mu.Unlock()
	f := forecast{left: -1}
	if w := b.told.window; w.perMinute > 0 {
		f.perMinute = float64(w.perMinute)
		if !w.slides && w.until.After(now) {
			f.left, f.full, f.total = max(0, w.left-w.spare()), w.until, w.total
		}
	}
	for _, g := range []*gate{&b.host, b.gate(r)} {
		if p := &g.pace; p.through > 0 && p.most == 0 && (f.perMinute == 0 || 60*p.through < f.perMinute) {
			f.perMinute, f.left, f.total = 60*p.through, -1, p.lot
		}
	}
	for _, g := range []*gate{&b.host, b.gate(r)} {
		if g.hold.until.After(now) && g.hold.until.After(f.full) {
			f.left, f.full = 0, g.hold.until
		}
	}
	return f
}

// lasts is how long so many requests take at least because of the limit; not
// limited if that is not known to hold them up at all.
func (f forecast) lasts(requests int, now time.Time) (d time.Duration, limited bool) {
	if f.perMinute == 0 && f.full.IsZero() {
		return 0, false
	}
	rest := requests
	if f.left > 0 {
		rest -= f.left
	}
	if rest <= 0 {
		return 0, false
	}
	if f.full.After(now) {
		d, rest = f.full.Sub(now), max(0, rest-f.total)
	}
	if f.perMinute > 0 {
		d += time.Duration(float64(rest) / f.perMinute * float64(time.Minute))
	}
	return d, true
}
