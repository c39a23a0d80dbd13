package tui

import (
	"context"
	"fmt"
	"io"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/colorprofile"

	"flow"
)

// BenchmarkScrollBytes counts what a key that moves the focus and scrolls sends to
// a terminal of 80×24, over 100,000 repos.
func BenchmarkScrollBytes(b *testing.B) {
	out := &sentBytes{changed: make(chan struct{}, 1)}
	in, keys := io.Pipe()
	page := &details{}
	ctx, cancel := context.WithCancel(b.Context())
	defer cancel()
	e := &env{Deps: Deps{Now: time.Now, Getenv: func(string) string { return "" }}, styles: newStyles(false), ctx: ctx, tasks: &sync.WaitGroup{}, printer: &printer{}}
	page = newDetails(e, flow.Integration{ID: 1, Name: "acme"}, false)
	page.loaded = true
	page.replan(tall(100_000))
	a := &app{env: e, page: still{page}}
	program := tea.NewProgram(a, tea.WithContext(ctx), tea.WithInput(in), tea.WithOutput(out), tea.WithWindowSize(80, 24),
		tea.WithEnvironment([]string{"TERM=xterm-256color", "LANG=C.UTF-8"}), tea.WithColorProfile(colorprofile.ANSI256), tea.WithoutSignals())
	ended := make(chan error, 1)
	go func() { _, err := program.Run(); ended <- err }()
	out.next(b, 500)
	send := func(key string) int {
		before := out.sum()
		if _, err := io.WriteString(keys, key); err != nil {
			b.Fatal(err)
		}
		return out.next(b, before+1) - before
	}
	for range 30 { // to where each further one scrolls
		send("\x1b[B")
	}
	sum, most := 0, 0
	for b.Loop() {
		n := send("\x1b[B")
		sum, most = sum+n, max(most, n)
	}
	b.ReportMetric(float64(sum)/float64(b.N), "bytes")
	b.ReportMetric(float64(most), "most-bytes")
	program.Quit()
	<-ended
}

// still is a page whose store is not asked.
type still struct{ *details }

func (s still) enter() tea.Cmd { return nil }

// tall is a company of n repos in one group.
func tall(n int) *flow.Review {
	words := []string{"billing", "catalog", "checkout", "identity", "ledger", "search", "stock", "tracking"}
	groups := []flow.Group{{ID: 1, Path: "acme"}}
	repos := make([]flow.Repo, n)
	for i := range repos {
		slug := fmt.Sprintf("%s-%s-%d", words[i*7%8], words[i*5/8%8], i)
		repos[i] = flow.Repo{ID: int64(i + 1), GroupID: 1, Path: "acme/" + slug, Name: slug, Role: flow.Role(20 + i%3*10), ActiveAt: flow.MomentOf(time.Now().AddDate(0, 0, -i*7919%1500)), Archived: i%17 == 0}
	}
	return flow.NewReview(flow.Integration{ID: 1, Name: "acme"}, flow.Settings{}, groups, repos)
}

// sentBytes counts what a program writes. A frame may come in pieces; it has come
// when nothing follows for longer than a frame takes.
type sentBytes struct {
	mu      sync.Mutex
	n       int
	changed chan struct{}
}

func (s *sentBytes) Write(p []byte) (int, error) {
	s.mu.Lock()
	s.n += len(p)
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return len(p), nil
}

func (s *sentBytes) sum() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.n
}

// next waits for at least so many bytes, and for all that belong to them.
func (s *sentBytes) next(b *testing.B, least int) int {
	b.Helper()
	for limit := time.After(30 * time.Second); ; {
		quiet := time.After(100 * time.Millisecond)
		if s.sum() < least {
			quiet = nil
		}
		select {
		case <-s.changed:
		case <-quiet:
			return s.sum()
		case <-limit:
			b.Fatalf("%d bytes, waiting for %d", s.sum(), least)
		}
	}
}
