package gitlab_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// failed is the check of a report that failed; there is one at most.
func failed(r flow.Report) flow.Check {
	for _, c := range r.Checks {
		if c.Status == flow.Failed {
			return c
		}
	}
	return flow.Check{}
}

// Every way to fail has a sentence of its own, in Find and in Test, and a step
// of the way that it belongs to.
func TestTheWayToTheServerFailsInItsOwnWords(t *testing.T) {
	type place func(*testing.T) (address string, n flow.Network)
	tlsOf := func(o *weather.TLS) place {
		return func(t *testing.T) (string, flow.Network) {
			return stand(t, weather.Nginx(), weather.Options{TLS: o}).URL(), flow.Network{}
		}
	}
	clients := func(o *weather.TLS) place {
		return func(t *testing.T) (string, flow.Network) {
			s := stand(t, weather.Nginx(), weather.Options{TLS: o})
			return s.URL(), trusts(s.CA())
		}
	}
	instead := func(h http.Handler) place {
		return func(t *testing.T) (string, flow.Network) {
			return stand(t, h, weather.Options{}).URL(), flow.Network{}
		}
	}
	port := func(scheme string, start func() (*weather.Port, error)) place {
		return func(t *testing.T) (string, flow.Network) { return opened(t, start).URL(scheme), flow.Network{} }
	}
	now := time.Now()
	quick := gitlab.Options{Timeout: 300 * time.Millisecond}
	for _, test := range []struct {
		name     string
		options  gitlab.Options
		place    place
		step     string
		sentence string
		next     string
	}{
		{"nobody listens", gitlab.Options{}, port("http", weather.ClosedPort), flow.CheckTCP,
			"Can't reach NAME, port PORT: the connection is refused.", "Check the port, or ask if GitLab is up."},
		{"accepts, then closes", gitlab.Options{}, port("http", weather.ClosingPort), flow.CheckGitLab,
			"Can't reach HOST: the connection breaks off.", "Check the network, then try again."},
		{"accepts, then resets", gitlab.Options{}, port("http", weather.ResettingPort), "", // it may come while the connection is made
			"Can't reach HOST: the connection breaks off.", "Check the network, then try again."},
		{"closes in the handshake", gitlab.Options{}, port("https", weather.ClosingPort), flow.CheckTLS,
			"Can't reach HOST: the connection breaks off.", "Check the network, then try again."},
		{"sends everybody away", gitlab.Options{}, func(t *testing.T) (string, flow.Network) {
			p := opened(t, func() (*weather.Port, error) { return weather.GoAwayPort(0xb) })
			return p.URL("https"), trusts(p.CA())
		}, flow.CheckGitLab, "Can't reach HOST: the connection breaks off.", "Check the network, then try again."},
		{"says nothing", quick, port("http", weather.SilentPort), flow.CheckGitLab,
			"No answer from HOST for 0.3 s.", "Ask if a firewall stands between this machine and GitLab."},
		{"says nothing in the handshake", quick, port("https", weather.SilentPort), flow.CheckTLS,
			"No answer from HOST for 0.3 s.", "Ask if a firewall stands between this machine and GitLab."},
		{"drips its header", quick, instead(weather.DripHeaders(10 * time.Millisecond)), flow.CheckGitLab,
			"No answer from HOST for 0.3 s.", "Ask if a firewall stands between this machine and GitLab."},
		{"drips its answer", quick, instead(weather.DripBody(10 * time.Millisecond)), flow.CheckGitLab,
			"No answer from HOST for 0.9 s.", "Ask if a firewall stands between this machine and GitLab."},
		{"stalls", quick, instead(weather.Stall()), flow.CheckGitLab,
			"No answer from HOST for 0.9 s.", "Ask if a firewall stands between this machine and GitLab."},

		{"an authority that is unknown here", gitlab.Options{}, tlsOf(&weather.TLS{}), flow.CheckTLS,
			`Can't trust HOST: its certificate is from "Acme Root CA 2", unknown here.`, "Give its file below, as CA file."},
		{"one between that is missing", gitlab.Options{}, tlsOf(&weather.TLS{Chain: weather.MissingIntermediate}), flow.CheckTLS,
			`Can't trust HOST: its certificate is from "Acme Root CA 2 Servers", unknown here.`, "Give its file below, as CA file."},
		{"signed by itself", gitlab.Options{}, tlsOf(&weather.TLS{Chain: weather.SelfSigned}), flow.CheckTLS,
			"Can't trust HOST: its certificate is signed by itself alone.", "Give its file below, as CA file."},
		{"a certificate that is over", gitlab.Options{}, tlsOf(weather.Expired()), flow.CheckTLS,
			"Can't trust HOST: its certificate expired on " + flow.Date(now.AddDate(0, 0, -19).UTC()) + ".", "Ask its administrator to renew it."},
		{"a certificate of tomorrow", gitlab.Options{}, tlsOf(weather.NotYetValid()), flow.CheckTLS,
			"Can't trust HOST: its certificate is not valid before " + flow.Date(now.AddDate(50, 0, 0).UTC()) + ".",
			"Check this machine's clock; if that is right, ask for another certificate."},
		{"a certificate for another name", gitlab.Options{}, tlsOf(weather.WrongName("git.internal", "gitlab.acme.com")), flow.CheckTLS,
			"Can't trust HOST: its certificate is for git.internal, gitlab.acme.com.", "Type the name that it has."},
		{"TLS 1.1 at most", gitlab.Options{}, tlsOf(weather.OldTLS()), flow.CheckTLS,
			"Can't talk to HOST safely: it knows nothing newer than TLS 1.1.", "Ask its administrator to switch on TLS 1.2."},
		{"a client certificate at the handshake", gitlab.Options{}, clients(&weather.TLS{Clients: weather.AtHandshake}), flow.CheckTLS,
			"HOST wants to see a client certificate, and Flow has none for it.", "Give its file below, as Own certificate."},
		{"the same before TLS 1.3", gitlab.Options{}, clients(&weather.TLS{Clients: weather.AtHandshake, MaxVersion: 0x0303}), flow.CheckTLS,
			"HOST wants to see a client certificate, and Flow has none for it.", "Give its file below, as Own certificate."},
		{"a client certificate as nginx asks for it", gitlab.Options{}, clients(&weather.TLS{Clients: weather.ByNginx}), flow.CheckGitLab,
			"HOST wants to see a client certificate, and Flow has none for it.", "Give its file below, as Own certificate."},

		{"https where http is spoken", gitlab.Options{}, func(t *testing.T) (string, flow.Network) {
			return strings.Replace(stand(t, weather.Nginx(), weather.Options{}).URL(), "http:", "https:", 1), flow.Network{}
		}, flow.CheckTLS, "HOST speaks plain http at this port, not https.", "Check the port, or ask its administrator for https."},
		{"ssh, asked for https", gitlab.Options{}, port("https", weather.SSHPort), flow.CheckTLS,
			"No web server answers at HOST: it speaks SSH.", "Type the port of GitLab's web pages; without one it is 443."},
		{"ssh, asked for http", gitlab.Options{}, port("http", weather.SSHPort), flow.CheckGitLab,
			"No web server answers at HOST: it speaks SSH.", "Type the port of GitLab's web pages; without one it is 443."},

		{"a portal's page", gitlab.Options{}, instead(weather.Portal()), flow.CheckGitLab,
			`Something on the way answers in place of HOST: a page titled "Welcome to Acme Guest Wi-Fi".`, "Sign in to this network with a browser, then try again."},
		{"a portal that says so", gitlab.Options{}, instead(weather.Portal511()), flow.CheckGitLab,
			`Something on the way answers in place of HOST: a page titled "Welcome to Acme Guest Wi-Fi".`, "Sign in to this network with a browser, then try again."},
		{"a portal elsewhere", gitlab.Options{}, instead(weather.PortalAt("http://portal.example.com/login")), flow.CheckGitLab,
			"Something on the way answers in place of HOST: it leads to portal.example.com.", "Sign in to this network with a browser, then try again."},
		{"a front with a password", gitlab.Options{}, instead(weather.Answering(weather.BasicAuth())), flow.CheckGitLab,
			"Something before HOST wants a user name and password of its own.", "Ask its administrator to let programs pass to /api/."},
		{"a firewall", gitlab.Options{}, instead(weather.Answering(weather.FirewallCloudflare())), flow.CheckGitLab,
			"A firewall before HOST refuses the request.", "Ask its administrator to let Flow pass to /api/."},
		{"a firewall that calls it well", gitlab.Options{}, instead(weather.Answering(weather.FirewallF5())), flow.CheckGitLab,
			"A firewall before HOST refuses the request.", "Ask its administrator to let Flow pass to /api/."},
		{"a proxy that nobody has named", gitlab.Options{}, instead(weather.Answering(weather.ProxyAuth())), flow.CheckGitLab,
			"The proxy on the way wants a user name and password.", "Put them into HTTPS_PROXY, or give them below, as Proxy."},
		{"a GitLab that is down", gitlab.Options{}, instead(weather.Answering(weather.BadGateway())), flow.CheckGitLab,
			"GitLab answers with a fault of its own, four times.", "Press r in a few minutes."},
		{"a GitLab that is updated", gitlab.Options{}, instead(weather.Answering(weather.Deploying())), flow.CheckGitLab,
			"GitLab is in maintenance.", "Press r when it is over."},

		{"a redirect in a circle", gitlab.Options{}, instead(weather.RedirectLoop()), flow.CheckGitLab,
			"HOST sends Flow around in a circle.", "Ask its administrator: the proxy before GitLab has to tell it that https is spoken."},
		{"a redirect to another host", gitlab.Options{}, instead(weather.RedirectAll(302, "https://sso.example.com/login")), flow.CheckGitLab,
			"HOST sends Flow on to sso.example.com; the token is not sent there.", "Type that address if it is the GitLab you mean."},
		{"headers without end", gitlab.Options{}, instead(weather.EndlessHeaders()), flow.CheckGitLab,
			"HOST answers with something that Flow can't read: headers of more than 256 KB.", "Ask if a proxy stands between this machine and GitLab."},
		{"an answer without end", gitlab.Options{}, instead(weather.Big(0)), flow.CheckGitLab,
			"HOST answers with something that Flow can't read: more than 8 MB.", "Ask if a proxy stands between this machine and GitLab."},
		{"an answer that unpacks without end", gitlab.Options{}, instead(weather.GzipBomb(200 << 20)), flow.CheckGitLab,
			"HOST answers with something that Flow can't read: more than 8 MB.", "Ask if a proxy stands between this machine and GitLab."},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			address, n := test.place(t)
			c, _ := newClient(t, test.options)
			_, err := c.Find(t.Context(), address, n)
			f := flow.FaultOf(orNone(err))
			want := sentenceAt(address, test.sentence)
			if f.Sentence() != want || f.Next() != test.next {
				t.Errorf("Find says %s %s\nwant      %s %s\nfrom %v", f.Sentence(), f.Next(), want, test.next, f)
			}
			c, _ = newClient(t, test.options)
			conn := connect(t, address)
			conn.Network = n
			r, err := c.Test(t.Context(), conn, nil)
			if check := failed(r); err != nil || test.step != "" && check.Name != test.step || check.Text+"." != want || check.Hint != test.next {
				t.Errorf("Test says %s: %s. %s\nwant      %s: %s %s\nerror %v\n%s", check.Name, check.Text, check.Hint, test.step, want, test.next, err, lines(r))
			}
		})
	}
}

func TestARefusalIsAFaultByItsCause(t *testing.T) {
	hour := http.Header{"Retry-After": {"3600"}}
	forbidden := func(reason string) string { return `{"message":"403 Forbidden - ` + reason + `"}` }
	for _, test := range []struct {
		name     string
		fault    gitlabtest.Fault
		sentence string
		says     string
	}{
		{"unknown token", gitlabtest.Fault{Status: 401, Body: `{"message":"401 Unauthorized"}`}, "This token is unknown to GitLab.", "401 Unauthorized"},
		{"expired token", gitlabtest.Fault{Status: 401, Body: `{"error":"invalid_token","error_description":"Token is expired. You can either do re-authorization or token refresh."}`},
			"The token expired.", "401 Token is expired. You can either do re-authorization or token refresh."},
		{"revoked token", gitlabtest.Fault{Status: 401, Body: `{"error":"invalid_token","error_description":"Token was revoked. You have to re-authorize from the user."}`},
			"The token was revoked in GitLab.", "401 Token was revoked. You have to re-authorize from the user."},
		{"impersonation", gitlabtest.Fault{Status: 401, Body: `{"error":"invalid_token","error_description":"Token is an impersonation token but impersonation was disabled."}`},
			"GitLab forbids impersonation tokens.", "401 Token is an impersonation token but impersonation was disabled."},
		{"DPoP", gitlabtest.Fault{Status: 401, Body: `{"error":"dpop_error","error_description":"DPoP header is missing"}`},
			"GitLab takes this token with a signature only (DPoP), which Flow does not make.", "401 DPoP header is missing"},
		{"a front's own sign-in", weather.BasicAuth(), "Something before HOST wants a user name and password of its own.", "401 Authorization Required"},
		{"a front's own sign-in without a word", gitlabtest.Fault{Status: 401}, "Something before HOST wants a user name and password of its own.", "401 Unauthorized"},
		{"a proxy that nobody has named", weather.ProxyAuth(), "The proxy on the way wants a user name and password.", "407 ERROR: Cache Access Denied"},

		{"scope", gitlabtest.Fault{Path: "/api/v4/groups", Status: 403, Body: `{"error":"insufficient_scope","error_description":"The request requires higher privileges than provided by the access token.","scope":"api read_api"}`},
			"api is missing; the token has not enough for groups.", "403 insufficient_scope"},
		{"a fine-grained token", gitlabtest.Fault{Status: 403, Body: `{"error":"insufficient_granular_scope","error_description":"Access denied"}`},
			"The token is fine-grained and does not allow the version of GitLab.", "403 insufficient_granular_scope"},
		{"blocked", gitlabtest.Fault{Status: 403, Body: forbidden("Your account has been blocked.")}, "The account is blocked in GitLab.", "403 Forbidden - Your account has been blocked."},
		{"pending", gitlabtest.Fault{Status: 403, Body: forbidden("Your account is pending approval from your administrator and hence blocked.")},
			"GitLab shuts the account out until an administrator approves it.", "403 Forbidden - Your account is pending approval from your administrator and hence blocked."},
		{"terms", gitlabtest.Fault{Status: 403, Body: forbidden("You (@ana) must accept the Terms of Service in order to perform this action.")},
			"GitLab shuts the account out until it accepts the terms in a browser.", "403 Forbidden - You (@ana) must accept the Terms of Service in order to perform this action."},
		{"password", gitlabtest.Fault{Status: 403, Body: forbidden("Your password expired.")},
			"GitLab shuts the account out until its password is changed.", "403 Forbidden - Your password expired."},
		{"deactivated", gitlabtest.Fault{Status: 403, Body: forbidden("Your account has been deactivated by your administrator.")},
			"GitLab shuts the account out until it signs in with a browser once more.", "403 Forbidden - Your account has been deactivated by your administrator."},
		{"unconfirmed", gitlabtest.Fault{Status: 403, Body: forbidden("Your primary email address is not confirmed.")},
			"GitLab shuts the account out until its mail address is confirmed.", "403 Forbidden - Your primary email address is not confirmed."},
		{"a role", gitlabtest.Fault{Status: 403, Body: `{"message":"403 Forbidden"}`}, "GitLab forbids the version of GitLab.", "403 Forbidden"},
		{"a firewall", weather.FirewallModSecurity(), "A firewall before HOST refuses the request.", "403 Forbidden"},
		{"a firewall's words", gitlabtest.Fault{Status: 403, Body: "<html><head><title>Access\x1b[31m denied</title>"}, "A firewall before HOST refuses the request.", "403 Access[31m denied"},
		{"a firewall that calls it well", weather.FirewallF5(), "A firewall before HOST refuses the request.", "200 Request Rejected"},
		{"Rack::Attack's own list", gitlabtest.Fault{Status: 403, Body: "Forbidden\n", Header: http.Header{"Content-Type": {"text/plain"}}}, "A firewall before HOST refuses the request.", "403 Forbidden"},

		{"hidden", gitlabtest.Fault{Path: "/api/v4/groups", Status: 404, Body: `{"error":"404 Not Found"}`}, "GitLab does not show groups to this account, or has none.", "404 Not Found"},
		{"Rack::Attack", weather.RackAttack(time.Hour, 0), "HOST asks Flow to wait until TIME.", "429 Retry later"},
		{"an endpoint's limit", gitlabtest.Fault{Status: 429, Header: hour, Body: `{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`},
			"HOST asks Flow to wait until TIME.", "429 This endpoint has been requested too many times. Try again later."},

		{"a fault of GitLab", weather.InternalErrorJSON(), "GitLab answers with a fault of its own.", "500 Internal Server Error"},
		{"its page", weather.InternalError(), "GitLab answers with a fault of its own.", "500 Something went wrong (500)"},
		{"a front without a GitLab", weather.BadGateway(), "GitLab answers with a fault of its own, four times.", "502 Bad Gateway"},
		{"Amazon's", weather.BadGatewayAWS(), "GitLab answers with a fault of its own, four times.", "502 Bad Gateway"},
		{"HAProxy's", weather.NoServer(), "GitLab answers with a fault of its own, four times.", "503 Service Unavailable"},
		{"too slow for nginx", weather.GatewayTimeout(), "GitLab answers with a fault of its own, four times.", "504 Gateway Time-out"},
		{"an update", weather.Deploying(), "GitLab is in maintenance.", "503 Deploy in progress"},
		{"maintenance", gitlabtest.Fault{Status: 503, Body: `{"message":"GitLab Maintenance: system is in maintenance mode"}`}, "GitLab is in maintenance.", "503 GitLab Maintenance: system is in maintenance mode"},

		{"a portal meanwhile", weather.PortalMeanwhile(), `Something on the way answers in place of HOST: a page titled "Welcome to Acme Guest Wi-Fi".`, "200 Welcome to Acme Guest Wi-Fi"},
		{"a sign-in page instead", gitlabtest.Fault{Status: 200, Header: http.Header{"Content-Type": {"text/html"}}, Body: "<title>Sign in</title>"},
			`HOST answers with something that Flow can't read: a page titled "Sign in".`, ""},
		{"JSON that breaks off", gitlabtest.Fault{Status: 200, Body: `{"version":"17.5`}, "HOST answers with something that Flow can't read: the version of GitLab.", ""},
		{"another type", gitlabtest.Fault{Status: 200, Body: `{"version":17.5}`}, "HOST answers with something that Flow can't read: the version of GitLab.", ""},
		{"null", gitlabtest.Fault{Status: 200, Body: ` null `}, "HOST answers with something that Flow can't read: the version of GitLab.", ""},
		{"nothing", gitlabtest.Fault{Status: 200}, "HOST answers with something that Flow can't read: the version of GitLab.", ""},
		{"lists in lists", gitlabtest.Fault{Around: weather.Instead(weather.DeepJSON(20000))}, "HOST answers with something that Flow can't read: the version of GitLab.", ""},
		{"a version that is none", gitlabtest.Fault{Status: 200, Body: `{"version":"soon"}`}, "HOST answers with something that Flow can't read: the version of GitLab.", ""},
		{"gone", gitlabtest.Fault{Status: 410, Body: `{"error":"API V3 is no longer supported."}`}, "HOST answers with something that Flow can't read: the version of GitLab.", "410 API V3 is no longer supported."},
		{"a page with a status", weather.TooLarge(), `HOST answers with something that Flow can't read: the version of GitLab as a page titled "413 Request Entity Too Large".`, "413 Request Entity Too Large"},
		{"too old", gitlabtest.Fault{Status: 200, Body: `{"version":"8.17.3"}`}, "This GitLab is 8.17; Flow needs 9.0 or newer.", ""},
	} {
		t.Run(test.name, func(t *testing.T) {
			s := start(t, gitlabtest.Demo(today), gitlabtest.Options{})
			if test.fault.Path == "" {
				test.fault.Path = "/api/v4/metadata"
			}
			s.Fail(test.fault)
			c, _ := newClient(t, gitlab.Options{})
			_, err := discover(c, connect(t, s.URL()))
			f := flow.FaultOf(orNone(err))
			want := sentenceAt(s.URL(), strings.ReplaceAll(test.sentence, "TIME", today.Add(time.Hour).Local().Format("15:04")))
			if f.Sentence() != want || f.Says != test.says {
				t.Errorf("got  %s (%s)\nwant %s (%s)\nfrom %v", f.Sentence(), f.Says, want, test.says, f)
			}
		})
	}
}

// What a GitLab in maintenance sends back to its start page was a form.
func TestMaintenanceIsNamedWhereItRedirects(t *testing.T) {
	for home, path := range map[string]string{"/git/": "/git", "/git": "/git", "/": ""} {
		s := start(t, gitlabtest.Demo(today), gitlabtest.Options{Path: path})
		c, _ := newClient(t, gitlab.Options{})
		conn := signedIn(t, s, c, confidential)
		s.Fail(gitlabtest.Fault{Method: http.MethodPost, Status: 301, Redirect: s.URL()[:len(s.URL())-len(path)] + home})
		err := c.Revoke(t.Context(), conn)
		if f := flow.FaultOf(orNone(err)); f.Sentence() != "GitLab is in maintenance and allows reading only." {
			t.Errorf("%s: %v", home, err)
		}
	}
}
