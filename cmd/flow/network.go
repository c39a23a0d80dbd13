package main

import (
	"context"
	"slices"
	"strings"

	"github.com/spf13/pflag"

	"flow"
)

// networkFlags say how a GitLab is reached, where the machine's own settings do
// not lead there.
type networkFlags struct {
	set *pflag.FlagSet // knows which were given

	plainHTTP, unverified bool
	caFiles               []string
	proxy, passwordFile   string
	certFile, keyFile     string
}

// networkHelp is said by every command that has these flags.
const networkHelp = `The way to GitLab is the machine's own: the authorities that it trusts, or those of SSL_CERT_FILE, and the proxy that HTTPS_PROXY and NO_PROXY name. Where that does not lead there, --ca-file trusts a company's own authority for this GitLab alone, --proxy names another proxy, or none with direct, and --client-cert shows a certificate of your own. What these files hold is kept with the integration; the files may go. --unverified gives up knowing who answers: whoever stands on the way can pose as GitLab and take the token. It stays visible in flow list and flow show. --ca-file is nearly always enough instead.`

func (f *networkFlags) add(flags *pflag.FlagSet) {
	f.set = flags
	flags.StringArrayVar(&f.caFiles, "ca-file", nil, "certificates to trust besides the machine's, PEM or DER; may be given several times")
	flags.BoolVar(&f.unverified, "unverified", false, "accept any certificate, on which others can pose as GitLab and take the secrets")
	flags.StringVar(&f.proxy, "proxy", "", "proxy to GitLab, such as http://ana@proxy.example.com:3128, or direct for none (default: what HTTPS_PROXY and NO_PROXY say)")
	flags.StringVar(&f.passwordFile, "proxy-password-file", "", "file that holds the password of the proxy; - is all of stdin")
	flags.StringVar(&f.certFile, "client-cert", "", "certificate to show to a GitLab that asks for one, PEM")
	flags.StringVar(&f.keyFile, "client-key", "", "the key to that certificate, PEM, without a password (default: in the same file)")
	flags.BoolVar(&f.plainHTTP, "plain-http", false, "accept http, on which others can read the secrets")
}

// given names those of the flags that were given.
func (f *networkFlags) given() []string {
	var names []string
	for _, name := range []string{"ca-file", "unverified", "proxy", "proxy-password-file", "client-cert", "client-key", "plain-http"} {
		if f.set.Changed(name) {
			names = append(names, "--"+name)
		}
	}
	return names
}

// passwordIsStdin reports whether the password of the proxy is to be read from
// there.
func (f *networkFlags) passwordIsStdin() bool { return f.passwordFile == "-" }

// over returns n with what the flags say otherwise. It reads their files, but
// not stdin. A flag that is given with an empty value takes back what n has.
func (f *networkFlags) over(ctx context.Context, p *program, n flow.Network) (flow.Network, error) {
	if f.set.Changed("plain-http") {
		n.PlainHTTP = f.plainHTTP
	}
	if f.set.Changed("unverified") {
		n.Unverified = f.unverified
	}
	for _, part := range []func(context.Context, *program, *flow.Network) error{f.authorities, f.proxyOf, f.certificate} {
		if err := part(ctx, p, &n); err != nil {
			return flow.Network{}, err
		}
	}
	return n, nil
}

func (f *networkFlags) authorities(ctx context.Context, p *program, n *flow.Network) error {
	if !f.set.Changed("ca-file") {
		return nil
	}
	files := slices.DeleteFunc(slices.Clone(f.caFiles), func(file string) bool { return file == "" })
	if n.Authorities = ""; len(files) < len(f.caFiles) && len(files) > 0 {
		return &usageError{`--ca-file "" trusts the machine's authorities only.`, "Leave it out, or the other --ca-file."}
	}
	for _, file := range files {
		data, _, err := p.readPEM(ctx, "CA file", "--ca-file", file)
		if err != nil {
			return err
		}
		text, err := flow.ReadAuthorities(file, data)
		if err != nil {
			return &hinted{err: err, next: "Give a file with certificates, PEM or DER, as --ca-file."}
		}
		n.Authorities += text
	}
	return nil
}

// proxyOf takes the proxy and, from a file, its password.
func (f *networkFlags) proxyOf(ctx context.Context, p *program, n *flow.Network) error {
	if f.set.Changed("proxy") {
		proxy, password, err := flow.ReadProxy(f.proxy)
		switch {
		case err != nil:
			return &hinted{err: err, next: "Give host and port as --proxy, such as proxy.example.com:3128."}
		case !password.IsZero():
			return &usageError{"A password stands in --proxy: others on this machine can read what stands in a command.", "Give it in a file with --proxy-password-file, and only the user name in --proxy. Change the password if it was a real one."}
		case proxy != n.Proxy:
			n.ProxyPassword = flow.Secret{}
		}
		n.Proxy = proxy
	}
	switch {
	case !f.set.Changed("proxy-password-file"):
		return nil
	case !strings.Contains(n.Proxy, "@"):
		return &usageError{"--proxy-password-file belongs to a user name in --proxy.", "Give both, such as --proxy http://ana@proxy.example.com:3128."}
	case f.passwordFile == "":
		n.ProxyPassword = flow.Secret{}
		return nil
	case f.passwordIsStdin():
		return nil
	}
	var err error
	n.ProxyPassword, err = p.readFile(ctx, aProxyPassword, f.passwordFile)
	return err
}

func (f *networkFlags) certificate(ctx context.Context, p *program, n *flow.Network) error {
	switch {
	case !f.set.Changed("client-cert") && f.set.Changed("client-key"):
		return &usageError{"--client-key belongs to --client-cert.", "Give both, or leave it out."}
	case !f.set.Changed("client-cert"):
		return nil
	case f.certFile == "" && f.keyFile != "":
		return &usageError{`--client-cert "" shows no certificate, which needs no key.`, "Leave out --client-key."}
	case f.certFile == "":
		n.Certificate, n.Key = "", flow.Secret{}
		return nil
	}
	certificate, open, err := p.readPEM(ctx, "certificate file", "--client-cert", f.certFile)
	if err != nil {
		return err
	}
	keyFile, key := f.certFile, certificate
	if f.keyFile != "" {
		keyFile = f.keyFile
		if key, open, err = p.readPEM(ctx, "key file", "--client-key", keyFile); err != nil {
			return err
		}
	}
	if open {
		p.warnOpen(keyFile)
	}
	toMend := keyFile
	if len(flow.Certificates(string(certificate))) == 0 {
		toMend = f.certFile
	}
	n.Certificate, n.Key, err = flow.ReadClientCertificate(toMend, certificate, key)
	if err != nil {
		return &hinted{err: err, next: "Give a certificate as --client-cert, and the key to it as --client-key: PEM, without a password."}
	}
	return nil
}
