package flow

import (
	"errors"
	"strings"
	"time"
)

// A Cause says why something failed, as far as it makes a difference to what
// the user should do.
type Cause string

const (
	// What the user gave.
	NoAddress      Cause = "no address"
	NotAnAddress   Cause = "not an address"
	PlainAddress   Cause = "plain http"
	BadProxy       Cause = "bad proxy"
	NoProxyUser    Cause = "no proxy user"
	BadCertificate Cause = "bad certificate file"
	BadPath        Cause = "bad path"
	NoToken        Cause = "no token"
	NoClientID     Cause = "no client id"
	BadClientID    Cause = "bad client id"
	SecretAsID     Cause = "secret as client id"
	BadRedirect    Cause = "bad redirect uri"
	BadName        Cause = "bad name"
	NameTaken      Cause = "name taken"
	BadService     Cause = "bad service"
	NoService      Cause = "no service"
	BadRule        Cause = "bad rule"
	NoRuleKind     Cause = "rule without kind"
	RuleTwice      Cause = "rule twice"

	// The way to the server.
	DNS         Cause = "dns"
	Refused     Cause = "refused"
	Timeout     Cause = "timeout"
	Unreachable Cause = "unreachable"
	UnknownCA   Cause = "unknown ca"
	SelfSigned  Cause = "self-signed"
	CertExpired Cause = "certificate expired"
	CertEarly   Cause = "certificate not valid yet"
	WrongName   Cause = "wrong name"
	OldTLS      Cause = "tls too old"
	PlainPort   Cause = "plain http at an https port"
	TLSPort     Cause = "https at an http port"
	OtherPort   Cause = "no web server"
	TLSFailed   Cause = "tls"
	CertWanted  Cause = "client certificate wanted"
	CertDenied  Cause = "client certificate refused"
	ProxyAuth   Cause = "proxy authentication"
	ProxyDenied Cause = "proxy sign-in refused"
	ProxyFailed Cause = "proxy failed"
	Captive     Cause = "captive portal"
	FrontAuth   Cause = "sign-in before gitlab"
	Firewall    Cause = "firewall"
	Downgrade   Cause = "https to http"
	Circle      Cause = "redirects in a circle"
	WriteMoved  Cause = "redirect of a write"

	// The server's answer.
	NotGitLab       Cause = "not a gitlab"
	Elsewhere       Cause = "redirected elsewhere"
	TooOld          Cause = "too old"
	TokenUnknown    Cause = "token unknown"
	TokenExpired    Cause = "token expired"
	TokenRevoked    Cause = "token revoked"
	ScopeMissing    Cause = "scope missing"
	ScopeNotGranted Cause = "scope not granted"
	Granular        Cause = "fine-grained token"
	DPoPWanted      Cause = "dpop wanted"
	Blocked         Cause = "account blocked"
	ShutOut         Cause = "account shut out"
	Forbidden       Cause = "forbidden"
	NotFound        Cause = "not found"
	RateLimit       Cause = "rate limit"
	ServerFault     Cause = "server fault"
	Maintenance     Cause = "maintenance"
	BadAnswer       Cause = "bad answer"
	BrokenOff       Cause = "walk broken off"
	Frozen          Cause = "frozen"

	// Signing in with a browser.
	Denied        Cause = "denied"
	OwnAddress    Cause = "own address pasted"
	OtherAttempt  Cause = "other attempt"
	CutPaste      Cause = "cut paste"
	BareCode      Cause = "bare code"
	AnswerRefused Cause = "answer refused"
	ScopeRefused  Cause = "scope refused"
	SecretMissing Cause = "client secret missing"
	SecretWrong   Cause = "client secret wrong"
	ClientRefused Cause = "client refused"
	AttemptOver   Cause = "attempt over"
	PortTaken     Cause = "port taken"

	// A sign-in that is stored.
	SignInOver    Cause = "sign-in over"
	SignInLost    Cause = "sign-in lost"
	SignInNotKept Cause = "sign-in not kept"
	NotRevoked    Cause = "not revoked"
	Reconnected   Cause = "reconnected"
	SignInBusy    Cause = "sign-in busy"

	// The store.
	StoreFull        Cause = "store full"
	StoreFailed      Cause = "store failed"
	StoreUnreadable  Cause = "store unreadable"
	ChangedMeanwhile Cause = "changed meanwhile"
	NoIntegration    Cause = "no such integration"
	KeyTooOpen       Cause = "key file too open"
	KeyMissing       Cause = "key missing"
	KeyWrong         Cause = "key wrong"
	SealBroken       Cause = "seal broken"

	NoTerminal Cause = "no terminal"
	Cancelled  Cause = "cancelled"
	Unknown    Cause = "unknown"
)

// A Fault is a failure with its cause, fit to be told to a person: Sentence
// says what is and why, Next what to do. The error text keeps the whole chain
// for logs.
type Fault struct {
	Cause  Cause
	Host   string        // who did not answer or answered so
	Detail string        // what it is about: a name, an issuer, the scopes that are missing
	Where  string        // a second detail: the scopes that are there, the place of a mistake
	When   time.Time     // a date that belongs to it: expiry, until when to wait
	Says   string        // the server's own words, cleaned and cut
	Chain  []Certificate // what the server showed, its own first, where that is not trusted
	Err    error         // what led to it
}

// NeedCA are the causes that a CA file mends, if the certificate is the right one.
var NeedCA = []Cause{UnknownCA, SelfSigned}

// words holds a sentence and a next step for each cause. {host}, {detail},
// {where}, {date} and {time} stand for the fault's fields; {date: on } is " on 3
// Nov 2026" or, without a date, nothing.
var words = map[Cause][2]string{
	NoAddress:      {"Base URL is empty.", "Type what you type in a browser, such as gitlab.example.com."},
	NotAnAddress:   {`"{detail}" is not an address: {where}.`, "Type it as in a browser."},
	PlainAddress:   {"{host} is asked for over http: anybody on the way could read the token.", "Type https://, or accept it for this GitLab only."},
	BadProxy:       {`"{detail}" is no address of a proxy: {where}.`, "Give host and port, such as proxy.example.com:3128."},
	NoProxyUser:    {"This password belongs to no user name.", "Write that into Proxy, such as ana@proxy.example.com:3128."},
	BadCertificate: {"Can't use {detail}: {where}.", "Give a file with certificates in PEM form."},
	BadPath:        {`"{detail}" is no group or repo: {where}.`, "Give its path, such as acme/platform, or a link to it."},
	NoToken:        {"Access token is empty.", "Paste the token that you made in GitLab."},
	NoClientID:     {"Client ID is empty.", "Copy Application ID from the application's page in GitLab."},
	BadClientID:    {"Client ID holds a space or a character that can't be seen.", "Copy Application ID from the application's page in GitLab."},
	SecretAsID:     {"That is a secret, not the Client ID.", "Copy Application ID from the application's page in GitLab."},
	BadRedirect:    {`"{detail}" can't be a redirect URI.`, "Give a whole address, such as https://flow.example.com/callback."},
	BadName:        {`"{detail}" can't be a name: {where}.`, "Choose a name of 1 to 64 characters."},
	NameTaken:      {`"{detail}" is taken.`, "Choose another name."},
	BadService:     {`"{detail}" is not a service.`, "Give repo, pr or ticket, with commas between them."},
	NoService:      {"At least one service stays on.", "Switch on Repo, PR or Ticket."},
	BadRule:        {`"{detail}" can't be read as a rule: {where}.`, "Mend it there."},
	NoRuleKind:     {`"{detail}" has no kind.`, "Start with one, such as {where}."},
	RuleTwice:      {`"{detail}" is a rule already.`, "Type another one."},

	DNS:         {"Can't find {host}: this machine knows no such host.", "Check the spelling, or connect the VPN."},
	Refused:     {"Can't reach {host}, port {detail}: the connection is refused.", "Check the port, or ask if GitLab is up."},
	Timeout:     {"No answer from {host} for {detail}.", "Ask if a firewall stands between this machine and GitLab."},
	Unreachable: {"Can't reach {host}: {detail}.", "Check the network, then try again."},
	UnknownCA:   {`Can't trust {host}: its certificate is from "{detail}", unknown here.`, "Give its file below, as CA file."},
	SelfSigned:  {"Can't trust {host}: its certificate is signed by itself alone.", "Give its file below, as CA file."},
	CertExpired: {"Can't trust {host}: its certificate expired on {date}.", "Ask its administrator to renew it."},
	CertEarly:   {"Can't trust {host}: its certificate is not valid before {date}.", "Check this machine's clock; if that is right, ask for another certificate."},
	WrongName:   {"Can't trust {host}: its certificate is for {detail}.", "Type the name that it has."},
	OldTLS:      {"Can't talk to {host} safely: it knows nothing newer than TLS 1.1.", "Ask its administrator to switch on TLS 1.2."},
	PlainPort:   {"{host} speaks plain http at this port, not https.", "Check the port, or ask its administrator for https."},
	TLSPort:     {"{host} speaks https at this port, not plain http.", "Type https:// before the address."},
	OtherPort:   {"No web server answers at {host}: {detail}.", "Type the port of GitLab's web pages; without one it is 443."},
	TLSFailed:   {"Can't talk to {host} safely: {detail}.", "Check that https is spoken at this port."},
	CertWanted:  {"{host} wants to see a client certificate, and Flow has none for it.", "Give its file below, as Own certificate."},
	CertDenied:  {"{host} does not accept the client certificate that Flow shows.", "Give another one below, as Own certificate."},
	ProxyAuth:   {"The proxy {detail} wants a user name and password.", "Put them into HTTPS_PROXY, or give them below, as Proxy."},
	ProxyDenied: {"The proxy {detail} refuses its user name and password.", "Mend them where the proxy is set: in HTTPS_PROXY, or below, as Proxy."},
	ProxyFailed: {"The proxy {detail} does not lead to {host}: {where}.", "Check HTTPS_PROXY and NO_PROXY, or give another one below, as Proxy."},
	Captive:     {"Something on the way answers in place of {host}: {detail}.", "Sign in to this network with a browser, then try again."},

	FrontAuth:  {"Something before {host} wants a user name and password of its own.", "Ask its administrator to let programs pass to /api/."},
	Firewall:   {"A firewall before {host} refuses the request.", "Ask its administrator to let Flow pass to /api/."},
	Downgrade:  {"{host} sends Flow on from https to plain http.", "Ask its administrator to mend external_url, or the proxy before GitLab."},
	Circle:     {"{host} sends Flow around in a circle.", "Ask its administrator: the proxy before GitLab has to tell it that https is spoken."},
	WriteMoved: {"{host} sends what Flow writes on to {detail}; that is not followed.", "Type that address if it is the GitLab you mean."},

	NotGitLab:       {"{host} answers, but is not a GitLab ({detail}).", "Add the path it lives under, such as /git."},
	Elsewhere:       {"{host} sends Flow on to {detail}; the token is not sent there.", "Type that address if it is the GitLab you mean."},
	TooOld:          {"This GitLab is {detail}; Flow needs 9.0 or newer.", "Ask its administrator for an update."},
	TokenUnknown:    {"This token is unknown to GitLab.", "Paste it again; its end may be missing."},
	TokenExpired:    {"The token expired{date: on }.", "Make a new one in GitLab, then paste it here."},
	TokenRevoked:    {"The token was revoked in GitLab.", "Make a new one in GitLab, then paste it here."},
	ScopeMissing:    {"{detail} is missing; the token has {where}.", "Make a token with api, read_user and read_repository."},
	ScopeNotGranted: {"{detail} is missing; the sign-in has {where}.", "Tick api, read_user and read_repository at the application in GitLab, then sign in again."},
	Granular:        {"The token is fine-grained and does not allow {detail}.", "Make a token with api, read_user and read_repository."},
	DPoPWanted:      {"GitLab takes this token with a signature only (DPoP), which Flow does not make.", "Switch DPoP off in GitLab, under Access tokens, or use another account."},
	Blocked:         {"{detail} is blocked in GitLab.", "Ask an administrator to unblock it."},
	ShutOut:         {"GitLab shuts the account out until {detail}.", "See to that in a browser, or ask an administrator, then press r."},
	Forbidden:       {"GitLab forbids {detail}.", "Ask its administrator which right is missing."},
	NotFound:        {"GitLab does not show {detail} to this account, or has none.", "Check the account's role."},
	RateLimit:       {"{host} asks Flow to wait{time: until }.", "Try again after that."},
	ServerFault:     {"GitLab answers with a fault of its own{detail:, }.", "Press r in a few minutes."},
	Maintenance:     {"GitLab is in maintenance{detail: and }.", "Press r when it is over."},
	BadAnswer:       {"{host} answers with something that Flow can't read: {detail}.", "Ask if a proxy stands between this machine and GitLab."},
	BrokenOff:       {"GitLab stopped answering at {detail}.{where}", "Press r to try again."},
	Frozen:          {"{detail} are missing at once. The list of before is kept.", "Look at what is missing, then accept it or keep the list."},

	Denied:        {"You denied the request in GitLab.", "Open an address above again and approve it."},
	OwnAddress:    {"That is the address to open, not the one you end on.", "Approve Flow first, then copy the address of the last page."},
	OtherAttempt:  {"That answer belongs to an earlier attempt.", "Open the address above again."},
	CutPaste:      {"The address has no code in it: it was cut.", "Copy the whole address bar and paste again."},
	BareCode:      {"A code alone can't be checked with this GitLab.", "Copy the whole address bar and paste again."},
	AnswerRefused: {"GitLab refuses the answer: it is too old, or was used before.", "Open an address above again."},
	ScopeRefused:  {"GitLab refuses the scopes {detail}.", "Tick them at the application in GitLab, then open an address above again."},
	SecretMissing: {"GitLab wants the secret of this application.", "Give it as Client secret, or switch Confidential off there."},
	SecretWrong:   {"Client secret is refused by GitLab.", "Renew it there, then paste the new one."},
	ClientRefused: {"GitLab does not accept this Client ID and secret.", "Compare them with Application ID and Secret there."},
	AttemptOver:   {"No answer for 10 minutes.", "Press enter to try again; your entries are still there."},
	PortTaken:     {"Port {detail} is taken on this machine.", "Give another one with --callback-port, or leave that out."},

	SignInOver:    {"GitLab no longer accepts the sign-in: it was revoked there, or used by another machine.", "Sign in again."},
	SignInLost:    {"The sign-in was lost {detail}: GitLab had renewed it, and the new one was not stored.", "Sign in again."},
	SignInNotKept: {"The renewed sign-in can't be stored: {detail}.", "Mend that, then sign in again."},
	NotRevoked:    {"GitLab did not revoke the sign-in.", "Revoke it there, under Applications, Authorized applications."},
	SignInBusy:    {"Another Flow is renewing the sign-in.", "Try again in a minute."},
	Reconnected:   {"The integration was connected anew meanwhile.", "Try again."},

	StoreFull:        {"Nothing was saved: no space left for {detail}.", "Free some space, then press s again."},
	StoreFailed:      {"Nothing was saved: {detail}.", "Check the file {where}, then try again."},
	StoreUnreadable:  {"Can't read {where}: {detail}.", "Mend that, then start Flow again."},
	ChangedMeanwhile: {"Nothing was saved: {detail} changed {where}.", "Press e to see both and choose."},
	NoIntegration:    {`There is no integration "{detail}".`, "Run flow list to see what there is."},
	KeyTooOpen:       {"Others can read {detail}.", "Run chmod 600 on it, then start Flow again."},
	KeyMissing:       {"The key to the stored tokens is gone: {detail}.", "Bring that file back from a backup, or delete the integrations and connect them anew."},
	KeyWrong:         {"The key in {detail} does not open the stored token.", "Use the key with which it was stored."},
	SealBroken:       {"The stored token belongs to another address than this integration has.", "Connect the integration anew."},

	NoTerminal: {"flow needs a terminal.", "Use flow connect in scripts."},
	Cancelled:  {"Cancelled{detail: at }.", "Start it again when you like{where:; }."},
	Unknown:    {"{detail}.", "Try again."},
}

// Sentence says what is, and why.
func (f *Fault) Sentence() string { return f.fill(words[f.Cause][0]) }

// Next says what to do about it.
func (f *Fault) Next() string { return f.fill(words[f.Cause][1]) }

func (f *Fault) fill(text string) string {
	date, clock := "", ""
	if !f.When.IsZero() {
		date, clock = Date(f.When), f.When.Local().Format("15:04")
	}
	values := []string{"{host}", f.Host, "{detail}", f.Detail, "{where}", f.Where, "{date}", date, "{time}", clock}
	for i := 0; i < len(values); i += 2 {
		mark := strings.TrimSuffix(values[i], "}") + ":"
		before, rest, ok := strings.Cut(text, mark)
		if !ok {
			continue
		}
		lead, after, _ := strings.Cut(rest, "}")
		if lead += values[i]; values[i+1] == "" {
			lead = ""
		}
		text = before + lead + after
	}
	return strings.NewReplacer(values...).Replace(text)
}

// Quote is the server's own words, led by who says them.
func (f *Fault) Quote() string { return Quote(f.Cause, f.Says) }

// Quote leads the words that came with a fault of a cause by who says them: it is
// not always GitLab. "" where there are none.
func Quote(c Cause, says string) string {
	switch c {
	case ProxyAuth, ProxyDenied, ProxyFailed:
		return prefixed("The proxy says: ", says)
	case Captive, Firewall, FrontAuth, NotGitLab, CertWanted, CertDenied:
		return prefixed("It says: ", says)
	}
	return prefixed("GitLab says: ", says)
}

func prefixed(lead, text string) string {
	if text == "" {
		return ""
	}
	return lead + text
}

func (f *Fault) Error() string {
	text := string(f.Cause)
	for _, part := range []string{f.Host, f.Detail, f.Where, f.Says} {
		if part != "" {
			text += ": " + part
		}
	}
	if f.Err != nil {
		text += ": " + f.Err.Error()
	}
	return text
}

func (f *Fault) Unwrap() error { return f.Err }

// Is lets errors.Is compare faults by cause: errors.Is(err, &Fault{Cause: DNS}).
func (f *Fault) Is(target error) bool {
	t, ok := target.(*Fault)
	return ok && t.Cause == f.Cause && t.Host == "" && t.Detail == ""
}

// FaultOf finds the fault in an error's chain. An error without one becomes a
// fault of unknown cause, so that there is always something to say.
func FaultOf(err error) *Fault {
	var f *Fault
	if errors.As(err, &f) {
		return f
	}
	return &Fault{Cause: Unknown, Detail: strings.TrimRight(CleanLine(err.Error(), 200), "."), Err: err}
}

// CausedBy reports whether err has one of the causes.
func CausedBy(err error, causes ...Cause) bool {
	var f *Fault
	if !errors.As(err, &f) {
		return false
	}
	for _, c := range causes {
		if f.Cause == c {
			return true
		}
	}
	return false
}
