package flow_test

import (
	"reflect"
	"slices"
	"testing"

	"flow"
)

// report is one whose first check is the last of the server's, then Account and
// what follows it.
func report(statuses ...flow.CheckStatus) flow.Report {
	r := flow.Report{Readable: flow.EveryService}
	names := flow.CheckNames[len(flow.ServerChecks)-1:]
	for i, s := range statuses {
		r.Checks = append(r.Checks, flow.Check{Name: names[i], Status: s})
	}
	return r
}

func TestReportsSumUp(t *testing.T) {
	const ok, warning, failed, skipped = flow.OK, flow.Warning, flow.Failed, flow.Skipped
	tests := []struct {
		name   string
		report flow.Report
		passed bool
		want   string
	}{
		{"all is well", report(ok, ok, ok, ok, ok, ok, ok, ok, ok), true, "Connected: 9 ok."},
		{"a warning does not stop", report(ok, ok, warning, ok, ok, ok, ok, ok, ok), true, "Connected: 8 ok, 1 warning. A warning does not stop you."},
		{"nor do two", report(ok, warning, warning), true, "Connected: 1 ok, 2 warnings. Warnings do not stop you."},
		{"nor does what can't be tried", report(ok, ok, skipped), true, "Connected: 2 ok, 1 skipped."},
		{"a failure does", report(ok, ok, failed, ok, skipped, skipped, skipped, skipped, skipped), false, "Not connected: 1 check failed, 5 skipped."},
		{"and two do", report(ok, failed, failed, warning), false, "Not connected: 2 checks failed."},
		{"one that still runs is no success", report(ok, ok, flow.Running), false, "Not connected: 0 checks failed."},
		{"nor is one that waits", report(ok, ok, flow.Waiting), false, "Not connected: 0 checks failed."},
		{"nor is one without a sign-in", report(ok, skipped), false, "Not connected: 0 checks failed, 1 skipped."},
		{"a sign-in with a warning is one", report(ok, warning), true, "Connected: 1 ok, 1 warning. A warning does not stop you."},
		{"nor is no test at all", flow.Report{}, false, "Not connected: 0 checks failed."},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.report.Passed() != test.passed || test.report.Summary() != test.want {
				t.Errorf("Passed %v: %s", test.report.Passed(), test.report.Summary())
			}
		})
	}
}

func TestATestWithoutATokenReaches(t *testing.T) {
	checks := func(gitLab, account flow.CheckStatus) flow.Report {
		return flow.Report{Checks: []flow.Check{{Name: flow.CheckGitLab, Status: gitLab}, {Name: flow.CheckAccount, Status: account}}}
	}
	for _, test := range []struct {
		name    string
		report  flow.Report
		reached bool
	}{
		{"a GitLab answers", checks(flow.OK, flow.Skipped), true},
		{"somebody has signed in", checks(flow.OK, flow.OK), false},
		{"none answers", checks(flow.Failed, flow.Skipped), false},
		{"it was broken off", checks(flow.OK, flow.Waiting), false},
	} {
		if got := test.report.Reached(); got != test.reached || got && test.report.Passed() {
			t.Errorf("%s: reached %v", test.name, got)
		}
	}
	if got := checks(flow.OK, flow.Skipped).Summary(); got != "Reached: 1 ok, 1 skipped. Nobody has signed in." {
		t.Error(got)
	}
}

func TestChecksAreFoundByName(t *testing.T) {
	r := report(flow.OK, flow.Failed)
	if got := r.Check(flow.CheckAccount); got.Status != flow.Failed {
		t.Errorf("Account is %s", got.Status)
	}
	if got := r.Check(flow.CheckRole); got.Status != flow.Waiting || got.Name != flow.CheckRole {
		t.Errorf("Role, which was not reached, is %+v", got)
	}
	for s, want := range map[flow.CheckStatus]bool{flow.OK: true, flow.Warning: true, flow.Failed: true, flow.Skipped: true, flow.Waiting: false, flow.Running: false, "": false} {
		if s.Done() != want {
			t.Errorf("%q is done: %v", s, s.Done())
		}
	}
}

func TestReportsSayWhatWasFound(t *testing.T) {
	for want, r := range map[string]flow.Report{
		"38 groups, 1,204 repos":       {Groups: 38, Repos: 1204},
		"1 group, 1 repo":              {Groups: 1, Repos: 1},
		"38 groups, over 10,000 repos": {Groups: 38, Repos: 10_000, AtLeast: true},
	} {
		if got := r.Found(); got != want {
			t.Errorf("got %s, want %s", got, want)
		}
	}
}

// Reports that were stored by a Flow with fewer checks are shown as they are.
func TestRowsOfAStoredReport(t *testing.T) {
	if rows := flow.Rows(nil); len(rows) != 0 {
		t.Errorf("of nothing: %+v", rows)
	}
	old := []flow.Check{
		{Name: "Server", Status: flow.OK, Text: "GitLab 17.5.2, TLS 1.3, answers in 84 ms"}, {Name: flow.CheckAccount, Status: flow.OK},
		{Name: flow.CheckScopes, Status: flow.Warning}, {Name: flow.CheckRepo, Status: flow.Failed}, {Name: flow.CheckRole, Status: flow.Skipped},
	}
	if rows := flow.Rows(old); !reflect.DeepEqual(rows, old) {
		t.Errorf("got %+v", rows)
	}
	few := []flow.Check{
		{Name: flow.CheckTLS, Status: flow.OK, Text: "TLS 1.2", Took: 2}, {Name: flow.CheckGitLab, Status: flow.OK, Text: "answers in 9 ms", Took: 3},
		{Name: flow.CheckAccount, Status: flow.OK},
	}
	want := []flow.Check{{Name: flow.ServerRow, Status: flow.OK, Text: "TLS 1.2, answers in 9 ms", Took: 5}, few[2]}
	if rows := flow.Rows(few); !reflect.DeepEqual(rows, want) {
		t.Errorf("got %+v", rows)
	}
}

// What failed or is warned of stands below the row of what is well, in the order
// in which it is tried.
func TestRowsKeepWhatWentWrong(t *testing.T) {
	rows := flow.Rows([]flow.Check{
		{Name: flow.CheckAddress, Status: flow.Warning, Text: "http"}, {Name: flow.CheckTCP, Status: flow.OK}, {Name: flow.CheckTLS, Status: flow.Skipped, Text: "plain http has none"},
		{Name: flow.CheckGitLab, Status: flow.Failed, Text: "down"}, {Name: flow.CheckVersion, Status: flow.Skipped, Text: "needs the server"},
		{Name: flow.CheckAccount, Status: flow.Skipped, Text: "needs the server"},
	})
	var got []string
	for _, c := range rows {
		got = append(got, string(c.Status)+" "+c.Name)
	}
	if want := []string{"skipped Server", "warning Address", "failed GitLab", "skipped Account"}; !slices.Equal(got, want) {
		t.Errorf("got %v", got)
	}
}
