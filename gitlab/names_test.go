package gitlab

import (
	"fmt"
	"net"
	"syscall"
	"testing"

	"flow"
)

// What a resolver or a network answers can't be had on a loopback address, so
// these errors are made as package net makes them.
func TestTheNetworkFailsInItsOwnWords(t *testing.T) {
	base, err := flow.ParseBaseURL("https://gitlab.example.com")
	if err != nil {
		t.Fatal(err)
	}
	c, r := New(Options{}), &request{site: site{base: base}}
	for _, test := range []struct {
		err  error
		want string
	}{
		{&net.DNSError{IsNotFound: true}, "Can't find gitlab.example.com: this machine knows no such host."},
		{&net.DNSError{IsTimeout: true}, "Can't reach gitlab.example.com: the name server does not answer."},
		{syscall.EHOSTUNREACH, "Can't reach gitlab.example.com: no way leads there."},
		{syscall.ETIMEDOUT, "No answer from gitlab.example.com for 10 s."},
		{fmt.Errorf("something new"), "Can't reach gitlab.example.com: dial: something new."},
	} {
		fault := flow.FaultOf(c.wayFault(r, fmt.Errorf("dial: %w", test.err)))
		if fault.Sentence() != test.want {
			t.Errorf("%v: got %s, want %s", test.err, fault.Sentence(), test.want)
		}
	}
}
