package flow_test

import (
	"testing"

	"flow"
)

func report(statuses ...flow.CheckStatus) flow.Report {
	r := flow.Report{Readable: flow.EveryService}
	for i, s := range statuses {
		r.Checks = append(r.Checks, flow.Check{Name: flow.CheckNames[i], Status: s})
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
