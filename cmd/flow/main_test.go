package main

import (
	"testing"

	"github.com/rogpeppe/go-internal/testscript"
)

// TestMain lets scripts run this very program as flow.
func TestMain(m *testing.M) {
	testscript.Main(m, map[string]func(){"flow": main})
}
