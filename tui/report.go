package tui

import (
	"os"
	"path/filepath"
	"strings"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// reportWritten says how writing a report went.
type reportWritten string

// write puts the report of a test into a file, to be sent to somebody else. conn
// is what was tested.
func (l *checkList) write(conn flow.Connection) tea.Cmd {
	report := l.report
	report.Checks = append([]flow.Check{}, report.Checks...)
	for i := range report.Checks {
		report.Checks[i].Hint = underNetwork(report.Checks[i].Hint)
	}
	name := filepath.Join(l.env.Dir, "flow-report-"+l.env.Now().Format("20060102-150405")+".txt")
	return func() tea.Msg {
		if err := os.WriteFile(name, []byte(report.Text(conn)), 0o600); err != nil {
			return reportWritten("The report was not written: " + strings.TrimRight(flow.CleanLine(err.Error(), 100), ".") + ".")
		}
		return reportWritten("Written: " + filepath.Base(name) + " in " + filepath.Dir(name) + ". It holds no secret.")
	}
}
