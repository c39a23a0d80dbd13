package tui

import (
	"fmt"
	"strings"

	"github.com/charmbracelet/x/ansi"

	"flow"
)

// header names the steps; brackets take the place of spaces, so that nothing
// moves.
func (w *wizard) header(width int) string {
	first, last := flow.StepProvider, flow.StepCreate
	if w.again != nil {
		first, last = flow.StepMethod, flow.StepConnection
	}
	n, of := w.at-first+1, last-first+1
	if width < narrow {
		return w.narrowHeader(n, of, width)
	}
	var names strings.Builder
	for s := first; s <= last; s++ {
		if s == w.at {
			names.WriteString("[" + w.styles.bold.Render(s.String()) + "]")
		} else {
			names.WriteString(" " + s.String() + " ")
		}
	}
	count := fmt.Sprintf("%d of %d", n, of)
	if w.again == nil {
		return headerRow(" "+names.String(), count, width)
	}
	const what = "   Sign in again"
	right := names.String() + "   " + count
	name := cut(w.again.d.in.Name, width-4-len(what)-ansi.StringWidth(right))
	return headerRow("  "+name+what, right, width)
}

func (w *wizard) narrowHeader(n, of flow.Step, width int) string {
	step := w.styles.bold.Render(w.at.String())
	if w.again == nil {
		return fmt.Sprintf("  Step %d of %d: %s", n, of, step)
	}
	return headerRow("  "+w.again.d.in.Name, fmt.Sprintf("Sign in again, %d of %d: %s", n, of, step), width)
}

func (w *wizard) title() string {
	if w.again != nil {
		return w.again.d.title()
	}
	return "Flow"
}
