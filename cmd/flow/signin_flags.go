package main

import (
	"strings"

	"github.com/spf13/pflag"

	"flow"
)

// signInFlags say how to sign in, with an access token or with OAuth, and how
// GitLab is reached for that.
type signInFlags struct {
	set *pflag.FlagSet // knows which were given

	oauth                bool
	tokenFile            string
	clientID, secretFile string
	callback             callbackFlags
	network              networkFlags
	json                 bool
}

func (f *signInFlags) add(flags *pflag.FlagSet) {
	f.set = flags
	flags.BoolVar(&f.oauth, "oauth", false, "sign in with a browser, on any machine")
	flags.StringVar(&f.tokenFile, "token-file", "", "file that holds the token; - or none is stdin")
	flags.StringVar(&f.clientID, "client-id", "", "of OAuth: what GitLab shows as Application ID")
	flags.StringVar(&f.secretFile, "client-secret-file", "", "of OAuth: file that holds what GitLab shows as Secret; - is all of stdin")
	f.callback.add(flags)
	f.network.add(flags)
	flags.BoolVar(&f.json, "json", false, "print what happens as JSON, one object a line")
}

// callbackFlags say where GitLab leads a browser back to.
type callbackFlags struct {
	redirect string
	port     int
}

func (f *callbackFlags) add(flags *pflag.FlagSet) {
	flags.StringVar(&f.redirect, "redirect-uri", "", "of OAuth: a page of your own to end on (default: $FLOW_REDIRECT_URI, else this machine)")
	flags.IntVar(&f.port, "callback-port", 0, "of OAuth: port of this machine to end on (default: Flow chooses)")
}

// resolve takes the default of what was not given, and checks the rest.
func (f *callbackFlags) resolve(set *pflag.FlagSet, env func(string) string) error {
	const flag, variable = "--redirect-uri", "FLOW_REDIRECT_URI"
	source := flag
	if !set.Changed("redirect-uri") {
		f.redirect, source = strings.TrimSpace(env(variable)), variable
	}
	if set.Changed("callback-port") && (f.port < 1 || f.port > 65535) {
		return &usageError{"--callback-port is not a port.", "Give one of 1 to 65535, or leave it out."}
	}
	if f.redirect == "" {
		return nil
	}
	if err := flow.CheckRedirect(f.redirect); err != nil {
		return &hinted{err: err, next: "Give " + source + " a whole address, such as https://flow.example.com/callback."}
	}
	return nil
}

// oauthFlags are those that mean nothing to an access token.
var oauthFlags = []string{"client-id", "client-secret-file", "redirect-uri", "callback-port"}

// check checks the flags against the method that is meant.
func (f *signInFlags) check(m flow.Method, env func(string) string) error {
	if err := f.checkStdin(); err != nil {
		return err
	}
	if m == flow.AccessToken {
		for _, name := range oauthFlags {
			if f.set.Changed(name) {
				return &usageError{"--" + name + " belongs to OAuth.", "Give --oauth as well, or leave it out."}
			}
		}
		return nil
	}
	if f.set.Changed("token-file") {
		return &usageError{"--token-file belongs to access tokens, not to OAuth.", "Leave it out, or --oauth."}
	}
	return f.callback.resolve(f.set, env)
}

// checkStdin refuses to read two secrets from stdin.
func (f *signInFlags) checkStdin() error {
	var takers []string
	for _, flag := range []struct{ name, file string }{
		{"--token-file", f.tokenFile}, {"--client-secret-file", f.secretFile}, {"--proxy-password-file", f.network.passwordFile},
	} {
		if flag.file == "-" {
			takers = append(takers, flag.name)
		}
	}
	if len(takers) > 1 {
		return &usageError{"Stdin holds one secret, and " + strings.Join(takers, " and ") + " want one each.", "Give the others in files."}
	}
	return nil
}
