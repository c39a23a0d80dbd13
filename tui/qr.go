package tui

import (
	"fmt"
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/lipgloss/v2"
	"rsc.io/qr"
)

// quiet is how many light modules stand around a code, so that it is found.
const quiet = 2

// viewCode shows the device address for a phone's camera.
func (p *doors) viewCode(s *screen, width, height int) {
	b := &s.body
	s.keys = []key.Binding{does(keys.back, "close")}
	b.add("  " + p.w.styles.bold.Render("The address for the code, as a QR code"))
	rows, err := qrRows(p.w.styles, p.w.signIn.doors.Code.Address)
	wide, high := 0, len(rows)
	if err == nil {
		wide = lipgloss.Width(rows[0])
	}
	const frame = 4 // header, title, message, keys
	switch room := height - frame; {
	case err != nil:
		b.add("  The address is too long for one.")
	case wide > width-3 || high > room:
		b.prose(width, 2, 0, fmt.Sprintf("It needs a window of %d columns and %d rows; this one has %d and %d.", wide+3, high+frame, width, height))
	default:
		b.add(prefixed("  ", rows)...)
		s.message = "  Then enter the code " + p.w.signIn.doors.Code.Code + " there."
	}
}

// qrRows draws a QR code. Light is what is drawn: black on the ground that a
// terminal has would be the wrong way round on most of them. Two modules share a
// character; in ASCII, one has two.
func qrRows(st styles, text string) ([]string, error) {
	code, err := qr.Encode(text, qr.L)
	if err != nil {
		return nil, err
	}
	light := func(x, y int) bool { return !code.Black(x-quiet, y-quiet) }
	size := code.Size + 2*quiet
	var rows []string
	if st.ascii {
		on := lipgloss.NewStyle().Reverse(true)
		for y := range size {
			var row strings.Builder
			for x := range size {
				if light(x, y) {
					row.WriteString(on.Render("  "))
				} else {
					row.WriteString("  ")
				}
			}
			rows = append(rows, row.String())
		}
		return rows, nil
	}
	ink := lipgloss.NewStyle().Foreground(lipgloss.BrightWhite).Background(lipgloss.Black)
	for y := 0; y < size; y += 2 {
		var row strings.Builder
		for x := range size {
			switch top, bottom := light(x, y), y+1 < size && light(x, y+1); {
			case top && bottom:
				row.WriteString("█")
			case top:
				row.WriteString("▀")
			case bottom:
				row.WriteString("▄")
			default:
				row.WriteString(" ")
			}
		}
		rows = append(rows, ink.Render(row.String()))
	}
	return rows, nil
}
