package flow

import "testing"

// The checks of the server are one row that says how far it is; what went wrong
// stands beside it.
func TestServerRow(t *testing.T) {
	all := func(status CheckStatus, texts map[string]string) []Check {
		var list []Check
		for _, name := range CheckNames {
			list = append(list, Check{Name: name, Status: status, Text: texts[name]})
		}
		return list
	}
	with := func(list []Check, changes ...Check) []Check {
		for _, change := range changes {
			for i := range list {
				if list[i].Name == change.Name {
					list[i] = change
				}
			}
		}
		return list
	}
	said := map[string]string{CheckTLS: "TLS 1.3, certificate of somebody", CheckGitLab: "answers in 84 ms", CheckVersion: "GitLab 17.5.2"}
	const sum = "GitLab 17.5.2, TLS 1.3, answers in 84 ms"
	for _, test := range []struct {
		name   string
		checks []Check
		want   []string // the rows of the server: status, name and text
	}{
		{"nothing has begun", all(Waiting, nil), []string{"waiting Server "}},
		{"one runs", with(all(Waiting, nil), Check{Name: CheckTCP, Status: Running, Text: "connecting"}), []string{"running Server TCP: connecting"}},
		{"between two", with(all(Waiting, nil), Check{Name: CheckTCP, Status: OK}), []string{"running Server "}},
		{"all is well", all(OK, said), []string{"ok Server " + sum}},
		{"all but the limits, which come last", with(all(OK, said), Check{Name: CheckLimits, Status: Waiting}), []string{"ok Server " + sum}},
		{"a warning", with(all(OK, said), Check{Name: CheckClock, Status: Warning, Text: "behind"}), []string{"ok Server " + sum, "warning Clock behind"}},
		{"no TLS", with(all(OK, said), Check{Name: CheckTLS, Status: Skipped}), []string{"ok Server GitLab 17.5.2, answers in 84 ms"}},
		{"it ends at TLS", with(all(Skipped, nil), Check{Name: CheckAddress, Status: OK}, Check{Name: CheckTCP, Status: OK}, Check{Name: CheckTLS, Status: Failed, Text: "unknown"}),
			[]string{"skipped Server ok up to TCP, then skipped", "failed TLS unknown"}},
	} {
		rows := Rows(test.checks)
		if beside := len(CheckNames) - len(ServerChecks); len(rows) != len(test.want)+beside {
			t.Errorf("%s: there are %d rows, want %d", test.name, len(rows), len(test.want)+beside)
			continue
		}
		for i, want := range test.want {
			if got := string(rows[i].Status) + " " + rows[i].Name + " " + rows[i].Text; got != want {
				t.Errorf("%s: row %d is %q, want %q", test.name, i, got, want)
			}
		}
	}
}
