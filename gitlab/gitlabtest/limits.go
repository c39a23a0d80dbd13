package gitlabtest

import (
	"net/http"
	"strconv"
	"sync"
	"time"
)

// counters count requests per caller in whole minutes of the clock, as GitLab
// does: the window does not slide.
type counters struct {
	mu     sync.Mutex
	minute int64
	counts map[string]int
}

func (c *counters) add(key string, now time.Time) (count int, reset time.Time) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if minute := now.Unix() / 60; minute != c.minute || c.counts == nil {
		c.minute, c.counts = minute, map[string]int{}
	}
	c.counts[key]++
	return c.counts[key], time.Unix((c.minute+1)*60, 0).UTC()
}

// countRequest is the limit in front of GitLab (Rack::Attack), per token.
// Anonymous calls and those with an unknown token share one. It holds for the
// API, and for all below /oauth, which it takes for a part of that. Over it the
// answer is plain text. The RateLimit headers are on a 429 since 13.8 and on
// every answer since 18.6.
func (s *Server) countRequest(r *http.Request) (a answer, headers http.Header, limited bool) {
	if s.options.RateLimit <= 0 {
		return answer{}, nil, false
	}
	name, key := "throttle_unauthenticated_api", "anonymous"
	if c := presented(r); s.knows(c) {
		name, key = "throttle_authenticated_api", "token "+c.value
	}
	now := s.now()
	count, reset := s.requestCounts.add(key, now)
	headers = http.Header{}
	limited = count > s.options.RateLimit
	if s.release.since(18, 6) || limited && s.release.since(13, 8) {
		headers.Set("RateLimit-Name", name)
		headers.Set("RateLimit-Limit", strconv.Itoa(s.options.RateLimit))
		headers.Set("RateLimit-Observed", strconv.Itoa(count))
		headers.Set("RateLimit-Remaining", strconv.Itoa(max(0, s.options.RateLimit-count)))
		headers.Set("RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10))
		headers.Set("RateLimit-ResetTime", reset.Format(http.TimeFormat))
	}
	if !limited {
		return answer{}, headers, false
	}
	if s.release.since(13, 7) {
		headers.Set("Retry-After", wait(now, reset))
	}
	return answer{http.StatusTooManyRequests, http.Header{"Content-Type": {"text/plain"}}, []byte("Retry later")}, headers, true
}

// countCall is the limit inside GitLab, per account and endpoint. Its answer
// is JSON and names no time to wait before 18.5.
func (s *Server) countCall(k *call) (answer, bool) {
	if s.options.EndpointLimit <= 0 {
		return answer{}, false
	}
	who := "anonymous"
	if k.user != nil {
		who = strconv.Itoa(k.user.ID)
	}
	now := s.now()
	count, reset := s.callCounts.add(who+" "+k.route.method+" "+k.route.path, now)
	if count <= s.options.EndpointLimit {
		return answer{}, false
	}
	a := jsonAnswer(http.StatusTooManyRequests,
		[]byte(`{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`))
	if s.release.since(18, 5) {
		a.header.Set("Retry-After", wait(now, reset))
	}
	return a, true
}

func wait(now, reset time.Time) string {
	return strconv.Itoa(max(1, int(reset.Sub(now).Seconds())))
}
