package gitlab

import (
	"context"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"flow"
)

// A busyServer answers requests in its own time, as many at once as it has
// threads, and refuses what is more than its limit.
type busyServer struct {
	latency time.Duration // 10 % more or less
	uneven  bool          // as those of a real one are: some take three times as long as others
	threads int           // 0: any number
	limit   int           // requests in a window; 0: any number
	period  time.Duration
	tells   string        // "always", "refused": with RateLimit headers; "": Retry-After only
	bucket  bool          // it fills evenly, in place of windows
	ahead   time.Duration // of its clock
	broken  int           // one in so many ends with 502, by chance; 0: none

	queue chan struct{} // for a thread

	mu      sync.Mutex
	count   int // in the window
	window  int64
	tokens  float64
	filled  time.Time // the bucket
	passed  int       // requests that went well
	refused int
	inside  int // now
	most    int
}

// admit counts a request, and says how many are left until when.
func (s *busyServer) admit(now time.Time) (left int, end time.Time, ok bool) {
	if s.bucket {
		if s.filled.IsZero() {
			s.tokens = float64(s.limit)
		} else {
			s.tokens = min(float64(s.limit), s.tokens+now.Sub(s.filled).Seconds()*float64(s.limit)/s.period.Seconds())
		}
		s.filled = now
		if s.tokens < 1 {
			return 0, now.Add(s.period), false
		}
		s.tokens--
		return int(s.tokens), now.Add(s.period), true
	}
	window := now.UnixNano() / int64(s.period)
	if window != s.window {
		s.window, s.count = window, 0
	}
	s.count++
	return max(0, s.limit-s.count), time.Unix(0, (window+1)*int64(s.period)), s.count <= s.limit
}

func (s *busyServer) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	now := time.Now().Add(s.ahead)
	h := w.Header()
	s.mu.Lock()
	broken := s.broken > 0 && rand.N(s.broken) == 0
	if s.limit > 0 {
		left, end, ok := s.admit(now)
		if s.tells == "always" || s.tells == "refused" && !ok {
			h.Set("RateLimit-Limit", strconv.Itoa(int(float64(s.limit)*60/s.period.Seconds()+0.999)))
			h.Set("RateLimit-Remaining", strconv.Itoa(left))
			h.Set("RateLimit-Observed", strconv.Itoa(s.count))
			h.Set("RateLimit-Reset", strconv.FormatInt(end.Add(time.Second-1).Unix(), 10))
		}
		if !ok {
			s.refused++
			s.mu.Unlock()
			h.Set("Retry-After", strconv.Itoa(max(1, int(end.Sub(now.Truncate(time.Second)).Seconds()))))
			if s.tells == "" {
				h.Set("Content-Type", "application/json")
			}
			h.Set("Date", now.UTC().Format(http.TimeFormat))
			time.Sleep(time.Millisecond)
			w.WriteHeader(http.StatusTooManyRequests)
			return
		}
	}
	if !broken {
		s.passed++
	}
	s.inside++
	s.most = max(s.most, s.inside)
	s.mu.Unlock()
	if s.queue != nil {
		s.queue <- struct{}{}
	}
	time.Sleep(s.takes())
	if s.queue != nil {
		<-s.queue
	}
	s.mu.Lock()
	s.inside--
	s.mu.Unlock()
	h.Set("Date", time.Now().Add(s.ahead).UTC().Format(http.TimeFormat))
	if broken {
		w.WriteHeader(http.StatusBadGateway)
	}
}

func (s *busyServer) takes() time.Duration {
	if s.uneven {
		return time.Duration(float64(s.latency) * math.Exp(0.6*rand.NormFloat64()-0.18))
	}
	return s.latency*9/10 + rand.N(s.latency/5+1)
}

// A pipes is a listener whose connections stay in memory, so that they do not
// stop the time of a bubble.
type pipes struct {
	made chan net.Conn
	once sync.Once
	done chan struct{}
}

func newPipes() *pipes { return &pipes{made: make(chan net.Conn), done: make(chan struct{})} }

func (p *pipes) Accept() (net.Conn, error) {
	select {
	case c := <-p.made:
		return c, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (p *pipes) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *pipes) Addr() net.Addr { return &net.TCPAddr{} }

func (p *pipes) dial(ctx context.Context, _, _ string) (net.Conn, error) {
	here, there := net.Pipe()
	select {
	case p.made <- there:
		return here, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// fresh is the same server, which nobody has asked yet.
func (s *busyServer) fresh() *busyServer {
	fresh := &busyServer{latency: s.latency, uneven: s.uneven, threads: s.threads, limit: s.limit, period: s.period, tells: s.tells, bucket: s.bucket, ahead: s.ahead, broken: s.broken}
	if s.threads > 0 {
		fresh.queue = make(chan struct{}, s.threads)
	}
	return fresh
}

// A busyWorld is a server and a client that knows no other, in a bubble.
type busyWorld struct {
	client *Client
	site   site
	way    *road
	server *http.Server
	served chan struct{}
}

func newBusyWorld(t *testing.T, s *busyServer, concurrency int) *busyWorld {
	t.Helper()
	base, err := flow.ParseBaseURL("http://gitlab.acme.example")
	if err != nil {
		t.Fatal(err)
	}
	pipes := newPipes()
	transport := &http.Transport{DialContext: pipes.dial, MaxIdleConnsPerHost: concurrency}
	w := &busyWorld{
		client: New(Options{Concurrency: concurrency}), site: site{base: base}, server: &http.Server{Handler: s}, served: make(chan struct{}),
		way: &road{transport, func(*http.Request) (*url.URL, error) { return nil, nil }},
	}
	go func() { defer close(w.served); w.server.Serve(pipes) }()
	return w
}

func (w *busyWorld) close() {
	w.way.CloseIdleConnections()
	w.server.Close()
	<-w.served
}

func (w *busyWorld) budget() *budget { return w.client.budgets.of(w.site.base) }

// A busyWalk is what asking for pages came to.
type busyWalk struct {
	took  time.Duration
	lost  int
	level int // at the end, without trials
}

// walk asks for so many pages, by as many workers as the client takes.
func (w *busyWorld) walk(t *testing.T, pages int) busyWalk {
	t.Helper()
	asked := make(chan struct{}, pages)
	for range pages {
		asked <- struct{}{}
	}
	close(asked)
	var lost atomic.Int32
	var workers sync.WaitGroup
	start := time.Now()
	for range w.client.workers() {
		workers.Go(func() {
			for range asked {
				a, err := w.client.do(t.Context(), &request{site: w.site, path: "/api/v4/projects", patient: true, on: w.way})
				if err != nil || a.status != http.StatusOK {
					lost.Add(1)
				}
			}
		})
	}
	workers.Wait()
	walk := busyWalk{time.Since(start), int(lost.Load()), w.budget().slots.level.at}
	if from := w.budget().slots.level.from; from > 0 {
		walk.level = from // another is being tried
	}
	return walk
}

// walkBusy asks a server for so many pages.
func walkBusy(t *testing.T, s *busyServer, concurrency, pages int) busyWalk {
	t.Helper()
	w := newBusyWorld(t, s, concurrency)
	defer w.close()
	return w.walk(t, pages)
}
