package gitlab

import (
	"testing"
	"time"
)

func TestTheServersClockIsFoundFromManyAnswers(t *testing.T) {
	here := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	const ahead, trip = 8*time.Minute + 370*time.Millisecond, 20 * time.Millisecond
	c := &serverClock{}
	c.hear("no date", here, here)
	if c.known {
		t.Error("known without a date")
	}
	const httpDate = "Mon, 02 Jan 2006 15:04:05 GMT"
	for i := range 100 {
		left := here.Add(time.Duration(i) * 93 * time.Millisecond)
		c.hear(left.Add(trip/2+ahead).Format(httpDate), left, left.Add(trip))
		if off := ahead - c.least; off < 0 || off > time.Second+trip {
			t.Fatalf("after %d answers it may be %s early", i+1, -off)
		}
	}
	if off := ahead - c.least; off > 2*trip {
		t.Errorf("%s off", off)
	}
	if off := c.here(here.Add(ahead)).Sub(here); off < 0 || off > 2*trip {
		t.Errorf("told to come %s late", off)
	}
	// It is set back.
	c.hear(here.Format(httpDate), here, here.Add(trip))
	if c.least > 0 || c.most < 0 {
		t.Errorf("between %s and %s", c.least, c.most)
	}
}

func TestAWindowIsFollowed(t *testing.T) {
	const end = 1_800_000_060
	was := window{name: "api", perMinute: 600, total: 600, left: 400, end: end}
	at := func(seconds int64) time.Time { return time.Unix(end+seconds, 0) }
	for _, test := range []struct {
		name    string
		next    window
		written time.Time
		want    window
	}{
		{"one less", window{name: "api", perMinute: 600, total: 600, left: 399, end: end}, at(-30), window{name: "api", perMinute: 600, total: 600, left: 399, end: end}},
		{"overtaken", window{name: "api", perMinute: 600, total: 600, left: 405, end: end}, at(-30), was},
		{"of the window before", window{name: "api", perMinute: 600, total: 600, left: 3, end: end - 60}, at(-61), was},
		{"the next one", window{name: "api", perMinute: 600, total: 600, left: 599, end: end + 60}, at(0), window{name: "api", perMinute: 600, total: 600, left: 599, end: end + 60}},
		{"another limit", window{name: "web", perMinute: 60, total: 60, left: 59, end: end}, at(-30), window{name: "web", perMinute: 60, total: 60, left: 59, end: end}},
		{"it slides", window{name: "api", perMinute: 600, total: 600, left: 399, end: end + 1}, at(-30), window{name: "api", perMinute: 600, total: 600, left: 399, end: end + 1, slides: true}},
		{"nobody knows", window{name: "api", perMinute: 600, total: 600, left: 399, end: end + 1}, time.Time{}, window{name: "api", perMinute: 600, total: 600, left: 399, end: end + 1}},
	} {
		if got := was.follow(test.next, test.written); got != test.want {
			t.Errorf("%s: %+v, want %+v", test.name, got, test.want)
		}
	}
}

func TestAForecast(t *testing.T) {
	now := time.Date(2026, 11, 22, 9, 30, 0, 0, time.UTC)
	soon := now.Add(5 * time.Minute)
	for _, test := range []struct {
		name     string
		forecast forecast
		requests int
		lasts    time.Duration
		limited  bool
	}{
		{"nothing is known", forecast{left: -1}, 10_000, 0, false},
		{"there is room for all", forecast{perMinute: 200, left: 2000, full: soon, total: 2000}, 1500, 0, false},
		{"the rest is for the next window", forecast{perMinute: 200, left: 500, full: soon, total: 2000}, 1500, 5 * time.Minute, true},
		{"more than that", forecast{perMinute: 200, left: 0, full: soon, total: 2000}, 10_000, 45 * time.Minute, true},
		{"a rate that was found", forecast{perMinute: 600, left: -1}, 6000, 10 * time.Minute, true},
		{"a wait of which nothing else is known", forecast{left: 0, full: soon}, 10, 5 * time.Minute, true},
		{"a wait that is over", forecast{perMinute: 600, left: -1, full: now.Add(-time.Minute)}, 600, time.Minute, true},
	} {
		if d, limited := test.forecast.lasts(test.requests, now); d != test.lasts || limited != test.limited {
			t.Errorf("%s: %s, %t; want %s, %t", test.name, d, limited, test.lasts, test.limited)
		}
	}
}
