//go:build race

package main

// underRace is set where the race detector makes every process slow to start.
const underRace = true
