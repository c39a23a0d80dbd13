package tui

import (
	"context"
	"errors"
	"io"
	"strings"
	"sync"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

var errNobody = errors.New("nobody is there")

// A void is the GitLab and the store of a terminal on which nothing but typing
// happens: all of it fails at once.
type void struct{}

func (void) Find(context.Context, string, flow.Network) (flow.Server, error) {
	return flow.Server{}, errNobody
}
func (void) Test(context.Context, flow.Connection, func(flow.Check)) (flow.Report, error) {
	return flow.Report{}, errNobody
}
func (void) Discover(context.Context, flow.Connection, flow.Checkpoint, func(flow.Page) error) error {
	return errNobody
}
func (void) Newer(context.Context, flow.Connection, int64, func(flow.Page) error) error {
	return errNobody
}
func (void) Confirm(context.Context, flow.Connection, []int64) (map[int64]flow.Presence, error) {
	return nil, errNobody
}
func (void) Look(context.Context, flow.Connection, string) (flow.Sighting, error) {
	return flow.Sighting{}, errNobody
}
func (void) SignIn(context.Context, flow.SignIn) (flow.Attempt, error) { return nil, errNobody }
func (void) Renew(context.Context, flow.Connection) (flow.Grant, error) {
	return flow.Grant{}, errNobody
}
func (void) Revoke(context.Context, flow.Connection) error                  { return errNobody }
func (void) Delete(context.Context, int64) error                            { return errNobody }
func (void) LockCredential(context.Context, int64) (func(), error)          { return nil, errNobody }
func (void) BeginRenewal(context.Context, int64) (flow.Renewal, error)      { return "", errNobody }
func (void) EndRenewal(context.Context, int64, flow.Renewal) error          { return errNobody }
func (void) KeepGrant(context.Context, int64, flow.Grant, flow.Grant) error { return errNobody }
func (void) Shared(context.Context, int64) (bool, error)                    { return false, errNobody }
func (void) SetStatus(context.Context, int64, flow.Status) error            { return errNobody }
func (void) Stage(context.Context, int64, time.Time) (flow.Stage, error)    { return nil, errNobody }
func (void) List(context.Context) ([]flow.Integration, error)               { return nil, errNobody }
func (void) Review(context.Context, int64) (*flow.Review, error)            { return nil, errNobody }
func (void) Settled(context.Context, int64) (flow.Settled, error)           { return flow.Settled{}, errNobody }
func (void) Glance(context.Context, int64, int) (flow.Glance, error)        { return flow.Glance{}, errNobody }
func (void) Held(context.Context, int64) (flow.Held, bool, error) {
	return flow.Held{}, false, errNobody
}
func (void) AcceptHeld(context.Context, int64) (flow.Discovery, error) {
	return flow.Discovery{}, errNobody
}
func (void) DropHeld(context.Context, int64) error                  { return errNobody }
func (void) ToConfirm(context.Context, int64, int) ([]int64, error) { return nil, errNobody }
func (void) Confirmed(context.Context, int64, map[int64]flow.Presence) (flow.Outcome, error) {
	return flow.Outcome{}, errNobody
}
func (void) Highest(context.Context, int64) (int64, error) { return 0, errNobody }
func (void) AddNewer(context.Context, int64, time.Time, flow.Page) (flow.News, error) {
	return flow.News{}, errNobody
}
func (void) SetReport(context.Context, int64, flow.Report) error             { return errNobody }
func (void) Events(context.Context, int64, int) ([]flow.Event, error)        { return nil, errNobody }
func (void) EventsSince(context.Context, int64, int64) ([]flow.Event, error) { return nil, errNobody }
func (void) KeepDraft(context.Context, flow.Draft) error                     { return errNobody }
func (void) KeptDraft(context.Context) (flow.Draft, bool, error) {
	return flow.Draft{}, false, errNobody
}
func (void) DropDraft(context.Context) error { return errNobody }
func (void) Connection(context.Context, int64) (flow.Connection, error) {
	return flow.Connection{}, errNobody
}
func (void) Create(context.Context, flow.Integration, flow.Connection) (flow.Integration, error) {
	return flow.Integration{}, errNobody
}
func (void) SetConnection(context.Context, int64, int64, flow.Connection, flow.Report) (flow.Integration, error) {
	return flow.Integration{}, errNobody
}
func (void) SetNetwork(context.Context, int64, int64, flow.Network, flow.Report) (flow.Integration, error) {
	return flow.Integration{}, errNobody
}
func (void) Save(context.Context, int64, flow.Changes) (flow.Integration, error) {
	return flow.Integration{}, errNobody
}
func (void) Rename(context.Context, int64, int64, string) (flow.Integration, error) {
	return flow.Integration{}, errNobody
}
func (void) SetServices(context.Context, int64, int64, flow.Services) (flow.Integration, error) {
	return flow.Integration{}, errNobody
}

// stillDoors is an attempt to sign in to which nothing happens.
type stillDoors struct{ flow.Attempt }

func (stillDoors) Paste(string) error { return &flow.Fault{Cause: flow.CutPaste} }
func (stillDoors) NewCode()           {}

// Whatever is typed and pasted on whatever page, of whatever a server has sent, in
// whatever window: every row fits, and shows nothing but what can be seen.
func FuzzPages(f *testing.F) {
	names := "acme/platform/api\nacme/platform/legacy-mail\n日本語/日本語日本語日本語日本語日本語日本語\nana/" + strings.Repeat("x", 200) + "\nacme/e\u0301e\u0301👩👧🇩🇪\na//b\n/"
	for page := range uint8(pagesFuzzed) {
		for i, typed := range typedKeys {
			f.Add(page, typed, names, uint8(40+i*3), uint8(10+i))
		}
		f.Add(page, "\t\t\t\r\x1d\x1d\r\x1f\x1b", "", uint8(80), uint8(24))
		f.Add(page, "2n\x00name:x\x00\r2x\r3\x1d\r", names, uint8(60), uint8(16))
		f.Add(page, "\x1d\x1d \x1d x\r/leg\rix\r\rs\r", names, uint8(80), uint8(24))
		for _, keys := range []string{"r\x1d\x1d\r", "f\x00https://gitlab.example.com/x\x00\r", "a\x1dxes\r", "?\x1d\x1d\x1c\x1b", "w\x1f\x1d\x1d\x1e", "m\x1bcpn\x1d\x1d\r\x00https://h/?code=x\x00\r", "\x1d\x1d\x1d\r\x1b\x1d\r"} {
			f.Add(page, keys, names, uint8(72), uint8(20))
		}
	}
	f.Fuzz(func(t *testing.T, page uint8, typed, names string, columns, lines uint8) {
		if len(typed) > 300 || len(names) > 3000 {
			return
		}
		for name := range strings.SplitSeq(names, "\n") {
			if name != flow.Clean(name) {
				return // as everything is that a server has sent
			}
		}
		width, height := int(columns%160), int(lines%60)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		e := &env{
			Deps: Deps{
				GitLab: void{}, Store: void{}, Now: func() time.Time { return noonOfKeys }, Who: "ana@build-07", Getenv: func(string) string { return "" },
				Database: "~/.local/share/flow/flow.db", Key: "~/.local/state/flow/identity", Dir: "/nowhere", Notes: []string{"flow.db is on a file system."},
			},
			styles: newStyles(columns%2 == 0), ctx: ctx, tasks: &sync.WaitGroup{}, printer: &printer{},
		}
		a := &app{env: e, page: fuzzedPage(e, page, names)}
		a.Update(tea.WindowSizeMsg{Width: width, Height: height})
		a.Init()
		checkDrawn(t, a, typed)
		for _, msg := range keysOf(typed) {
			if k, ok := msg.(tea.KeyPressMsg); ok && (k.String() == "ctrl+c" || k.String() == "ctrl+z") {
				continue
			}
			a.Update(guardOver{a.guards})
			a.Update(msg)
			checkDrawn(t, a, typed)
		}
		a.page.leave()
	})
}

func checkDrawn(t *testing.T, a *app, typed string) {
	t.Helper()
	v := a.View()
	if a.width == 0 || a.height == 0 || a.env.printer.on {
		return
	}
	rows := strings.Split(v.Content, "\n")
	if len(rows) > a.height {
		t.Fatalf("%q: %d rows in a window of %d", typed, len(rows), a.height)
	}
	for _, row := range rows {
		text := ansi.Strip(row)
		if ansi.StringWidth(text) > a.width && !a.isTooSmall() {
			t.Fatalf("%q: a row of %d columns in a window of %d: %q", typed, ansi.StringWidth(text), a.width, text)
		}
		if !isDrawn(text) {
			t.Fatalf("%q: it draws %q", typed, row)
		}
	}
	if c := v.Cursor; c != nil && (c.X < 0 || c.X >= a.width || c.Y < 0 || c.Y >= a.height) {
		t.Fatalf("%q: the cursor is at %d, %d in a window of %d, %d", typed, c.X, c.Y, a.width, a.height)
	}
}

const pagesFuzzed = 20

func fuzzedPage(e *env, n uint8, names string) page {
	base, _ := flow.ParseBaseURL("https://gitlab.example.com/git")
	list := strings.Split(names, "\n")
	says := flow.CleanLine(names, 160)
	report := flow.Report{
		At: noonOfKeys, Server: "GitLab 17.5.2", Account: "@" + flow.CleanLine(list[0], 80), Readable: flow.EveryService, OwnURL: "https://git.internal", Groups: 3, Repos: 9, Lacks: []string{says},
		Checks: []flow.Check{
			{Name: flow.CheckTLS, Status: flow.OK, Text: "TLS 1.3, " + says}, {Name: flow.CheckAccount, Status: flow.Warning, Text: says, Hint: says, Says: says, Link: base.At("/-/profile")},
			{Name: flow.CheckRepo, Status: flow.OK, Text: says},
		},
	}
	if n%pagesFuzzed == 19 {
		report = flow.Report{}
	}
	in := flow.Integration{
		ID: 1, Name: flow.CleanLine(list[0], 64), Provider: "gitlab-self-hosted", Method: flow.AccessToken, BaseURL: base, Services: flow.EveryService, Report: report,
		Status: flow.Status{Data: flow.FailedIntegration, Cause: flow.UnknownCA, Reason: says}, Discovery: flow.Discovery{At: noonOfKeys.Add(-time.Hour), Repos: 5, Outcome: flow.Outcome{New: 2}},
		CreatedAt: noonOfKeys, CreatedBy: "ana@build-07", Network: flow.Network{Proxy: "http://ana@proxy.example.com:3128", Unverified: true},
	}
	d := newDetails(e, in, false)
	d.take(reviewLoaded{review: fuzzedReview(in, list), events: []flow.Event{{At: noonOfKeys, By: says, Text: says}}})
	w := newWizard(e, flow.Draft{}, nil)
	w.draft.SetProvider(flow.Providers[0])
	w.draft.SetMethod(flow.AccessToken)
	w.draft.SetServer(flow.Server{BaseURL: base, TokenPage: base.At("/-/user_settings/personal_access_tokens?name=Flow"), AppPage: base.At("/oauth/applications"), Scopes: flow.WantedScopes, Issuer: says})
	w.draft.SetToken(flow.NewSecret("glpat-0123456789"))
	w.draft.SetReport(report)
	at := func(s flow.Step) page {
		w.open(s)
		return w
	}
	switch n % pagesFuzzed {
	case 0:
		return newWizard(e, flow.Draft{}, nil)
	case 1:
		return newWizard(e, flow.Draft{Provider: "gitlab-self-hosted", Address: says, Step: flow.StepCreate, StoppedAt: noonOfKeys}, nil)
	case 2:
		return at(flow.StepMethod)
	case 3:
		return at(flow.StepCredentials)
	case 4:
		w.draft.SetMethod(flow.OAuth)
		return at(flow.StepCredentials)
	case 5:
		return at(flow.StepConnection)
	case 6:
		w.draft.SetMethod(flow.OAuth)
		w.draft.SetApplication(flow.Application{ClientID: "948fe603"})
		w.at, w.step = flow.StepConnection, newConnection(w)
		w.signIn.attempt, w.signIn.env, w.signIn.of = stillDoors{}, e, w.draft.SignIn()
		w.signIn.task.run = &taskRun{gone: make(chan struct{}), cancel: func() {}}
		w.signIn.doors = flow.Doors{
			Until: noonOfKeys.Add(9 * time.Minute), Address: base.At("/oauth/authorize?client_id=948fe603&redirect_uri=http%3A%2F%2F127.0.0.1%3A7171%2Fcallback&state=A8fArOOV2AGC2weuLDDwNA"),
			Local: flow.LocalDoor{Address: "http://127.0.0.1:7171/k7qm2xvd", Port: 7171, Taken: 7170}, Said: &flow.Fault{Cause: flow.AnswerRefused, Says: says},
			Code: flow.CodeDoor{State: flow.CodeOpen, Code: flow.CleanLine(names, 32), Address: base.At("/oauth/device"), Until: noonOfKeys.Add(time.Minute)},
		}
		return w
	case 7:
		return at(flow.StepServices)
	case 8:
		return at(flow.StepName)
	case 9:
		return at(flow.StepCreate)
	case 10:
		return newIntegrations(e, []flow.Integration{in, in, in})
	case 11:
		return newSave(d, toSave)
	case 12:
		return newMissing(d)
	case 13:
		return newRemoval(d)
	case 14:
		return newRename(d)
	case 15:
		return newNetworkPage(d)
	case 16, 19:
		r := newRetest(d)
		r.checks.show(base, in.Network, report)
		return r
	case 17:
		d.at = 1
	case 18:
		d.at = 2
	}
	return d
}

// fuzzedReview has a repo for each name, in a group made from the name before it.
func fuzzedReview(in flow.Integration, names []string) *flow.Review {
	var groups []flow.Group
	var repos []flow.Repo
	for i, path := range names {
		if len(repos) == 50 {
			break
		}
		groups = append(groups, flow.Group{ID: int64(i + 1), Path: path[:max(strings.LastIndexByte(path, '/'), 0)], Name: path, Personal: i%4 == 3})
		repos = append(repos, flow.Repo{
			ID: int64(i + 1), GroupID: int64(i + 1), Path: path, Name: path, Role: []flow.Role{flow.Reporter, flow.Guest, 99, flow.RoleUnknown}[i%4],
			ActiveAt: flow.MomentOf(noonOfKeys.AddDate(0, -i, 0)), SHA256: i%7 == 6, Archived: i%3 == 0, Fork: i%2 == 0, FirstSeen: flow.MomentOf(in.Discovery.At),
		})
	}
	rule, _ := flow.ParseRule("name:legacy-*")
	return flow.NewReview(in, flow.Settings{Auto: map[int64]bool{1: true}, Pins: map[int64]flow.Pin{2: flow.PinOut}, Rules: []flow.Rule{rule}}, groups, repos)
}

// A size that is pasted must not take all memory before anything is drawn.
func TestWindowsThatCantBeAreNotDrawn(t *testing.T) {
	for size, want := range map[tea.WindowSizeMsg]bool{{Width: 80, Height: 24}: true, {Width: 960, Height: 540}: true, {Width: 0, Height: 0}: true, {Width: 30000, Height: 30000}: false, {Width: 65535, Height: 24}: false} {
		if got := believed(nil, size) != nil; got != want {
			t.Errorf("%d×%d: %v", size.Width, size.Height, got)
		}
	}
	in, typed := io.Pipe()
	go func() {
		_, _ = typed.Write([]byte("\x1b[8;30000;30000t\x03"))
	}()
	d := Deps{GitLab: void{}, Store: emptyStore{}, Now: time.Now, Getenv: func(string) string { return "" }}
	if err := Run(t.Context(), d, in, io.Discard, tea.WithoutSignalHandler(), tea.WithWindowSize(80, 24)); err != nil {
		t.Error(err)
	}
	typed.Close()
}

// emptyStore has no integration yet.
type emptyStore struct{ void }

func (emptyStore) List(context.Context) ([]flow.Integration, error) { return nil, nil }
func (emptyStore) KeptDraft(context.Context) (flow.Draft, bool, error) {
	return flow.Draft{}, false, nil
}
