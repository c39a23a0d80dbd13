package flow_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"flow"
)

// today is a Sunday noon on which all tests take place.
var today = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func rule(t testing.TB, text string) flow.Rule {
	t.Helper()
	r, err := flow.ParseRule(text)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestRulesMatch(t *testing.T) {
	at := func(path string) flow.Repo { return flow.Repo{Path: path} }
	quiet := func(days int) flow.Repo {
		return flow.Repo{Path: "acme/api", ActiveAt: flow.MomentOf(today.AddDate(0, 0, -days))}
	}
	tests := []struct {
		name string
		rule string
		repo flow.Repo
		want bool
	}{
		{"name: is the repo's own name", "name:api", at("acme/platform/api"), true},
		{"name: is not its path", "name:acme", at("acme/platform/api"), false},
		{"name: is the whole name", "name:api", at("acme/api-gateway"), false},
		{"name: * is any text", "name:legacy-*", at("acme/legacy-billing"), true},
		{"name: * may be nothing", "name:legacy-*", at("acme/legacy-"), true},
		{"name: * stands anywhere", "name:*-old-*", at("acme/api-old-2"), true},
		{"name: ? is one character", "name:tmp-?", at("acme/tmp-a"), true},
		{"name: ? is not two", "name:tmp-?", at("acme/tmp-ab"), false},
		{"name: ? is not nothing", "name:tmp-?", at("acme/tmp-"), false},
		{"name: ? is one character, not one byte", "name:tmp-?", at("acme/tmp-ä"), true},
		{"name: ignores case", "name:LEGACY-*", at("acme/Legacy-Billing"), true},
		{"name: a dot is a dot", "name:a.b", at("acme/axb"), false},
		{"name: brackets are brackets", "name:[ab]", at("acme/a"), false},
		{"name: looks at a repo without a group", "name:api", at("api"), true},

		{"path: is the whole path", "path:acme/api", at("acme/api"), true},
		{"path: is not a part of it", "path:acme/api", at("top/acme/api"), false},
		{"path: ignores case", "path:ACME/api", at("acme/API"), true},
		{"path: * stays in one part", "path:acme/*", at("acme/platform/api"), false},
		{"path: * fills one part", "path:acme/*/api", at("acme/platform/api"), true},
		{"path: ? does not cross parts", "path:acme?api", at("acme/api"), false},
		{"path: ** crosses parts", "path:acme/**", at("acme/platform/libs/api"), true},
		{"path: ** needs the group itself", "path:acme/**", at("acme-labs/api"), false},
		{"path: **/ is any depth", "path:acme/**/tmp-?", at("acme/a/b/tmp-1"), true},
		{"path: **/ is no depth as well", "path:acme/**/tmp-?", at("acme/tmp-1"), true},
		{"path: **/ ends at a part's start", "path:acme/**/tmp-?", at("acme/x-tmp-1"), false},
		{"path: **/ at the start", "path:**/api", at("acme/platform/api"), true},
		{"path: **/ at the start, no depth", "path:**/api", at("api"), true},
		{"path: ** after text still needs the slash", "path:acme**/api", at("acmeapi"), false},
		{"path: ** after text goes on in that part", "path:acme**/api", at("acme-labs/x/api"), true},
		{"path: slashes around it do not count", "path:/acme/api/", at("acme/api"), true},

		{"re: looks at the whole path", "re:^infra/.*-old$", at("infra/net/dns-old"), true},
		{"re: is anchored only where it says so", "re:old", at("acme/gold/api"), true},
		{"re: minds case", "re:LEGACY", at("acme/legacy"), false},
		{"re: (?i) ignores case", "re:(?i)LEGACY", at("acme/legacy"), true},
		{"re: holds colons", "re:^(?:acme|labs)/", at("labs/api"), true},

		{"inactive: nothing for so long", "inactive:365d", quiet(366), true},
		{"inactive: something since then", "inactive:365d", quiet(364), false},
		{"inactive: on that very day it is not yet longer", "inactive:365d", quiet(365), false},
		{"inactive: unknown activity is left alone", "inactive:1d", at("acme/api"), false},
		{"before: last activity before that day", "before:2023-01-01", flow.Repo{ActiveAt: flow.MomentOf(time.Date(2022, 12, 31, 23, 59, 0, 0, time.UTC))}, true},
		{"before: last activity on that day", "before:2023-01-01", flow.Repo{ActiveAt: flow.MomentOf(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC))}, false},
		{"before: unknown activity is left alone", "before:2023-01-01", at("acme/api"), false},
		{"created-before: the day before", "created-before:2023-01-01", flow.Repo{CreatedAt: flow.MomentOf(time.Date(2022, 12, 31, 23, 59, 0, 0, time.UTC)), ActiveAt: flow.MomentOf(today)}, true},
		{"created-before: on that day", "created-before:2023-01-01", flow.Repo{CreatedAt: flow.MomentOf(time.Date(2023, 1, 1, 0, 0, 0, 0, time.UTC))}, false},
		{"created-before: activity does not count", "created-before:2023-01-01", flow.Repo{ActiveAt: flow.MomentOf(time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC))}, false},

		{"topic: the only one", "topic:experiment", flow.Repo{Topics: "experiment"}, true},
		{"topic: one of several", "topic:go", flow.Repo{Topics: "experiment,go,web"}, true},
		{"topic: the last", "topic:web", flow.Repo{Topics: "experiment,go,web"}, true},
		{"topic: part of one is another one", "topic:go", flow.Repo{Topics: "gopher,mango"}, false},
		{"topic: ignores case", "topic:GO", flow.Repo{Topics: "go"}, true},
		{"topic: holds spaces", "topic:machine learning", flow.Repo{Topics: "machine learning"}, true},
		{"topic: there are none, or none are told", "topic:go", at("acme/go"), false},

		{"id: that one", "id:42", flow.Repo{ID: 42, Path: "acme/renamed"}, true},
		{"id: no other one", "id:42", flow.Repo{ID: 4, Path: "acme/42"}, false},

		{"group: in it", "group:acme/payments", at("acme/payments/api"), true},
		{"group: anywhere below it", "group:acme/payments", at("acme/payments/core/libs/api"), true},
		{"group: ignores case", "group:ACME/Payments/", at("acme/payments/api"), true},
		{"group: not one that begins like it", "group:acme/pay", at("acme/payments/api"), false},
		{"group: not a repo of that path", "group:acme/payments", at("acme/payments"), false},

		{"is:archived", "is:archived", flow.Repo{Archived: true}, true},
		{"is:archived, and it is not", "is:archived", flow.Repo{Public: true, Fork: true, Mirror: true, Empty: true}, false},
		{"is:public", "is:public", flow.Repo{Public: true}, true},
		{"is:public, and it is not", "is:public", flow.Repo{Archived: true, Fork: true, Mirror: true, Empty: true}, false},
		{"is:fork", "is:fork", flow.Repo{Fork: true}, true},
		{"is:fork, and it is not", "is:fork", flow.Repo{Archived: true, Public: true, Mirror: true, Empty: true}, false},
		{"is:mirror", "is:mirror", flow.Repo{Mirror: true}, true},
		{"is:mirror, and it is not", "is:mirror", flow.Repo{Archived: true, Public: true, Fork: true, Empty: true}, false},
		{"is:empty", "is:empty", flow.Repo{Empty: true}, true},
		{"is:sha256", "is:sha256", flow.Repo{SHA256: true}, true},
		{"is:sha256, and it is not, or is not told", "is:sha256", flow.Repo{Archived: true, Public: true, Fork: true, Mirror: true, Empty: true}, false},
		{"is:empty, and it is not", "is:empty", flow.Repo{Archived: true, Public: true, Fork: true, Mirror: true}, false},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if got := rule(t, test.rule).Matches(&test.repo, today); got != test.want {
				t.Errorf("%s on %s: %v, want %v", test.rule, test.repo.Path, got, test.want)
			}
		})
	}
}

func TestTheZeroRuleMatchesNothing(t *testing.T) {
	if (flow.Rule{}).Matches(&flow.Repo{Path: "acme/api"}, today) {
		t.Error("it matches")
	}
}

// Each mistake is drawn as the screen draws it: the rule, and a caret under what
// is wrong with it.
func TestRuleMistakesHaveAPlace(t *testing.T) {
	tests := []struct{ name, drawn string }{
		{"a bracket stays open", `
re:^infra/(.*
          ^ this bracket is not closed`},
		{"the inner bracket stays open", `
re:(a(b)c(d
         ^ this bracket is not closed`},
		{"a bracket in a class is none", `
re:(a[(]b
   ^ this bracket is not closed`},
		{"a class may begin with its own end", `
re:(a[](]b
   ^ this bracket is not closed`},
		{"so may one that is turned round", `
re:(a[^](]b
   ^ this bracket is not closed`},
		{"an escaped bracket is none", `
re:(a\(b
   ^ this bracket is not closed`},
		{"a bracket closes nothing", `
re:a)b
    ^ no bracket is open here`},
		{"a bracket closes nothing before others that do", `
re:a)b(c)
    ^ no bracket is open here`},
		{"a class stays open", `
re:^acme/[a-z
         ^ this [ is not closed`},
		{"a class stays open after an escaped one", `
re:\[a[a
      ^ this [ is not closed`},
		{"nothing to repeat at the start", `
re:*-old
   ^ nothing stands before this to repeat`},
		{"nothing to repeat after an earlier star", `
re:a*|*b
      ^ nothing stands before this to repeat`},
		{"nothing to repeat lazily", `
re:a*|*?b
      ^ nothing stands before this to repeat`},
		{"a repetition repeated", `
re:ab**
     ^ this repeats a repetition`},
		{"a repetition repeated after an escaped star", `
re:\**a**
       ^ this repeats a repetition`},
		{"too many repetitions", `
re:x{1001}
    ^ at most 1000 repetitions, the smaller number first`},
		{"too many repetitions of repetitions", `
re:(a{100}){100}
           ^ at most 1000 repetitions, the smaller number first`},
		{"repetitions in the wrong order", `
re:x{2,1}
    ^ at most 1000 repetitions, the smaller number first`},
		{"a backslash at the end", `
re:acme\
       ^ nothing stands after the backslash`},
		{"a reference back", `
re:(a)\1
      ^ this escape is not known; references back are not either`},
		{"an escape after an escaped backslash", `
re:\\1\1
      ^ this escape is not known; references back are not either`},
		{"a look ahead", `
re:^acme/(?!api)
         ^ looking ahead or behind is not possible`},
		{"a look behind", `
re:(?<=acme/)api
   ^ looking ahead or behind is not possible`},
		{"a flag that is still being typed", `
re:a(?i
    ^ this (? is not known, or not closed`},
		{"an unknown flag", `
re:(?z)a
   ^ this (? is not known, or not closed`},
		{"a range in the wrong order", `
re:a-z[z-a]
       ^ invalid character class range`},
		{"after characters of several bytes", `
re:ä(é
    ^ this bracket is not closed`},

		{"a name with a slash", `
name:acme/api
         ^ a name holds no slash; path: looks at the whole path`},
		{"nothing after the colon", `
name:
     ^ nothing stands after the colon`},
		{"a path of nothing but slashes", `
path://
     ^ nothing stands after the colon`},
		{"no number of days", `
inactive:year
         ^ give a number of days, such as 365d`},
		{"days without their d", `
inactive:365
         ^ give a number of days, such as 365d`},
		{"no day at all", `
inactive:0d
         ^ give a number of days, such as 365d`},
		{"more days than there are", `
inactive:36501d
         ^ give a number of days, such as 365d`},
		{"more days than can be counted", `
inactive:99999999999999999999d
         ^ give a number of days, such as 365d`},
		{"no day", `
before:2023-02-30
       ^ give a day, such as 2023-01-01`},
		{"a day the other way round", `
before:01.02.2023
       ^ give a day, such as 2023-01-01`},
		{"no day of creation", `
created-before:2023
               ^ give a day, such as 2023-01-01`},
		{"an unknown attribute", `
is:old
   ^ give archived, public, fork, mirror, empty or sha256`},
		{"two topics", `
topic:go,web
        ^ one topic only; make a rule for each`},
		{"no ID", `
id:api
   ^ give a project ID, such as 1234`},
		{"an ID with a sign", `
id:+1
   ^ give a project ID, such as 1234`},
		{"an ID of nothing", `
id:0
   ^ give a project ID, such as 1234`},
		{"many groups", `
group:acme/*
           ^ one group, by its path; path: takes * and ?`},
		{"no group", `
group:/
      ^ nothing stands after the colon`},
		{"an unknown kind", `
label:experiment
^ label: is no kind of rule`},
		{"a kind in capitals", `
Name:legacy-*
^ Name: is no kind of rule`},
		{"no kind before the colon", `
:legacy-*
^ : is no kind of rule`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := strings.TrimPrefix(test.drawn, "\n")
			text, _, _ := strings.Cut(want, "\n")
			_, err := flow.ParseRule(text)
			var mistake *flow.RuleError
			if !errors.As(err, &mistake) {
				t.Fatalf("ParseRule(%q) = %v, want a RuleError", text, err)
			}
			got := fmt.Sprintf("%s\n%s^ %s", mistake.Text, strings.Repeat(" ", utf8.RuneCountInString(mistake.Text[:mistake.At])), mistake.Reason)
			if got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			if f := flow.FaultOf(err); f.Cause != flow.BadRule || f.Where != mistake.Reason {
				t.Errorf("the fault says %q, %q", f.Cause, f.Where)
			}
		})
	}
}

func TestRulesAreRefused(t *testing.T) {
	tests := []struct{ name, text, want string }{
		{"no kind", "legacy-*", `"legacy-*" has no kind. Start with one, such as name:legacy-*.`},
		{"no kind, and it is a path", "acme/legacy-*", `"acme/legacy-*" has no kind. Start with one, such as path:acme/legacy-*.`},
		{"an unknown kind", "label:x", `"label:x" can't be read as a rule: label: is no kind of rule. Mend it there.`},
		{"a mistake", "re:^infra/(.*", `"re:^infra/(.*" can't be read as a rule: this bracket is not closed. Mend it there.`},
		{"nothing", "  ", `"" can't be read as a rule: it is empty. Mend it there.`},
		{"a control character", "name:a\x1b[2Jb", `"name:a[2Jb" can't be read as a rule: it holds a control character. Mend it there.`},
		{"an invisible character", "name:a\u200bb", `"name:ab" can't be read as a rule: it holds a control character. Mend it there.`},
		{"two lines", "name:a\nname:b", `"name:a name:b" can't be read as a rule: it holds a control character. Mend it there.`},
		{"broken UTF-8", "name:\xff", `"name:` + "\ufffd" + `" can't be read as a rule: it holds a control character. Mend it there.`},
		{"too long", "name:" + strings.Repeat("a", 1000), `"name:` + strings.Repeat("a", 52) + `..." can't be read as a rule: it is longer than 1000 characters. Mend it there.`},
		{"a long one with a mistake is cut", "is:" + strings.Repeat("a", 900), `"is:` + strings.Repeat("a", 54) + `..." can't be read as a rule: give archived, public, fork, mirror, empty or sha256. Mend it there.`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			r, err := flow.ParseRule(test.text)
			if err == nil {
				t.Fatalf("ParseRule(%q) = %s, want a refusal", test.text, r)
			}
			if got := said(err); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
		})
	}
}

func TestRulesKeepTheirText(t *testing.T) {
	for _, text := range []string{"name:legacy-*", "path:/acme/**/tmp-?", "re:^infra/.*-old$", "inactive:365d", "before:2023-01-01", "is:archived", "is:public", "is:fork", "is:mirror", "is:empty", "is:sha256", "name:büro", "topic:Machine Learning", "group:/Acme/Payments", "created-before:2023-01-01", "id:7"} {
		encoded, err := rule(t, "  "+text+"\t").MarshalText()
		if err != nil || string(encoded) != text {
			t.Errorf("%q is written as %q, %v", text, encoded, err)
		}
		if again := rule(t, string(encoded)); again.String() != text {
			t.Errorf("%q comes back as %q", text, again)
		}
	}
}

func TestEveryKindOfRuleHasAnExampleThatCanBeRead(t *testing.T) {
	for _, kind := range flow.RuleKinds {
		if r := rule(t, kind.Example); !strings.HasPrefix(r.String(), kind.Prefix) {
			t.Errorf("the example %q of %s is of another kind", r, kind.Prefix)
		}
		if !strings.HasSuffix(kind.Hint, ".") || kind.About == "" {
			t.Errorf("%s says %q, %q", kind.Prefix, kind.About, kind.Hint)
		}
	}
}

// RE2 and globs made of it run in linear time, but what they are made of still
// has to be bounded.
func TestHugePatternsEnd(t *testing.T) {
	long := flow.Repo{Path: strings.Repeat("a", 250) + "/" + strings.Repeat("a", 250)}
	for _, text := range []string{
		"re:" + strings.Repeat("(a*)*", 90) + "b",
		"re:(a?){200}b",
		"name:" + strings.Repeat("*a", 490) + "b",
		"path:" + strings.Repeat("**/", 330) + "b",
		"path:" + strings.Repeat("*", 990) + "b",
	} {
		start := time.Now()
		if rule(t, text).Matches(&long, today) {
			t.Errorf("%.20s... matches", text)
		}
		if took := time.Since(start); took > 5*time.Second {
			t.Errorf("%.20s... took %s", text, took)
		}
	}
	for _, text := range []string{"re:((a{100}){100}){100}", "re:" + strings.Repeat("(a*)*", 190) + "b", "re:(a?){500}(a?){500}b", "re:" + strings.Repeat("(", 990), "re:" + strings.Repeat("a", 1<<20), "name:" + strings.Repeat("*", 1<<20)} {
		if _, err := flow.ParseRule(text); !flow.CausedBy(err, flow.BadRule) {
			t.Errorf("%.20s...: %v, want it refused", text, err)
		}
	}
}

func FuzzParseRule(f *testing.F) {
	for _, text := range []string{"legacy-*", "name:legacy-*", "path:acme/**/tmp-?", "re:^infra/(.*", "re:a*|*b", `re:\Q(\E(`, "re:[[:alpha:](]", "inactive:365d", "before:2023-01-01", "is:fork", "topic:x", "topic:a,b", "group:acme/payments", "group://", "id:12", "created-before:2020-02-30", "re:(?P<a>x)(?P<a>y)", "re:\xff", "re:ä**", "path:///", ":"} {
		f.Add(text)
	}
	repo := flow.Repo{Path: "acme/platform/legacy-api", ActiveAt: flow.MomentOf(today.AddDate(-2, 0, 0)), Archived: true}
	f.Fuzz(func(t *testing.T, text string) {
		r, err := flow.ParseRule(text)
		if err == nil {
			again := rule(t, r.String())
			if again.String() != r.String() || again.Matches(&repo, today) != r.Matches(&repo, today) {
				t.Fatalf("%q is read back as another rule, %q", r, again)
			}
			if r.String() != strings.TrimSpace(text) {
				t.Fatalf("%q became %q", text, r)
			}
			return
		}
		if !flow.CausedBy(err, flow.BadRule, flow.NoRuleKind) {
			t.Fatalf("%q is refused for another reason: %v", text, err)
		}
		var mistake *flow.RuleError
		if errors.As(err, &mistake) && (mistake.At < 0 || mistake.At > len(mistake.Text) || mistake.Reason == "" || !strings.Contains(text, mistake.Text)) {
			t.Fatalf("%q is wrong at %d of %q: %q", text, mistake.At, mistake.Text, mistake.Reason)
		}
	})
}
