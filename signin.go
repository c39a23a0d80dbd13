package flow

import (
	"context"
	"fmt"
	"hash/fnv"
	"net/url"
	"slices"
	"strings"
	"time"
	"unicode"
)

// An Application is Flow as it is registered in one GitLab.
type Application struct {
	ClientID string `json:"client_id,omitempty"`
	Secret   Secret `json:"-"`                      // none: GitLab does not treat it as confidential
	Redirect string `json:"redirect_uri,omitempty"` // a callback host of the company's own; "": this machine
}

// CheckRedirect says whether an address can be a company's own callback.
func CheckRedirect(address string) error {
	u, err := url.Parse(address)
	if err != nil || !hasHost(u) || u.User != nil || u.Scheme != "https" && u.Scheme != "http" ||
		address != Clean(address) || strings.ContainsFunc(address, func(r rune) bool { return r == '#' || unicode.IsSpace(r) }) {
		return &Fault{Cause: BadRedirect, Detail: CleanLine(address, 60)}
	}
	return nil
}

// A Grant is what a sign-in brought. GitLab has its access token end after two
// hours; the refresh token gets the next pair, once, and then both are dead.
type Grant struct {
	Access  Secret
	Refresh Secret // none: it can't be renewed
	Scopes  Scopes
	At      time.Time // when it arrived
	Expires time.Time // zero: never, as before GitLab 14.3
}

// IsZero reports whether nobody has signed in.
func (g Grant) IsZero() bool { return g.Access.IsZero() }

// Over reports whether the access token has run out.
func (g Grant) Over(now time.Time) bool { return !g.Expires.IsZero() && !now.Before(g.Expires) }

// Due reports whether a part of the life of the access token has passed, such as
// 0.8 of it.
func (g Grant) Due(now time.Time, part float64) bool {
	if g.Expires.IsZero() {
		return false
	}
	life := g.Expires.Sub(g.At)
	return now.Sub(g.At) >= time.Duration(float64(life)*part)
}

// A TokenSource gives the access token for a request. Its methods may be called
// by several goroutines.
type TokenSource interface {
	// Token returns the one to use now, and renews it if it is time. refused is
	// one that GitLab has just refused, zero for none: what is returned is
	// another one then.
	Token(ctx context.Context, refused Secret) (Secret, error)
}

// A SignIn is what is needed to ask for the approval of a user.
type SignIn struct {
	Server  Server
	Network Network
	App     Application
	Port    int // to listen on; 0: the same one each time for the same application
}

// FixedPorts are listened on, and registered, where GitLab wants the port of the
// redirect URI to be exactly the registered one, before 13.4.
var FixedPorts = []int{7171, 7172, 7173}

// Where ports are free to choose, those of different applications lie apart, so
// that a LocalForward line of ~/.ssh/config stays right.
const (
	firstPort = 7171
	portSpan  = 800
	portTries = 10
)

// Ports lists the ports to listen on, in the order in which they are tried.
func (s SignIn) Ports() []int {
	if s.Port != 0 {
		return []int{s.Port}
	}
	hash := fnv.New32a()
	fmt.Fprintf(hash, "%s\n%s", s.Server.BaseURL, s.App.ClientID)
	sum := int(hash.Sum32() >> 1) // positive also where an int has 32 bits
	if s.Server.Ports != AnyPort {
		at := sum % len(FixedPorts)
		return slices.Concat(FixedPorts[at:], FixedPorts[:at])
	}
	ports := make([]int, portTries)
	for i := range ports {
		ports[i] = firstPort + (sum+i)%portSpan
	}
	return ports
}

// Redirects lists the redirect URIs to register, one a line.
func (s SignIn) Redirects() []string {
	const loopback = "http://127.0.0.1"
	if s.App.Redirect != "" {
		return []string{s.App.Redirect}
	}
	var list []string
	if s.Server.Ports != OnlyFixedPorts {
		list = append(list, loopback+"/callback")
	}
	if s.Server.Ports == AnyPort {
		return list
	}
	ports := FixedPorts
	if s.Port != 0 {
		ports = []int{s.Port}
	}
	for _, port := range ports {
		list = append(list, fmt.Sprintf("%s:%d/callback", loopback, port))
	}
	return list
}

// An Attempt is one sign-in with a browser. Its doors stand open at the same
// time: a page of this machine that GitLab leads back to, an address that is
// pasted, and a code that is entered at GitLab. The first valid answer wins.
type Attempt interface {
	// Doors returns what is open now.
	Doors() Doors

	// Wait returns what the first valid answer brought, and closes the doors. It
	// tells every change of them as it happens, from one goroutine at a time.
	// Faults: AttemptOver, SecretWrong, SecretMissing; answers that are not valid
	// are told, and end nothing. Call it once.
	Wait(ctx context.Context, tell func(Doors)) (Grant, error)

	// Paste takes what was copied from the browser: an address, its query or a
	// code alone. What becomes of it is told by Wait; an error says that nothing
	// can. Faults: OwnAddress, OtherAttempt, CutPaste, BareCode, Denied.
	Paste(text string) error

	// NewCode asks GitLab for another device code.
	NewCode()

	// Close ends the attempt; nothing is left of it when it returns.
	Close()
}

// Doors says how far an attempt to sign in is, and how it can be answered.
type Doors struct {
	Until   time.Time // the attempt is over then
	Address string    // GitLab's page where Flow is approved, in full
	Local   LocalDoor
	Code    CodeDoor
	Stage   SignInStage
	Said    *Fault // why the last answer was not valid, or what got in the way
}

// A LocalDoor is a page of this machine.
type LocalDoor struct {
	Address string // short, leads to GitLab's page; "": there is no such door
	Port    int
	Taken   int // the port that it would have had; 0: it has that one
}

// A CodeDoor is a code to be entered at GitLab.
type CodeDoor struct {
	State   CodeState
	Code    string // as GitLab wants it typed
	Address string // where
	Until   time.Time
}

// A CodeState says how a device code is doing.
type CodeState int

const (
	NoCode    CodeState = iota // this GitLab has none
	CodeAsked                  // it is being asked for
	CodeOpen
	CodeTooOld // NewCode gets another one
	CodeDenied // in GitLab; NewCode gets another one
)

// A SignInStage says what the browser has done so far.
type SignInStage int

const (
	BrowserAwaited SignInStage = iota
	BrowserReached             // it has opened the short address
	BrowserBack                // it has brought an answer, which is taken to GitLab
)
