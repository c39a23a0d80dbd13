package main

import (
	"net"
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this very program as flow. Neither asks a name server
// of this machine.
func TestMain(m *testing.M) {
	net.DefaultResolver = nameless()
	testscript.Main(m, map[string]func(){"flow": main})
}
