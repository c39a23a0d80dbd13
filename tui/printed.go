package tui

import (
	"bytes"
	"io"
	"sync"

	"github.com/charmbracelet/x/ansi"
	"github.com/charmbracelet/x/term"
)

// A printer is the terminal that the screens are drawn on. It can print a text on
// the normal screen, where a line that is longer than the window is wrapped by
// the terminal itself and can be selected whole. While that stands there the
// screens draw nothing.
type printer struct {
	out io.Writer
	on  bool // the normal screen is shown; read and written by Update and View only

	mu   sync.Mutex
	text string // to be printed once the full screen is left
}

// newPrinter returns the printer, and what Bubble Tea writes to: it looks there
// for the file of a terminal.
func newPrinter(out io.Writer) (*printer, io.Writer) {
	p := &printer{out: out}
	if file, ok := out.(term.File); ok {
		return p, terminalFile{file, p}
	}
	return p, p
}

type terminalFile struct {
	term.File
	printer *printer
}

func (f terminalFile) Write(b []byte) (int, error) { return f.printer.Write(b) }

// print leaves the full screen and prints an address as one line.
func (p *printer) print(address string) {
	p.on = true
	p.set(address + "\r\n\r\nPress any key to go back.\r\n")
}

// back shows the full screen again.
func (p *printer) back() {
	p.on = false
	p.set("")
}

func (p *printer) set(text string) {
	p.mu.Lock()
	p.text = text
	p.mu.Unlock()
}

// Write passes on what is drawn. Bubble Tea leaves the full screen some time
// after View has asked for it; only what is written after that stands on the
// normal screen. Its own ways to print there either cut a long line or split it
// into rows.
func (p *printer) Write(b []byte) (int, error) {
	n, err := p.out.Write(b)
	if err != nil || !bytes.Contains(b, []byte(ansi.ResetModeAltScreenSaveCursor)) {
		return n, err
	}
	p.mu.Lock()
	text := p.text
	p.text = ""
	p.mu.Unlock()
	if text != "" {
		_, err = io.WriteString(p.out, text)
	}
	return n, err
}
