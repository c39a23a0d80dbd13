package gitlabtest

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// Listen listens at an address of this machine, "" for a free port of 127.0.0.1.
// One that was given up just now is waited for: a process that is being started
// has all that was open here until it runs its own program.
func Listen(addr string) (net.Listener, error) {
	given := addr != ""
	if !given {
		addr = "127.0.0.1:0"
	}
	for deadline := time.Now().Add(5 * time.Second); ; time.Sleep(time.Millisecond) {
		l, err := net.Listen("tcp", addr)
		if err == nil {
			return l, nil
		}
		if !given || !errors.Is(err, syscall.EADDRINUSE) || time.Now().After(deadline) {
			return nil, fmt.Errorf("listen on %s: %w", addr, err)
		}
	}
}
