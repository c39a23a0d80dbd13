package gitlab

import (
	"crypto/subtle"
	"net/url"
	"regexp"
	"strings"

	"flow"
)

// Paste takes what was copied from the browser. See [flow.Attempt].
func (a *attempt) Paste(text string) error {
	text = mendPaste(text)
	at := strings.IndexByte(text, '?')
	switch {
	case strings.Contains(text, "://"):
		return a.pastedAddress(text)
	case at >= 0:
		return a.pastedQuery(text[at+1:], a.redirect())
	case strings.Contains(text, "="):
		return a.pastedQuery(text, a.redirect())
	}
	return a.pastedCode(text)
}

// wrappings are what people and programs put around an address.
const wrappings = "\"'`<>()[]{},;"

// pasteMarks stand before and after a paste in the bytes of a terminal.
var pasteMarks = strings.NewReplacer("\x1b[200~", "", "\x1b[201~", "")

// mendPaste takes out of a paste what does not belong to an address: line ends
// and margins where a terminal or a mail program has wrapped it, quotes, words
// in front of it, and what HTML makes of an ampersand.
func mendPaste(text string) string {
	text = flow.Clean(pasteMarks.Replace(text))
	for _, scheme := range []string{"https://", "http://"} {
		if i := strings.Index(strings.ToLower(text), scheme); i >= 0 {
			text = text[i:]
			break
		}
	}
	text = strings.Join(strings.Fields(text), "")
	return strings.ReplaceAll(strings.Trim(text, wrappings), "&amp;", "&")
}

func (a *attempt) pastedAddress(text string) error {
	u, err := url.Parse(text)
	if err != nil {
		return &flow.Fault{Cause: flow.CutPaste}
	}
	if a.isAddressToOpen(u) {
		return &flow.Fault{Cause: flow.OwnAddress}
	}
	redirect := a.redirect()
	if a.signIn.App.Redirect == "" && isLocal(u.Host) && u.EscapedPath() == callbackPath {
		// The browser may have come through a forward of another port.
		redirect = a.redirectAt(u.Host)
	}
	if u.RawQuery == "" {
		u.RawQuery = u.Fragment // where a company's callback page has moved it
	}
	return a.pastedQuery(u.RawQuery, redirect)
}

// isAddressToOpen reports whether an address is one of ours to begin with, or
// any page of the GitLab: none of them is where the browser ends.
func (a *attempt) isAddressToOpen(u *url.URL) bool {
	if a.signIn.App.Redirect == "" && isLocal(u.Host) && u.EscapedPath() == a.short {
		return true
	}
	if redirect, err := url.Parse(a.redirect()); err == nil && redirect.Host == u.Host && redirect.EscapedPath() == u.EscapedPath() {
		return false // the company's callback may live beside its GitLab
	}
	base := a.signIn.Server.BaseURL
	return sameOrigin(base, u) && strings.HasPrefix(u.EscapedPath()+"/", base.Path()+"/")
}

func (a *attempt) pastedQuery(raw, redirect string) error {
	query, err := url.ParseQuery(raw)
	if err != nil {
		// A percent sign that lost its digits stands at the end of a cut address.
		query, err = url.ParseQuery(strings.TrimRight(raw, "%0123456789abcdefABCDEF"))
	}
	code, state := query.Get("code"), query.Get("state")
	switch {
	case err != nil:
		return &flow.Fault{Cause: flow.CutPaste}
	case query.Get("error") != "" && a.isOurs(query):
		return deniedBy(query)
	case query.Get("error") != "":
		return &flow.Fault{Cause: flow.OtherAttempt}
	case code == "":
		return &flow.Fault{Cause: flow.CutPaste}
	case a.isOurs(query):
		a.takePasted(code, redirect)
		return nil
	case state == "" || len(state) < len(a.state) && subtle.ConstantTimeCompare([]byte(state), []byte(a.state[:len(state)])) == 1:
		// Cut behind the code, which is whole then.
		return a.bareCode(code, redirect, flow.CutPaste)
	}
	return &flow.Fault{Cause: flow.OtherAttempt}
}

// codeShape is that of GitLab's codes: 64 hexadecimal digits, or 43 characters
// of base64 in newer releases.
var codeShape = regexp.MustCompile(`^[A-Za-z0-9_-]{32,128}$`)

func (a *attempt) pastedCode(text string) error {
	if !codeShape.MatchString(text) {
		return &flow.Fault{Cause: flow.CutPaste}
	}
	return a.bareCode(text, a.redirect(), flow.BareCode)
}

// bareCode takes a code that comes without the state. Only PKCE proves then that
// it was made for this attempt: a code of somebody else's would sign Flow in as
// them.
func (a *attempt) bareCode(code, redirect string, otherwise flow.Cause) error {
	if !a.span.certainly(pkceStored) {
		return &flow.Fault{Cause: otherwise}
	}
	a.takePasted(code, redirect)
	return nil
}

// takePasted takes a code to GitLab in the background; the doors tell how it went.
func (a *attempt) takePasted(code, redirect string) {
	if !a.claim(code) {
		a.refuse(&flow.Fault{Cause: flow.AnswerRefused, Err: errUsed})
		return
	}
	go func() { _ = a.take(code, redirect) }()
}
