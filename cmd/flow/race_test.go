//go:build race

package main

// underRace is set where the race detector gives every process several times as
// much to do.
const underRace = true
