package main

import (
	"bytes"
	"context"
	"net"
	"os"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// Within one process, so that nothing is cleaned up by its end.
func TestNothingIsLeftOfAnAttempt(t *testing.T) {
	server, err := gitlabtest.Start(gitlabtest.Sized(1, time.Now()), gitlabtest.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer server.Close()
	for _, test := range []struct {
		name string
		end  func(address string, cancel func())
		code int
	}{
		{"cancelled", func(_ string, cancel func()) { cancel() }, 1},
		{"approved", func(address string, _ func()) {
			browser := gitlabtest.NewBrowser(server, gitlabtest.DemoUser, gitlabtest.DemoPassword)
			defer browser.Close()
			if _, err := browser.Authorize(t.Context(), "http://"+address, true); err != nil {
				t.Error(err)
			}
		}, 0},
	} {
		in, out, err := os.Pipe()
		if err != nil {
			t.Fatal(err)
		}
		defer in.Close()
		defer out.Close()
		home := t.TempDir()
		p := withEnv(map[string]string{"HOME": home})
		said := &started{exited: make(chan struct{})}
		p.stdin, p.stdout, p.stderr = in, &said.out, &said.err
		ctx, cancel := context.WithCancel(context.Background())
		defer cancel()
		code := 0
		go func() {
			defer close(said.exited)
			code = p.run(ctx, []string{"connect", "--name", "acme", "--base-url", server.URL(), "--oauth", "--client-id", gitlabtest.DemoPublicClientID})
		}()
		address := said.find(t, &said.err, `^  open   http://(127\.0\.0\.1:[0-9]+/[0-9a-z]{8})$`)[1]
		test.end(address, cancel)
		<-said.exited
		if code != test.code {
			t.Errorf("%s: exit code %d", test.name, code)
		}
		host, _, _ := strings.Cut(address, "/")
		if c, err := net.Dial("tcp", host); err == nil {
			c.Close()
			t.Errorf("%s: somebody listens at %s", test.name, host)
		}
		// One that has said that it is done may still be on the way out.
		for deadline := time.Now().Add(patience); ; runtime.Gosched() {
			left := ourGoroutine()
			if left == "" {
				break
			}
			if time.Now().After(deadline) {
				t.Fatalf("%s: a goroutine is left:\n%s", test.name, left)
			}
		}
	}
}

var ours = regexp.MustCompile(`flow/gitlab\.|main\.\(\*|cmd/flow\.\(\*program`)

// ourGoroutine is the stack of one that runs our code, "" if none does.
func ourGoroutine() string {
	stacks := make([]byte, 1<<20)
	stacks = stacks[:runtime.Stack(stacks, true)]
	for stack := range bytes.SplitSeq(stacks, []byte("\n\n")) {
		if ours.Match(stack) {
			return string(stack)
		}
	}
	return ""
}
