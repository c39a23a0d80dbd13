//go:build !unix

package main

import "github.com/charmbracelet/x/term"

// keepLineEnds has nothing to do here: raw mode only changes what is read.
func keepLineEnds(*term.State) {}
