package main

import (
	"encoding/base64"
	"errors"
	"net"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab/gitlabtest"
	"flow/tui"
)

// The check list takes the place of the doors by itself: a key that was meant
// for them does not cancel it.
func TestEarlyKeysWhenTheBrowserAnswers(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	w.server.Fail(gitlabtest.Fault{Path: "/api/v4/user", Kind: gitlabtest.Hang})
	tm := w.open(80, 24)
	tm.doors(w)
	w.visit(w.browser(nil), tm.short(), true)
	// As a kitty sends esc, at once, and then ctrl+l, which is never ignored.
	tm.see("checks done. Nothing is stored yet.").typed("\x1b[27u")
	drawn := len(tm.output())
	tm.press("ctrl+l").waitFor("draw again", func(string) bool { return len(tm.output()) > drawn })
	tm.see("esc cancel", "checks done").press("esc").see("/^> Client secret/")
}

// The short address opens where a browser can be seen; else it is copied.
func TestOpensABrowser(t *testing.T) {
	t.Parallel()
	w := newWorld(t, gitlabtest.Options{})
	opened, problem := make(chan string), make(chan error)
	w.deps = func(d *tui.Deps) {
		d.OpenURL = func(address string) error {
			opened <- address
			return <-problem
		}
	}
	tm := w.open(80, 24)
	short := tm.doors(w).see("/^> In your browser, here/", "o open").short()
	tm.press("o").see("The page opens in your browser.", "Waiting for GitLab")
	if got := <-opened; got != short {
		t.Errorf("%s was opened, want %s", got, short)
	}
	problem <- nil
	tm.press("enter")
	<-opened
	problem <- errors.New("no display")
	tm.see("No browser opened; the address went to your terminal's clipboard.")
	sent := base64.StdEncoding.EncodeToString([]byte(short))
	tm.waitFor("send the address to the clipboard", func(string) bool { return strings.Contains(tm.output(), sent) })
	w.visit(w.browser(nil), short, true)
	tm.see(passed)
}

// The whole address goes to the clipboard, and every row of it is a link to the
// whole.
func TestLongAddressIsCopiedAndLinked(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	long := tm.doors(w).long()
	for row := range slices.Chunk([]byte(long), 80) {
		if link := ";" + long + "\a" + string(row) + "\x1b"; !strings.Contains(tm.output(), link) {
			t.Errorf("the row %s is not linked to the whole", row)
		}
	}
	tm.press("c").see("The long address went to your terminal's clipboard.", "press p.")
	sent := base64.StdEncoding.EncodeToString([]byte(long))
	tm.waitFor("send the address to the clipboard", func(string) bool { return strings.Contains(tm.output(), "\x1b]52;c;"+sent) })
}

// A port that somebody else has does not stop the attempt.
func TestPortIsTaken(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	base, err := flow.ParseBaseURL(w.server.URL())
	if err != nil {
		t.Fatal(err)
	}
	ports := flow.SignIn{Server: flow.Server{BaseURL: base, Ports: flow.AnyPort}, App: flow.Application{ClientID: gitlabtest.DemoClientID}}.Ports()
	listener, err := net.ListenTCP("tcp", &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: ports[0]})
	if err != nil {
		t.Skip("another test has that port: ", err)
	}
	defer listener.Close()
	tm := w.open(80, 24)
	tm.oauthCredentials(w.server.URL()).entered(gitlabtest.DemoClientSecret).see("is taken on this machine. Flow uses", "changed.")
	w.visit(w.browser(nil), tm.short(), true)
	tm.see(passed)
}

// Where the company has a callback of its own there is nothing to forward.
func TestOwnCallback(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	const redirect = "https://flow.example.com/callback"
	w.deps = func(d *tui.Deps) { d.SSH, d.Redirect = "ana@build-07", redirect }
	app, err := w.server.Company().AddApplication(gitlabtest.Application{Name: "Flow, own", Redirects: []string{redirect}, Scopes: []string{"api", "read_user", "read_repository"}})
	if err != nil {
		t.Fatal(err)
	}
	tm := w.open(80, 24)
	tm.oauthCredentials(w.server.URL()).typed(app.UID).press("enter").see("/^> Client secret/").typed(app.Secret).press("enter").see("Both ways are open", "/paste +the address you end on$/").never("laptop")
	tm.press("?").see("Keys   Connection", "If the browser shows an error").never("laptop").press("esc").see("Both ways are open")
	end := w.visit(w.browser(func(u *url.URL) bool { return u.Host == "flow.example.com" }), tm.long(), true).URL
	tm.paste(end).see(passed)
}

// The window changes while the doors are open, down to nothing and back.
func TestResizeWhileWaiting(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	code := tm.doors(w).code()
	long := tm.long()
	tm.resize(60, 16).see("The first way to finish wins.", "In any browser, then paste          down shows it", code)
	tm.press("down", "down").see("With a code, on any device          up shows it", "/^> In any browser/")
	if tm.long() != long {
		t.Errorf("the long address is %s", tm.long())
	}
	tm.resize(40, 10).see("the long address: c copies it,").never("client_id").press("up", "up").see("/^> With a code/", code)
	tm.resize(30, 8).see("Flow needs 40 columns").resize(80, 24).see("All three ways are open", "/^> With a code/")
	w.visit(w.browser(nil), tm.short(), true)
	tm.see(passed)
}

// The long address stands on the normal screen as one line, until a key.
func TestAddressIsPrinted(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	tm.doors(w)
	long, short := tm.long(), tm.short()
	for _, key := range []string{"enter", "esc", "p", "ctrl+l"} {
		tm.press("p").see("Press any key to go back.").never("Waiting for GitLab")
		if !strings.Contains(tm.output(), long+"\r\n") {
			t.Error("the address is not one line")
		}
		tm.press(key).see("Waiting for GitLab", short).never("Press any key")
	}
	// Another window meanwhile does no harm.
	tm.press("p").see("Press any key to go back.").resize(60, 16)
	tm.press("x").see("Step 4 of 7: Connection", short)
	tm.press("p").see("Press any key to go back.").leave()
	closed(t, short)
}

// What happens while the address is printed brings the screens back.
func TestAnswerWhileThePrintedAddressIsSeen(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		name   string
		answer func(w *world, tm *window, long, short string)
		want   string
	}{
		{"the browser answers", func(w *world, tm *window, _, short string) { w.visit(w.browser(nil), short, true) }, passed},
		{"it is denied", func(w *world, tm *window, _, short string) { w.visit(w.browser(nil), short, false) }, "You denied the request in GitLab."},
		{"the answer is pasted", func(w *world, tm *window, long, _ string) {
			tm.paste(w.visit(w.browser(elsewhere), long, true).URL)
		}, passed},
		{"something else is pasted", func(w *world, tm *window, long, _ string) { tm.paste(long) }, "That is the address to open"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			w := overSSH(t, gitlabtest.Options{})
			tm := w.open(80, 24)
			tm.doors(w)
			long, short := tm.long(), tm.short()
			tm.press("p").see("Press any key to go back.")
			test.answer(w, tm, long, short)
			tm.see(test.want).never("Press any key")
		})
	}
}

// The same where no browser comes to this machine, and where nobody answers.
func TestEndWhileThePrintedAddressIsSeen(t *testing.T) {
	t.Parallel()
	h := newHourglass(t)
	w := overSSH(t, gitlabtest.Options{Now: h.Now}).runOn(h)
	tm := w.open(80, 24)
	tm.doors(w).code()
	tm.press("p").see("Press any key to go back.")
	h.pass(10*time.Minute, 10*time.Minute)
	tm.see("No answer for 10 minutes.", "enter try again").press("enter")
	code := tm.code()
	tm.press("p").see("Press any key to go back.")
	w.enterCode(code, true)
	h.pass(5*time.Second, 6*time.Second)
	tm.see(passed)
}

// The device address is drawn for a camera, if the window has room.
func TestQRCodeOfTheDeviceAddress(t *testing.T) {
	t.Parallel()
	w := overSSH(t, gitlabtest.Options{})
	tm := w.open(80, 24)
	code := tm.doors(w).code()
	tm.press("m").see("as a QR code", "█▄▄▄▄▄", "enter the code "+code, "esc close").press("esc").see("Waiting for GitLab")
	tm.press("m").see("as a QR code").resize(60, 16).see("It needs a window of 36 columns and 21 rows", "esc close").press("m").see("Waiting for GitLab")
}
