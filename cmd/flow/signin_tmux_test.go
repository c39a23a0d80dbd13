package main

import (
	"context"
	"fmt"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest"
)

// doors starts the program for somebody who has come over SSH, and goes to the
// doors of a sign-in.
func (p *pane) doors(binary string, server *gitlabtest.Server) *pane {
	p.t.Helper()
	p.typed("clear; " + binary).press("Enter").see("Which GitLab do you want to connect?").press("Enter")
	p.see("How should Flow sign in?").press("Enter").see("What you type in a browser").typed(server.URL()).press("Enter")
	p.see("A GitLab answers here", "/^> Client ID/").typed(gitlabtest.DemoClientID).press("Enter")
	p.see("/^> Client secret/").typed(gitlabtest.DemoClientSecret).press("Enter")
	if p.see("/Waiting for GitLab|" + taken + "/"); matches(p.screen(), taken) {
		p.press("x")
	}
	return p.see("Waiting for GitLab")
}

func (p *pane) resize(width, height int) *pane {
	p.t.Helper()
	p.tmux("resize-window", "-x", fmt.Sprint(width), "-y", fmt.Sprint(height))
	return p
}

// isLine reports whether a text is one line of the pane: tmux joins the rows that
// it has wrapped itself, as it does when they are selected, and no others.
func (p *pane) isLine(text string) bool {
	p.t.Helper()
	return strings.Contains("\n"+p.tmux("capture-pane", "-p", "-J"), "\n"+text+"\n")
}

var minutesLeft = regexp.MustCompile(`\d+( more minutes|\s+minutes left)`)

// timeless is a screen without the minutes that pass while it is looked at.
func timeless(screen string) string {
	return minutesLeft.ReplaceAllString(strings.TrimSpace(screen), "?$1")
}

const overSSHTo = "SSH_CONNECTION=192.0.2.1 50000 192.0.2.2 22"

// What is selected is the long address, byte for byte, at every width, and the
// page is the same when it comes back.
func TestPrintedAddressInTmux(t *testing.T) {
	t.Parallel()
	need(t, "tmux")
	server, err := gitlabtest.Start(gitlabtest.Demo(time.Now()), gitlabtest.Options{Path: "/git"})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(server.Close)
	binary := buildFlow(t)
	p := newPane(t, 200, 24, overSSHTo).doors(binary, server)
	long := strings.ReplaceAll(longAddress.FindString(p.screen()), "\n", "")
	if u, err := url.Parse(long); err != nil || u.Query().Get("client_id") != gitlabtest.DemoClientID || len(u.Query().Get("state")) != 22 {
		t.Fatalf("the address is %s (%v)", long, err)
	}
	for _, size := range []struct {
		width int
		shows string // at no other one
	}{{200, "/Create {60,}4 of 7$/"}, {80, "/Create {6}4 of 7$/"}, {60, "/browser\\. The first way to finish wins\\.$/"}, {40, "/browser\\.$/"}} {
		width := size.width
		p.resize(width, 24).press("C-l").see(size.shows, "? keys").press("p").see("Press any key to go back.")
		if !p.isLine(long) {
			t.Errorf("at %d columns it is\n%s\nwant\n%s", width, p.tmux("capture-pane", "-p", "-J"), long)
		}
		p.press("Space").see("Waiting", "? keys") // which is drawn last
		page := timeless(p.screen())
		p.press("p").see("Press any key to go back.").resize(width-1, 23).resize(width, 24).press("x")
		p.wait("see the page as it was", func() bool { return timeless(p.screen()) == page })
	}
	// It comes back by itself when the browser answers.
	p.resize(80, 24).see("All three ways are open").press("p").see("Press any key to go back.")
	browser := gitlabtest.NewBrowser(server, gitlabtest.DemoUser, gitlabtest.DemoPassword)
	defer browser.Close()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	if _, err := browser.Authorize(ctx, long, true); err != nil {
		t.Fatal(err)
	}
	p.see(passed, "enter continue")

	// Leaving leaves the line there, on a terminal that is as it was.
	q := newPane(t, 80, 24, overSSHTo).doors(binary, server)
	long = strings.ReplaceAll(longAddress.FindString(q.screen()), "\n", "")
	q.press("p").see("Press any key to go back.").press("C-c").see("/^prompt>/")
	if got := q.tmux("display-message", "-p", "#{alternate_on} #{cursor_flag}"); strings.TrimSpace(got) != "0 1" || !q.isLine(long) {
		t.Errorf("full screen and cursor are %q, want 0 1; the screen is\n%s", got, q.screen())
	}
}
