package gitlab

import (
	"context"
	"crypto/subtle"
	"errors"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"flow"
)

const (
	callbackPath = "/callback"

	// pagePatience is how long the last page may take to reach its browser once
	// the attempt is over.
	pagePatience = 3 * time.Second
)

// errUsed is the answer to one that was given before, or comes too late.
var errUsed = errors.New("this answer was used before")

// listen opens the local door, before its address is shown to anybody. Nobody
// but this machine can reach it (RFC 8252, section 8.3).
func (a *attempt) listen(ctx context.Context) error {
	ports := a.signIn.Ports()
	for i, port := range append(ports, 0) {
		if i == len(ports) && a.signIn.Server.Ports != flow.AnyPort {
			break // any other port would not be a registered one
		}
		listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp4", net.JoinHostPort("127.0.0.1", strconv.Itoa(port)))
		if err != nil && a.signIn.Port != 0 {
			return &flow.Fault{Cause: flow.PortTaken, Detail: strconv.Itoa(port), Err: errors.New(flow.CleanLine(err.Error(), 200))}
		}
		if err != nil {
			continue
		}
		a.listener = listener
		at := listener.Addr().(*net.TCPAddr).Port
		a.doors.Local = flow.LocalDoor{Port: at, Address: "http://127.0.0.1:" + strconv.Itoa(at) + a.short}
		if at != ports[0] {
			a.doors.Local.Taken = ports[0]
		}
		a.server = &http.Server{
			Handler:           a,
			ReadHeaderTimeout: 10 * time.Second,
			IdleTimeout:       30 * time.Second,
			MaxHeaderBytes:    64 << 10,
		}
		a.server.ErrorLog = silent
		return nil
	}
	return nil
}

// ServeHTTP answers whoever asks on the local port: the user's browser, but also
// any other program and any web page that is open in a browser here. Two paths
// exist, and only a valid answer changes anything.
func (a *attempt) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	path := r.URL.EscapedPath()
	isShort := subtle.ConstantTimeCompare([]byte(path), []byte(a.short)) == 1
	switch {
	case !isLocal(r.Host):
		// A web page may have its own name point here.
		write(w, http.StatusBadRequest, pageForeign)
	case !isShort && path != callbackPath:
		write(w, http.StatusNotFound, pageMissing)
	case r.Method != http.MethodGet:
		w.Header().Set("Allow", http.MethodGet)
		write(w, http.StatusMethodNotAllowed, pageMethod)
	case isShort:
		a.sendOn(w, r)
	default:
		a.callback(w, r)
	}
}

// isLocal reports whether a request was made to a name of this machine.
func isLocal(host string) bool {
	name := (&url.URL{Host: host}).Hostname()
	ip := net.ParseIP(name)
	return strings.EqualFold(name, "localhost") || ip != nil && ip.IsLoopback()
}

// sendOn leads from the short address to GitLab's page.
func (a *attempt) sendOn(w http.ResponseWriter, r *http.Request) {
	a.change(func(d *flow.Doors) { d.Stage = max(d.Stage, flow.BrowserReached) })
	guard(w.Header())
	w.Header().Set("Location", a.authorizeAddress(a.redirectAt(r.Host)))
	w.WriteHeader(http.StatusFound)
}

// redirectAt is the redirect URI that leads a browser back to us the way it came:
// a forward may start at another port of its machine. GitLab allows that since
// 13.4.
func (a *attempt) redirectAt(host string) string {
	if a.signIn.Server.Ports != flow.AnyPort {
		return a.redirect()
	}
	address := "http://127.0.0.1"
	if port := (&url.URL{Host: host}).Port(); port != "" {
		if n, err := strconv.ParseUint(port, 10, 16); err != nil || n == 0 {
			return a.redirect()
		}
		address += ":" + port
	}
	return address + callbackPath
}

// callback answers the browser that GitLab has led back.
func (a *attempt) callback(w http.ResponseWriter, r *http.Request) {
	query, err := url.ParseQuery(r.URL.RawQuery)
	if err != nil || !a.isOurs(query) {
		write(w, http.StatusBadRequest, pageOther)
		return
	}
	if query.Get("error") != "" {
		fault := deniedBy(query)
		a.refuse(fault)
		write(w, http.StatusOK, pageOf(fault))
		return
	}
	code := query.Get("code")
	if code == "" {
		write(w, http.StatusBadRequest, pageCut)
		return
	}
	if !a.claim(code) {
		write(w, http.StatusGone, pageUsed)
		return
	}
	// One answer in two parts: the browser shows the first while GitLab is asked.
	finish := writeFirst(w)
	switch err := a.take(code, a.redirectAt(r.Host)); {
	case errors.Is(err, errUsed):
		finish(pageUsed)
	case err != nil:
		finish(pageOf(flow.FaultOf(err)))
	default:
		finish(pageDone)
	}
}

// isOurs reports whether an answer belongs to this attempt: whoever does not
// know its state gets no further, whatever else the answer says. An iss, which
// GitLab does not send, must be this GitLab's (RFC 9207).
func (a *attempt) isOurs(query url.Values) bool {
	if subtle.ConstantTimeCompare([]byte(query.Get("state")), []byte(a.state)) != 1 {
		return false
	}
	issuer := query.Get("iss")
	return issuer == "" || issuer == a.signIn.Server.BaseURL.String() || issuer == a.signIn.Server.Issuer
}

// deniedBy is the fault of an answer that says no (RFC 6749, section 4.1.2.1).
func deniedBy(query url.Values) *flow.Fault {
	says := flow.CleanLine(query.Get("error_description"), 160)
	switch code := query.Get("error"); code {
	case "access_denied":
		return &flow.Fault{Cause: flow.Denied}
	case "invalid_scope":
		return &flow.Fault{Cause: flow.ScopeRefused, Detail: flow.WantedScopes.String(), Says: says}
	default:
		if says == "" {
			says = flow.CleanLine(code, 80)
		}
		return &flow.Fault{Cause: flow.AnswerRefused, Says: says}
	}
}
