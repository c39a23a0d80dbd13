package main

import (
	"context"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
)

// A chromium is a real browser that somebody sits at.
type chromium struct {
	t   *testing.T
	ctx context.Context

	mu     sync.Mutex
	asked  []string // every address that it asked for
	failed []string
}

// newChromium starts a browser without a window, with a profile of its own.
func newChromium(t *testing.T) *chromium {
	t.Helper()
	need(t, "chromium")
	options := []chromedp.ExecAllocatorOption{
		chromedp.ExecPath("chromium"), chromedp.UserDataDir(t.TempDir()),
		chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun, chromedp.NoDefaultBrowserCheck,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
		chromedp.Flag("hide-scrollbars", true), chromedp.Flag("disable-dev-shm-usage", true),
	}
	allocator, cancel := chromedp.NewExecAllocator(context.Background(), options...)
	t.Cleanup(cancel)
	ctx, cancel := chromedp.NewContext(allocator)
	t.Cleanup(cancel)
	c := &chromium{t: t, ctx: ctx}
	// The first thing that is done starts the browser, and takes no bound.
	c.do(chromedp.Navigate("about:blank"))
	c.ctx, cancel = context.WithTimeout(ctx, 3*patience)
	t.Cleanup(cancel)
	var listening sync.WaitGroup
	requests, failures := chromedp.Events(c.ctx, network.RequestWillBeSent), chromedp.Events(c.ctx, network.LoadingFailed)
	listening.Go(func() {
		for event, err := range requests {
			if err == nil {
				c.note(&c.asked, event.Request.URL)
			}
		}
	})
	listening.Go(func() {
		for event, err := range failures {
			if err == nil {
				c.note(&c.failed, event.ErrorText+" "+string(event.BlockedReason))
			}
		}
	})
	t.Cleanup(func() { cancel(); listening.Wait() })
	return c
}

func (c *chromium) note(list *[]string, text string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	*list = append(*list, text)
}

func (c *chromium) do(actions ...chromedp.Action[chromedp.Void]) *chromium {
	c.t.Helper()
	if err := chromedp.Do(c.ctx, actions...); err != nil {
		c.t.Fatalf("%v\nat %s", err, c.at())
	}
	return c
}

// got runs an action that brings something.
func got[T any](c *chromium, action chromedp.Action[T]) T {
	c.t.Helper()
	value, err := chromedp.Run(c.ctx, action)
	if err != nil {
		c.t.Fatalf("%v\nat %s", err, c.at())
	}
	return value
}

// at is what stands in the address bar, and the text below it.
func (c *chromium) at() string {
	address, _ := chromedp.Run(c.ctx, chromedp.Location())
	text, _ := chromedp.Run(c.ctx, chromedp.Evaluate[string](`document.body ? document.body.innerText : ""`))
	return address + "\n" + text
}

// see waits until the page shows a text. What is out of sight does not count. A
// page that gives way to another one ends the waiting on it, not on the text.
func (c *chromium) see(text string) *chromium {
	c.t.Helper()
	for deadline := time.Now().Add(patience); ; {
		_, err := chromedp.Run(c.ctx, chromedp.PollFunction[bool](`text => document.body && document.body.innerText.includes(text)`,
			chromedp.WithPollingArgs(text), chromedp.WithPollingInterval(20*time.Millisecond), chromedp.WithPollingTimeout(patience)))
		if err == nil {
			return c
		}
		if time.Now().After(deadline) || c.ctx.Err() != nil {
			c.t.Fatalf("waiting to see %q: %v\nat %s", text, err, c.at())
		}
	}
}

func (c *chromium) open(address string) *chromium {
	c.t.Helper()
	return c.do(chromedp.Navigate(address))
}

// signIn fills in GitLab's own sign-in page.
func (c *chromium) signIn(user string) *chromium {
	c.t.Helper()
	return c.do(
		chromedp.WaitVisible("#user_login"), chromedp.SendKeys("#user_login", user),
		chromedp.SendKeys("#user_password", gitlabtest.DemoPassword), chromedp.Click("#sign-in"),
	)
}

func (c *chromium) click(id string) *chromium {
	c.t.Helper()
	return c.do(chromedp.WaitVisible("#"+id), chromedp.Click("#"+id))
}

func (c *chromium) text(id string) string {
	c.t.Helper()
	return strings.TrimSpace(got(c, chromedp.Text("#"+id)))
}

// looks takes a picture of the page on a phone and on a desk, light and dark, for
// somebody to look at, and checks that it fits.
func (c *chromium) looks(name string) {
	c.t.Helper()
	grounds := map[string]string{}
	for _, size := range []struct {
		name          string
		width, height int64
	}{{"phone", 390, 844}, {"desk", 1280, 800}} {
		for _, scheme := range []string{"light", "dark"} {
			c.do(chromedp.EmulateViewport(size.width, size.height), chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
				_, err := cdp.Call(ctx, page, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
					Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}},
				})
				return err
			}))
			grounds[scheme] = got(c, chromedp.Evaluate[string](`getComputedStyle(document.body).backgroundColor`))
			picture := got(c, chromedp.CaptureScreenshot())
			if got(c, chromedp.Evaluate[int64](`document.documentElement.scrollWidth`)) > size.width {
				c.t.Errorf("%s on a %s is wider than that", name, size.name)
			}
			file := filepath.Join(c.t.ArtifactDir(), fmt.Sprintf("%s-%s-%s.png", name, size.name, scheme))
			if err := os.WriteFile(file, picture, 0o600); err != nil {
				c.t.Fatal(err)
			}
		}
	}
	if grounds["light"] == grounds["dark"] {
		c.t.Errorf("%s is as light by night as by day: %v", name, grounds)
	}
}

// A whole first visit with a real browser: Flow is registered with the values on
// the screen, then signed in to, denied and approved.
func TestChromiumRegistersAndSignsIn(t *testing.T) {
	t.Parallel()
	c := newChromium(t)
	w := newWorld(t, gitlabtest.Options{Version: "17.5.2-ee"})
	tm := w.open(80, 24).oauthCredentials(w.server.URL())
	tm.see("Register Flow", w.server.URL()+"/oauth/applications")
	redirect := regexp.MustCompile(`Redirect URI +(\S+)`).FindStringSubmatch(tm.screen())[1]
	scopes := regexp.MustCompile(`Scopes +(.+)`).FindStringSubmatch(tm.screen())[1]

	c.open(w.server.URL() + "/oauth/applications").signIn("ana")
	c.do(chromedp.WaitVisible("#redirect_uri"), chromedp.SendKeys("#name", "Flow"), chromedp.SendKeys("#redirect_uri", redirect))
	for scope := range strings.SplitSeq(scopes, ", ") {
		c.click("scope-" + scope)
	}
	c.click("save").see("Application ID")
	tm.typed(c.text("application-id")).press("enter").see("/^> Client secret/")
	tm.typed(c.text("secret")).press("enter")
	tm.see("/" + shortAddress.String() + "/")
	short := shortAddress.FindStringSubmatch(tm.screen())[1]

	c.open(short).click("deny").see("You denied the request in GitLab.")
	c.looks("denied")
	tm.see("You denied the request in GitLab.")

	c.open(short).click("authorize").see("Signed in")
	tm.see(passed)
	c.looks("signed-in")
	c.onlyHere(w.server.URL())
}

// onlyHere checks that the browser was made to ask nobody but GitLab and us.
func (c *chromium) onlyHere(gitlab string) {
	c.t.Helper()
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, address := range c.asked {
		u, err := url.Parse(address)
		if err != nil || u.Scheme != "data" && u.Hostname() != "127.0.0.1" {
			c.t.Errorf("the browser asked %s", address)
		}
		if u.Path == "/favicon.ico" && !strings.Contains(gitlab, "://"+u.Host+"/") {
			c.t.Errorf("the browser asked us for an icon: %s", address)
		}
	}
	for _, failure := range c.failed {
		if strings.Contains(failure, "csp") {
			c.t.Errorf("our own page is held up by its policy: %s", failure)
		}
	}
}

// While GitLab is asked the browser says so; then the outcome takes its place,
// without a script.
func TestChromiumSeesTheCodeArriveFirst(t *testing.T) {
	t.Parallel()
	for _, test := range []struct{ name, secret, want, wantNot string }{
		{"signed in", gitlabtest.DemoClientSecret, "Signed in", "Code received"},
		{"refused", "not-the-secret-of-flow", "Client secret is refused by GitLab.", "Signed in"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			c := newChromium(t)
			server, err := gitlabtest.Start(gitlabtest.Demo(time.Now()), gitlabtest.Options{Version: "16.11.0", Path: "/git"})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(server.Close)
			asking := make(chan struct{})
			client := gitlab.New(gitlab.Options{Proxy: func(r *http.Request) (*url.URL, error) {
				if strings.HasSuffix(r.URL.Path, "/oauth/token") {
					<-asking
				}
				return nil, nil
			}})
			t.Cleanup(client.Close)
			found, err := client.Find(t.Context(), server.URL(), flow.Network{})
			if err != nil {
				t.Fatal(err)
			}
			attempt, err := client.SignIn(t.Context(), flow.SignIn{Server: found, App: flow.Application{
				ClientID: gitlabtest.DemoClientID, Secret: flow.NewSecret(test.secret),
			}})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(attempt.Close)
			ended := make(chan error, 1)
			go func() {
				_, err := attempt.Wait(context.Background(), nil)
				ended <- err
			}()
			c.open(attempt.Doors().Local.Address).signIn("ana")
			// A click waits for the page that it leads to, which does not end yet.
			c.do(chromedp.WaitVisible("#authorize"), chromedp.Func(func(ctx context.Context, page *chromedp.Target) error {
				_, err := chromedp.Evaluate[any](`void setTimeout(() => document.getElementById("authorize").click())`)(ctx, page)
				return err
			}))
			c.see("Flow is finishing the sign-in.")
			close(asking)
			c.see(test.want)
			if at := c.at(); strings.Contains(at, test.wantNot) {
				t.Errorf("the page still shows %q:\n%s", test.wantNot, at)
			}
			c.looks(strings.ReplaceAll(test.name, " ", "-"))
			if err := <-ended; (err == nil) != (test.want == "Signed in") {
				t.Error(err)
			}
		})
	}
}

// A code is entered at GitLab, on whatever device.
func TestChromiumEntersACode(t *testing.T) {
	t.Parallel()
	c := newChromium(t)
	w := newWorld(t, gitlabtest.Options{Version: "17.9.0-ee"})
	w.env["SSH_CONNECTION"] = "192.0.2.7 50022 192.0.2.1 22"
	tm := w.open(80, 24).oauthCredentials(w.server.URL()).entered(gitlabtest.DemoClientSecret)
	tm.see("With a code, on any device", `/enter +[0-9A-Z]{8}/`)
	code := regexp.MustCompile(`enter +([0-9A-Z]{8})`).FindStringSubmatch(tm.screen())[1]
	c.open(w.server.URL() + "/oauth/device").signIn("ana")
	c.do(chromedp.WaitVisible("#user_code"), chromedp.SendKeys("#user_code", code))
	c.click("continue").click("authorize")
	tm.see(passed)
}
