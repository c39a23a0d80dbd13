package main

import (
	"encoding/json"
	"strings"

	"github.com/rogpeppe/go-internal/testscript"
)

// eventsIn reads a stream of events.
func eventsIn(ts *testscript.TestScript, file string) (names []string, events []json.RawMessage) {
	text := ts.ReadFile(file)
	if lines := strings.Count(text, "\n"); lines > 0 && text[len(text)-1] != '\n' {
		ts.Fatalf("%s does not end with a line", file)
	}
	for line := range strings.Lines(text) {
		var event struct {
			Event string `json:"event"`
		}
		ts.Check(json.Unmarshal([]byte(line), &event))
		names, events = append(names, event.Event), append(events, json.RawMessage(line))
	}
	return names, events
}

func cmdEvent(ts *testscript.TestScript, neg bool, args []string) {
	names, events := eventsIn(ts, args[0])
	for i := len(events) - 1; i >= 0; i-- {
		if names[i] == args[1] {
			checkJSON(ts, neg, events[i], args[2], args[3])
			return
		}
	}
	ts.Fatalf("no %s in %v", args[1], names)
}

func cmdEvents(ts *testscript.TestScript, _ bool, args []string) {
	all, _ := eventsIn(ts, args[0])
	var names []string
	for i, name := range all {
		if name != "check" || i == 0 || all[i-1] != "check" {
			names = append(names, name)
		}
	}
	if got := strings.Join(names, " "); got != strings.Join(args[1:], " ") {
		ts.Fatalf("events: %s", got)
	}
}
