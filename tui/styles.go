package tui

import (
	"fmt"
	"strings"

	"charm.land/lipgloss/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// Colour adds and never tells: every state has its word. Bold marks the title,
// the current step and the focused label; green, yellow and red stand on the
// words of a status only; one accent marks the focus and links.
type styles struct {
	bold, accent, green, yellow, red lipgloss.Style

	folded, open string // glyphs before a group
	ascii        bool   // nothing else can be drawn
}

func newStyles(ascii bool) styles {
	s := styles{
		bold:   lipgloss.NewStyle().Bold(true),
		accent: lipgloss.NewStyle().Foreground(lipgloss.Cyan),
		green:  lipgloss.NewStyle().Foreground(lipgloss.Green),
		yellow: lipgloss.NewStyle().Foreground(lipgloss.Yellow),
		red:    lipgloss.NewStyle().Foreground(lipgloss.Red),
		folded: "▸", open: "▾", ascii: ascii,
	}
	if ascii {
		s.folded, s.open = ">", "v"
	}
	return s
}

// onlyASCII reports whether the terminal can't be trusted with more than ASCII.
func onlyASCII(env func(string) string) bool {
	if env("FLOW_ASCII") != "" && env("FLOW_ASCII") != "0" || env("TERM") == "linux" {
		return true
	}
	for _, name := range []string{"LC_ALL", "LC_CTYPE", "LANG"} {
		if locale := strings.ToLower(env(name)); locale != "" {
			return !strings.Contains(locale, "utf-8") && !strings.Contains(locale, "utf8")
		}
	}
	return true
}

func (s styles) check(status flow.CheckStatus, text string) string {
	switch status {
	case flow.OK:
		return s.green.Render(text)
	case flow.Warning:
		return s.yellow.Render(text)
	case flow.Failed:
		return s.red.Render(text)
	}
	return text
}

func (s styles) status(status flow.DataStatus, text string) string {
	switch status {
	case flow.Healthy:
		return s.green.Render(text)
	case flow.RateLimited:
		return s.yellow.Render(text)
	case flow.FailedIntegration, flow.FailedItem:
		return s.red.Render(text)
	}
	return text
}

// mark is the focus marker of a row and the column after it.
func (s styles) mark(focused bool) string {
	if focused {
		return s.accent.Render(">") + " "
	}
	return "  "
}

// label is a label of fixed width, bold while its row has the focus.
func (s styles) label(text string, width int, focused bool) string {
	padded := pad(text, width)
	if focused {
		return s.bold.Render(padded)
	}
	return padded
}

// pad fills text up to a width; it never cuts.
func pad(text string, width int) string {
	return text + strings.Repeat(" ", max(0, width-ansi.StringWidth(text)))
}

// padLeft is pad for numbers.
func padLeft(text string, width int) string {
	return strings.Repeat(" ", max(0, width-ansi.StringWidth(text))) + text
}

// cut shortens text to a width, with dots at its end.
func cut(text string, width int) string {
	return ansi.Truncate(text, max(width, 0), "...")
}

// cutPath shortens a path in its middle: the last part, which tells repos apart,
// stays as long as it fits.
func cutPath(path string, width int) string {
	if ansi.StringWidth(path) <= width {
		return path
	}
	last := path[strings.LastIndexByte(path, '/')+1:]
	room := width - ansi.StringWidth(last) - len(".../")
	if last == path || room < 0 {
		return cut(path, width)
	}
	lead := path[:room]
	return lead[:strings.LastIndexByte(lead, '/')+1] + ".../" + last
}

// wrap splits text into rows of at most width columns, between words.
func wrap(text string, width int) []string {
	return strings.Split(ansi.Wordwrap(text, max(width, 1), ""), "\n")
}

// address splits an address into rows that fill the window from column 0, so
// that a selection holds nothing else. Every row links to the whole.
func (s styles) address(url string, width int) []line {
	var rows []line
	for rest := url; rest != ""; {
		n := min(width, len(rest))
		// The id makes all rows one link. The number tells them apart for the
		// renderer, which ends a link with its row and takes an equal one in the
		// next for one that goes on.
		link := s.accent.Hyperlink(url, "id=address", fmt.Sprintf("row=%d", len(rows)))
		rows = append(rows, line{text: link.Render(rest[:n]), full: true})
		rest = rest[n:]
	}
	return rows
}
