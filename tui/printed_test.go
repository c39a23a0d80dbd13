package tui

import (
	"bytes"
	"os"
	"testing"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// The address is printed once the full screen is left, not before and not twice;
// a key that comes first takes it back.
func TestPrintsOnTheNormalScreen(t *testing.T) {
	const leave, text = ansi.ResetModeAltScreenSaveCursor, "https://a.example\r\n\r\nPress any key to go back.\r\n"
	var out bytes.Buffer
	p, to := newPrinter(&out)
	drawn := func(want string, written ...string) {
		t.Helper()
		out.Reset()
		for _, part := range written {
			if n, err := to.Write([]byte(part)); n != len(part) || err != nil {
				t.Errorf("writing %q: %d, %v", part, n, err)
			}
		}
		if out.String() != want {
			t.Errorf("written is %q, want %q", out.String(), want)
		}
	}
	drawn("a"+leave, "a", leave)
	p.print("https://a.example")
	drawn("b"+leave+"c"+text+"d"+leave, "b", leave+"c", "d", leave)
	p.print("https://a.example")
	p.back()
	drawn("e"+leave, "e", leave)
}

// Bubble Tea must still see a terminal where there is one.
func TestPrinterIsATerminal(t *testing.T) {
	_, to := newPrinter(os.Stdout)
	if file, ok := to.(term.File); !ok || file.Fd() != os.Stdout.Fd() {
		t.Error("the printer of a file is no file")
	}
}
