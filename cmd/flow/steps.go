package main

import (
	"cmp"
	"slices"
	"strings"
	"sync"

	"flow"
)

// commands are those that a next step may name. Its zero value is for a command
// that is to be run again itself.
type commands struct {
	again     string // tries again; "": the same command
	reconnect string // gives the integration another credential or way; "": the same command does
}

// A step is what to do next, for somebody who has no keys to press and no fields
// to fill in. {again} and {reconnect} stand for commands.
type step struct {
	here   string // the command takes it
	stored string // of an integration that is stored, where another command takes it; "": the same
}

// steps holds that for every cause whose own next step speaks of a screen.
var steps = map[flow.Cause]step{
	flow.NoAddress:    {here: "Give what you type in a browser as --base-url, such as gitlab.example.com."},
	flow.NotAnAddress: {here: "Give it as in a browser."},
	flow.PlainAddress: {here: "Give https://, or accept it with --plain-http.", stored: "Run {reconnect} --plain-http to accept that."},
	flow.NoToken:      {here: "Give it in a file with --token-file, or on stdin."},
	flow.BadName:      {here: "Give --name with 1 to 64 characters."},
	flow.NameTaken:    {here: "Give another one with --name."},
	flow.NoService:    {here: "Give --services with repo, pr or ticket."},

	flow.UnknownCA:   {here: "Give its file with --ca-file.", stored: "Run {reconnect} --ca-file FILE."},
	flow.SelfSigned:  {here: "Give its file with --ca-file.", stored: "Run {reconnect} --ca-file FILE."},
	flow.TLSPort:     {here: "Give https:// before the address.", stored: "Run {reconnect} with https:// before the address as --base-url."},
	flow.OtherPort:   {here: "Give the port of GitLab's web pages; without one it is 443.", stored: "Run {reconnect} with the port of GitLab's web pages in --base-url; without one it is 443."},
	flow.WrongName:   {here: "Give that name in --base-url.", stored: "Run {reconnect} with that name in --base-url."},
	flow.CertWanted:  {here: "Give its file with --client-cert, and its key with --client-key.", stored: "Run {reconnect} --client-cert FILE --client-key FILE."},
	flow.CertDenied:  {here: "Give another one with --client-cert and --client-key.", stored: "Run {reconnect} --client-cert FILE --client-key FILE with another one."},
	flow.ProxyAuth:   {here: "Put them into HTTPS_PROXY, or give --proxy with the name and --proxy-password-file.", stored: "Put them into HTTPS_PROXY, or run {reconnect} with --proxy and --proxy-password-file."},
	flow.ProxyDenied: {here: "Mend them in HTTPS_PROXY, or give --proxy with the name and --proxy-password-file.", stored: "Mend them in HTTPS_PROXY, or run {reconnect} with --proxy and --proxy-password-file."},
	flow.ProxyFailed: {here: "Check HTTPS_PROXY and NO_PROXY, or give another one with --proxy.", stored: "Check HTTPS_PROXY and NO_PROXY, or run {reconnect} --proxy ADDRESS."},

	flow.Elsewhere:       {here: "Give that address as --base-url if it is the GitLab you mean.", stored: "Run {reconnect} with that address as --base-url if it is the GitLab you mean."},
	flow.WriteMoved:      {here: "Give that address as --base-url if it is the GitLab you mean.", stored: "Run {reconnect} with that address as --base-url if it is the GitLab you mean."},
	flow.TokenUnknown:    {here: "Give it again; its end may be missing.", stored: "Run {reconnect} --token-file FILE."},
	flow.TokenExpired:    {here: "Make a new one in GitLab, then give it with --token-file.", stored: "Make a new one in GitLab, then run {reconnect} --token-file FILE."},
	flow.TokenRevoked:    {here: "Make a new one in GitLab, then give it with --token-file.", stored: "Make a new one in GitLab, then run {reconnect} --token-file FILE."},
	flow.ScopeMissing:    {here: "Make a token with api, read_user and read_repository.", stored: "Make a token with api, read_user and read_repository, then run {reconnect} --token-file FILE."},
	flow.ScopeNotGranted: {here: "Tick api, read_user and read_repository at the application in GitLab, then run {again} again.", stored: "Tick api, read_user and read_repository at the application in GitLab, then run {reconnect} --oauth."},
	flow.ServerFault:     {here: "Run {again} in a few minutes."},
	flow.Maintenance:     {here: "Run {again} when it is over."},
	flow.BrokenOff:       {here: "Run {again} again."},

	flow.Denied:        {here: "Open one of the addresses again and approve it."},
	flow.OtherAttempt:  {here: "Open the address again."},
	flow.CutPaste:      {here: "Copy the whole address bar and give it again."},
	flow.BareCode:      {here: "Copy the whole address bar and give it again."},
	flow.AnswerRefused: {here: "Open one of the addresses again."},
	flow.ScopeRefused:  {here: "Tick them at the application in GitLab, then open one of the addresses again."},
	flow.SecretMissing: {here: "Give it in a file with --client-secret-file, or switch Confidential off there.", stored: "Run {reconnect} --client-secret-file FILE, or switch Confidential off there."},
	flow.SecretWrong:   {here: "Renew it there, then give the new one with --client-secret-file.", stored: "Renew it there, then run {reconnect} --client-secret-file FILE."},
	flow.ClientRefused: {here: "Compare them with Application ID and Secret there.", stored: "Compare them with Application ID and Secret there, then run {reconnect} --client-id ID --client-secret-file FILE."},
	flow.AttemptOver:   {here: "Run {again} again."},

	flow.SignInOver:    {here: "Run {again} again.", stored: "Run {reconnect} --oauth."},
	flow.SignInLost:    {here: "Run {again} again.", stored: "Run {reconnect} --oauth."},
	flow.SignInNotKept: {here: "Mend that, then run {again} again.", stored: "Mend that, then run {reconnect} --oauth."},
	flow.Reconnected:   {here: "Run {again} again."},

	flow.StoreFull:       {here: "Free some space, then run {again} again."},
	flow.StoreUnreadable: {here: "Mend that, then run {again} again."},
	flow.KeyTooOpen:      {here: "Run chmod 600 on it, then run {again} again."},
	flow.SealBroken:      {here: "Run {again} again.", stored: "Run {reconnect}."},
	flow.Unknown:         {here: "Run {again} again."},
}

// keySteps are the ends of next steps that are no fault's: hints of checks, and
// what [flow.Setup.Why] advises.
var keySteps = []string{
	"then press r", "then run {again} again",
	"Press r.", "Run {again}.",
}

// in names the commands.
func (c commands) in(text string) string {
	again := c.again
	if again == "" {
		again = "the same command"
	}
	return strings.NewReplacer("{again}", again, "{reconnect}", c.reconnect).Replace(text)
}

func (s step) by(c commands) string {
	if c.reconnect != "" && s.stored != "" {
		return c.in(s.stored)
	}
	return c.in(s.here)
}

// nextStep is what to do about a fault.
func nextStep(f *flow.Fault, c commands) string {
	if s, known := steps[f.Cause]; known {
		return s.by(c)
	}
	return onCommandLine(f.Next(), c)
}

// onCommandLine says to somebody without keys and fields what was made for a
// screen and is kept as a text: the hint of a check, the reason of a data status.
func onCommandLine(text string, c commands) string {
	for _, said := range screenSteps() {
		if strings.Contains(text, said.text) {
			text = strings.ReplaceAll(text, said.text, steps[said.cause].by(c))
		}
	}
	for i := 0; i < len(keySteps); i += 2 {
		text = strings.ReplaceAll(text, keySteps[i], c.in(keySteps[i+1]))
	}
	return text
}

// A screenStep is what a screen says in place of one of the steps.
type screenStep struct {
	text  string
	cause flow.Cause
}

// screenSteps has the longest texts first: a shorter one may end another.
var screenSteps = sync.OnceValue(func() []screenStep {
	var list []screenStep
	for cause := range steps {
		list = append(list, screenStep{(&flow.Fault{Cause: cause}).Next(), cause})
	}
	slices.SortFunc(list, func(a, b screenStep) int {
		return cmp.Or(len(b.text)-len(a.text), strings.Compare(string(a.cause), string(b.cause)))
	})
	return list
})
