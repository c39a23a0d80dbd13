package weather_test

import (
	"context"
	"net"
	"net/http"
	"runtime"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// After Close the port is free, and nothing of the package runs any more, even
// if a request was hanging in it.
func TestClosingLeavesNothingBehind(t *testing.T) {
	authority, err := weather.NewAuthority("Acme Inspection CA")
	if err != nil {
		t.Fatal(err)
	}
	type running interface {
		Addr() string
		Close()
	}
	server := func(h http.Handler, o weather.Options) func() (running, error) {
		return func() (running, error) { return weather.Serve(h, o) }
	}
	behind, err := weather.Serve(weather.Stall(), weather.Options{TLS: &weather.TLS{}})
	if err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		name  string
		start func() (running, error)
		via   string // the scheme, or a proxy
	}{
		{"a hanging answer", server(weather.Behind(hello, weather.Hold(nil)), weather.Options{}), "http"},
		{"over TLS", server(weather.Behind(hello, weather.Delay(time.Hour)), weather.Options{TLS: &weather.TLS{}}), "https"},
		{"dripping headers", server(weather.DripHeaders(time.Hour), weather.Options{}), "http"},
		{"a dripping body", server(weather.DripBody(time.Hour), weather.Options{}), "http"},
		{"an endless body", server(weather.Big(0), weather.Options{}), "http"},
		{"passed on", server(weather.To(behind.URL()), weather.Options{}), "http"},
		{"an old server", server(hello, weather.Options{TLS: weather.OldTLS()}), "http"},
		{"silence", func() (running, error) { return weather.SilentPort() }, "http"},
		{"silence for TLS", func() (running, error) { return weather.SilentPort() }, "https"},
		{"ssh", func() (running, error) { return weather.SSHPort() }, "http"},
		{"nobody", func() (running, error) { return weather.ClosedPort() }, "http"},
		{"a proxy", func() (running, error) { return weather.StartProxy(weather.ProxyOptions{}) }, "proxy http"},
		{"a hanging proxy", func() (running, error) { return weather.StartProxy(weather.ProxyOptions{Hang: true}) }, "proxy http"},
		{"an inspecting proxy", func() (running, error) { return weather.StartProxy(weather.ProxyOptions{Inspect: authority}) }, "proxy http"},
		{"socks", func() (running, error) { return weather.StartSOCKS(weather.SOCKSOptions{}) }, "proxy socks5"},
	} {
		t.Run(test.name, func(t *testing.T) {
			s, err := test.start()
			if err != nil {
				t.Fatal(err)
			}
			tr := transport(t, nil)
			tr.TLSClientConfig.InsecureSkipVerify = true
			address := test.via + "://" + s.Addr()
			if scheme, ok := strings.CutPrefix(test.via, "proxy "); ok {
				through(t, tr, scheme+"://"+s.Addr())
				address = behind.URL()
			}
			ctx, leave := context.WithCancel(t.Context())
			defer leave()
			answered, done := make(chan struct{}), make(chan struct{})
			go func() {
				defer close(done)
				res, err := tr.RoundTrip(must(t, address).WithContext(ctx))
				if close(answered); err == nil {
					<-ctx.Done()
					res.Body.Close()
				}
			}()
			for !arrived(s) && !over(answered) {
				runtime.Gosched()
			}
			s.Close()
			leave()
			<-done
			if l, err := net.Listen("tcp", s.Addr()); err != nil {
				t.Errorf("the port is taken: %v", err)
			} else {
				l.Close()
			}
		})
	}
	behind.Close()
	site(t, gitlabtest.Options{}, weather.Options{}).Close()
	stacks := make([]byte, 1<<20)
	for deadline := time.Now().Add(10 * time.Second); ; runtime.Gosched() {
		all := string(stacks[:runtime.Stack(stacks, true)])
		if !strings.Contains(all, "gitlabtest/weather.") {
			return
		}
		if time.Now().After(deadline) {
			t.Fatalf("something is left:\n%s", all)
		}
	}
}

// arrived is true once a request or, where there are none, a connection came.
func arrived(s any) bool {
	switch s := s.(type) {
	case interface{ Requests() []weather.Request }:
		return len(s.Requests()) > 0
	case interface{ Connections() int }:
		return s.Connections() > 0
	}
	return false
}

func over(wait chan struct{}) bool {
	select {
	case <-wait:
		return true
	default:
		return false
	}
}
