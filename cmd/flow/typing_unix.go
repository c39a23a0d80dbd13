//go:build unix

package main

import (
	"syscall"

	"github.com/charmbracelet/x/term"
)

// keepLineEnds has a terminal in raw mode start a new line where one ends, as it
// does otherwise.
func keepLineEnds(s *term.State) { s.Oflag |= syscall.OPOST }
