package gitlabtest

import (
	"net/http"
	"strings"
)

// What the page says at the end; the first is the gem's.
const (
	deviceAuthorized = "Device successfully authorized"
	deviceDenied     = "Device was not authorized"
)

// askUserCode is where a person types what the program shows. A code in the
// address is there already, and still has to be sent.
func askUserCode(v *visit) answer {
	if !v.grantsToDevices() {
		return missingPage()
	}
	return document(http.StatusOK, "Device authorization", `<h1>Authorize device to access to your GitLab account.</h1>
`+note(v.takeNotice())+v.form("post", "/oauth/device/confirm", `
<label for="user_code">User code</label>
<input id="user_code" name="user_code" type="text" autocomplete="off" autocapitalize="characters" value="`+
		htmlText(v.request.Form.Get("user_code"))+`" autofocus>
<button class="confirm" id="continue" type="submit">Authorize</button>
`))
}

// confirmDevice shows who asks for what, before anything happens.
func confirmDevice(v *visit) answer {
	d, a := v.deviceOfForm()
	if d == nil {
		return a
	}
	name := ""
	if client := v.company.oauth.applications[d.application]; client != nil {
		name = htmlText(client.Name)
	}
	carried := hidden("user_code", d.userCode)
	return document(http.StatusOK, "Device authorization", `<h1><strong>`+name+`</strong>: authorize device to access to your GitLab account.</h1>
<p>Please make sure that you intended to authorize this device.</p>
<p>`+htmlText(v.user.Name)+` · @`+htmlText(v.user.Username)+`</p>
<p>Scopes associated with this request: <code>`+htmlText(strings.Join(d.scopes, " "))+`</code></p>
`+v.form("post", "/oauth/device", carried+`<button class="confirm" id="authorize" type="submit">Confirm</button>`)+
		v.form("delete", "/oauth/device", carried+`<button id="deny" type="submit">Deny</button>`))
}

func approveDevice(v *visit) answer {
	d, a := v.deviceOfForm()
	if d == nil {
		return a
	}
	d.userCode, d.user = "", v.user.ID
	return v.backToDevice(deviceAuthorized)
}

// denyDevice is what RFC 8628 and GitLab's documentation know as access_denied.
// The page of 18.9 has no button for it: there, people just leave, and the
// device waits until its code expires.
func denyDevice(v *visit) answer {
	d, a := v.deviceOfForm()
	if d == nil {
		return a
	}
	d.userCode, d.denied = "", true
	return v.backToDevice(deviceDenied)
}

// deviceOfForm finds who waits for the code that was entered, exactly as it
// was entered.
func (v *visit) deviceOfForm() (*deviceGrant, answer) {
	if !v.grantsToDevices() {
		return nil, missingPage()
	}
	code := v.request.Form.Get("user_code")
	for _, d := range v.company.oauth.devices {
		if code == "" || d.userCode != code {
			continue
		}
		if v.now().After(d.expires) {
			return nil, v.backToDevice("The user code is expired")
		}
		return d, answer{}
	}
	return nil, v.backToDevice("The user code is invalid")
}

func (v *visit) backToDevice(notice string) answer {
	v.session.notice = notice
	return redirectTo(v.requestBase(v.request) + "/oauth/device")
}
