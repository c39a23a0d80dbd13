package gitlab

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"time"

	"golang.org/x/oauth2"

	"flow"
)

const (
	deviceGrantType = "urn:ietf:params:oauth:grant-type:device_code"

	// firstInterval is how long to wait between polls if GitLab does not say, and
	// what slow_down adds for good (RFC 8628, sections 3.2 and 3.5).
	firstInterval = 5 * time.Second

	// margin keeps a poll from arriving a moment too early, which GitLab answers
	// with slow_down.
	margin = 250 * time.Millisecond

	longestPause = 30 * time.Second // between polls that do not get through
	codeTries    = 4
)

// A deviceCode is what GitLab gives to be entered by the user, and what it gives
// us to ask with. device itself is a secret: it is printed nowhere.
type deviceCode struct {
	device   flow.Secret
	user     string
	until    time.Time
	interval time.Duration
}

// codeDoor gets a code and asks whether it was entered, until the attempt is
// over.
func (a *attempt) codeDoor() {
	for a.running.Err() == nil {
		code, found := a.askCode()
		if !found {
			a.change(func(d *flow.Doors) { d.Code = flow.CodeDoor{} })
			return
		}
		a.change(func(d *flow.Doors) {
			// GitLab's own verification_uri leaves out the sub-path.
			d.Code = flow.CodeDoor{State: flow.CodeOpen, Code: code.user, Address: a.signIn.Server.BaseURL.At("/oauth/device"), Until: code.until}
		})
		wanted, drop := context.WithCancel(a.running)
		a.mu.Lock()
		a.dropCode = drop
		a.mu.Unlock()
		state, won := a.poll(wanted, code)
		if won {
			drop()
			return
		}
		if wanted.Err() == nil {
			a.change(func(d *flow.Doors) { d.Code.State = state })
		}
		select {
		case <-a.newCode:
			a.change(func(d *flow.Doors) { d.Code.State, d.Said = flow.CodeAsked, nil })
		case <-a.running.Done():
		}
		drop()
	}
}

func (a *attempt) NewCode() {
	select {
	case a.newCode <- struct{}{}:
	default:
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.dropCode != nil {
		a.dropCode()
	}
}

// askCode asks for a code. Whether the server has them is only known by asking:
// its announcement may be hidden, and the feature switched off.
func (a *attempt) askCode() (deviceCode, bool) {
	form := url.Values{"client_id": {a.signIn.App.ClientID}, "scope": {strings.Join(a.scopes(), " ")}}
	for try := 1; ; try++ {
		answer, err := a.post(a.running, "/oauth/authorize_device", form)
		if err == nil && answer.status < http.StatusInternalServerError && answer.status != http.StatusTooManyRequests {
			return a.codeIn(answer)
		}
		if try == codeTries || a.client.options.Sleep(a.running, firstInterval) != nil {
			return deviceCode{}, false
		}
	}
}

// codeIn reads a code out of an answer. Refusals of the application are told at
// once, since the other doors would meet them only after the user's approval.
func (a *attempt) codeIn(answer answer) (deviceCode, bool) {
	var said struct {
		Device   string  `json:"device_code"`
		User     string  `json:"user_code"`
		Expires  float64 `json:"expires_in"`
		Interval float64 `json:"interval"`
		Error    string  `json:"error"`
	}
	if json.Unmarshal(answer.body, &said) != nil {
		return deviceCode{}, false // a page: the server has no such thing
	}
	switch {
	case said.Error == "invalid_client":
		a.change(func(d *flow.Doors) { d.Said = &flow.Fault{Cause: flow.ClientRefused} })
	case said.Error == "invalid_scope":
		a.change(func(d *flow.Doors) {
			d.Said = &flow.Fault{Cause: flow.ScopeRefused, Detail: strings.Join(a.scopes(), ", ")}
		})
	}
	if answer.status != http.StatusOK || said.Device == "" || said.User == "" {
		return deviceCode{}, false
	}
	code := deviceCode{
		device:   flow.NewSecret(said.Device),
		user:     flow.CleanLine(said.User, 32),
		until:    a.client.options.Now().Add(seconds64(said.Expires, 5*time.Minute)),
		interval: seconds64(said.Interval, firstInterval),
	}
	return code, true
}

// seconds64 reads a number of seconds that may be missing or absurd.
func seconds64(n float64, otherwise time.Duration) time.Duration {
	if n < 1 || n > 3600 {
		return otherwise
	}
	return time.Duration(n * float64(time.Second))
}

// poll asks for tokens until the code is entered, denied, too old or not wanted
// any more. What does not get through is tried again, ever more slowly.
func (a *attempt) poll(wanted context.Context, code deviceCode) (state flow.CodeState, won bool) {
	form := url.Values{
		"grant_type": {deviceGrantType}, "client_id": {a.signIn.App.ClientID}, "device_code": {code.device.Reveal()},
	}
	pause := code.interval
	for {
		left := max(code.until.Sub(a.client.options.Now()), 0)
		if a.client.options.Sleep(wanted, min(pause+margin, left)) != nil || wanted.Err() != nil {
			return flow.CodeTooOld, false
		}
		if !a.client.options.Now().Before(code.until) {
			return flow.CodeTooOld, false
		}
		// A poll that GitLab has begun to answer may hold tokens, so it does not
		// end with the attempt.
		ctx, cancel := context.WithTimeout(a.whole, tradeBound)
		answer, err := a.post(ctx, "/oauth/token", form, code.device)
		cancel()
		if err != nil || answer.status >= http.StatusInternalServerError || answer.status == http.StatusTooManyRequests {
			pause = min(2*pause, longestPause)
			continue
		}
		pause = code.interval
		switch grant, problem := a.grantIn(answer); problem {
		case "":
			a.end(grant, nil)
			return flow.CodeOpen, true
		case "authorization_pending":
		case "slow_down":
			code.interval += firstInterval
			pause = code.interval
		case "access_denied":
			a.change(func(d *flow.Doors) { d.Said = &flow.Fault{Cause: flow.Denied} })
			return flow.CodeDenied, false
		case notJSON:
			pause = min(2*pause, longestPause) // a proxy's page
		default:
			return flow.CodeTooOld, false
		}
	}
}

const notJSON = "not JSON"

// grantIn reads tokens out of an answer, or says what stands there instead.
func (a *attempt) grantIn(answer answer) (flow.Grant, string) {
	var said struct {
		Access  string  `json:"access_token"`
		Type    string  `json:"token_type"`
		Refresh string  `json:"refresh_token"`
		Scope   string  `json:"scope"`
		Expires float64 `json:"expires_in"`
		Error   string  `json:"error"`
	}
	switch {
	case json.Unmarshal(answer.body, &said) != nil:
		return flow.Grant{}, notJSON
	case said.Error != "":
		return flow.Grant{}, said.Error
	case answer.status != http.StatusOK || said.Access == "":
		return flow.Grant{}, notJSON
	}
	token := &oauth2.Token{AccessToken: said.Access, TokenType: said.Type, ExpiresIn: int64(said.Expires)}
	grant, usable := a.client.grantOf(token.WithExtra(map[string]any{"refresh_token": said.Refresh, "scope": said.Scope}))
	if !usable {
		return flow.Grant{}, notJSON
	}
	return grant, ""
}

// post sends a form with the application's secret, if it has one.
func (a *attempt) post(ctx context.Context, path string, form url.Values, secrets ...flow.Secret) (answer, error) {
	app := a.signIn.App
	if !app.Secret.IsZero() {
		form.Set("client_secret", app.Secret.Reveal())
	}
	return a.client.postForm(ctx, a.site(), path, form, append(secrets, app.Secret)...)
}
