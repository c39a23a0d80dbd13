package gitlabtest

import (
	"crypto/rand"
	"math/big"
	"net/http"
	"strconv"
	"strings"
	"time"
)

// deviceGrant is a program that waits for somebody to enter its user code
// (RFC 8628, as the gem doorkeeper-device_authorization_grant plays it).
type deviceGrant struct {
	application string
	scopes      []string
	userCode    string // empty once it was entered
	user        int    // who agreed
	denied      bool
	expires     time.Time
	polled      time.Time
}

// These are the gem's defaults, which GitLab keeps.
const (
	deviceLife     = 300 * time.Second
	deviceInterval = 5 * time.Second
)

// grantsToDevices: 17.2 has the device grant behind a flag that is off.
func (s *Server) grantsToDevices() bool {
	return s.release.since(17, 3) || s.release.since(17, 2) && s.options.DeviceGrant
}

// serveDeviceAuthorization begins it. There is no default scope here: it must
// be named and be among the application's own.
func serveDeviceAuthorization(v *visit) answer {
	if !v.grantsToDevices() {
		return missingPage()
	}
	client, scopes := v.client(), scopeList(v.request.Form.Get("scope"))
	if client == nil {
		return v.release.oauthError("invalid_client")
	}
	if !client.grants(v.release, scopes) {
		return v.release.oauthError("invalid_scope")
	}
	devices, now := v.company.oauth.devices, v.now()
	for code, d := range devices {
		if now.After(d.expires) {
			delete(devices, code)
		}
	}
	code := randomHex()
	d := &deviceGrant{application: client.UID, scopes: scopes, userCode: newUserCode(), expires: now.Add(deviceLife)}
	devices[code] = d
	address := v.deviceAddress()
	return oauthAnswer(http.StatusOK, func(e *entity) {
		e.text("device_code", code)
		e.text("user_code", d.userCode)
		e.text("verification_uri", address)
		e.text("verification_uri_complete", address, "?user_code=", d.userCode)
		e.number("expires_in", int(deviceLife.Seconds()))
		e.number("interval", int(deviceInterval.Seconds()))
	})
}

// deviceAddress is wrong where GitLab has a relative root, and where a proxy
// takes care of TLS: the gem builds it from the request's scheme, host and port
// alone, and GitLab does not correct it.
func (v *visit) deviceAddress() string {
	return strings.TrimSuffix(v.requestBase(v.request), v.root) + "/oauth/device"
}

// newUserCode is eight digits of base 36.
func newUserCode() string {
	most := new(big.Int).Exp(big.NewInt(36), big.NewInt(8), nil)
	n, err := rand.Int(rand.Reader, most)
	if err != nil {
		panic(err) // the source of randomness never fails
	}
	digits := strings.ToUpper(strconv.FormatInt(n.Int64(), 36))
	return strings.Repeat("0", 8-len(digits)) + digits
}

// pollDevice answers a waiting program, in the gem's order: one that asks too
// often is told so even when its user has agreed.
func (v *visit) pollDevice() answer {
	client := v.client()
	if client == nil {
		return v.release.oauthError("invalid_client")
	}
	devices, now := v.company.oauth.devices, v.now()
	code := v.request.Form.Get("device_code")
	d := devices[code]
	switch {
	case d == nil || d.application != client.UID:
		return v.release.oauthError("invalid_grant")
	case now.After(d.expires):
		delete(devices, code)
		return v.release.oauthError("expired_token")
	case d.denied:
		delete(devices, code)
		return v.release.oauthError("access_denied")
	case !d.polled.IsZero() && now.Before(d.polled.Add(deviceInterval)):
		return v.release.oauthError("slow_down")
	}
	d.polled = now
	if d.userCode != "" {
		return v.release.oauthError("authorization_pending")
	}
	delete(devices, code)
	return v.tokenAnswer(v.issue(client, d.user, d.scopes))
}
