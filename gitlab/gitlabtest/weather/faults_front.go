package weather

import (
	"net/http"
	"strconv"

	"flow/gitlab/gitlabtest"
)

// BadGateway is nginx's page without a GitLab behind it, 502.
func BadGateway() gitlabtest.Fault { return nginxPage(http.StatusBadGateway, "").fault() }

// BadGatewayAWS is the same from Amazon's load balancer.
func BadGatewayAWS() gitlabtest.Fault {
	return html(http.StatusBadGateway, "awselb/2.0", "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n"+
		"<center><h1>502 Bad Gateway</h1></center>\r\n</body>\r\n</html>\r\n").fault()
}

// BadGatewayHAProxy is the same from HAProxy, which does not name itself.
func BadGatewayHAProxy() gitlabtest.Fault {
	c := html(http.StatusBadGateway, "", "<html><body><h1>502 Bad Gateway</h1>\nThe server returned an invalid or incomplete response.\n</body></html>\n")
	c.header.Del("Server")
	return c.fault()
}

// NoServer is HAProxy's page while all servers behind it are down, 503.
func NoServer() gitlabtest.Fault {
	c := html(http.StatusServiceUnavailable, "", "<html><body><h1>503 Service Unavailable</h1>\nNo server is available to handle this request.\n</body></html>\n")
	c.header.Del("Server")
	return c.fault()
}

// GatewayTimeout is nginx's page where GitLab took too long, 504.
func GatewayTimeout() gitlabtest.Fault { return nginxPage(http.StatusGatewayTimeout, "").fault() }

// TooLarge is nginx's page for a body larger than client_max_body_size, 413.
func TooLarge() gitlabtest.Fault { return nginxPage(http.StatusRequestEntityTooLarge, "").fault() }

// AddressTooLong is nginx's page for an address longer than its buffer, 414.
func AddressTooLong() gitlabtest.Fault { return nginxPage(http.StatusRequestURITooLong, "").fault() }

// BasicAuth is nginx's page where the front wants a user name and password of
// its own, 401 with WWW-Authenticate: Basic. A token is of no use to it.
func BasicAuth() gitlabtest.Fault {
	return nginxPage(http.StatusUnauthorized, "").with("WWW-Authenticate", `Basic realm="Acme internal"`).fault()
}

// ProxyAuth is a page from a proxy that nobody named and that stands in the way
// all the same, 407.
func ProxyAuth() gitlabtest.Fault { return proxyWantsPassword().fault() }

func proxyWantsPassword() canned {
	return html(http.StatusProxyAuthRequired, "squid/6.6", "<html><head><title>ERROR: Cache Access Denied</title></head>\n<body>"+
		"<h1>ERROR</h1><h2>Cache Access Denied.</h2>\n<p>Sorry, you are not currently allowed to request this from this cache until you have authenticated yourself.</p></body></html>\n").
		with("Proxy-Authenticate", `Basic realm="Acme proxy"`, "X-Squid-Error", "ERR_CACHE_ACCESS_DENIED 0")
}

// FirewallCloudflare is the page of Cloudflare's firewall, 403.
func FirewallCloudflare() gitlabtest.Fault {
	return html(http.StatusForbidden, "cloudflare", "<!DOCTYPE html>\n<html lang=\"en-US\">\n<head><title>Attention Required! | Cloudflare</title></head>\n<body>"+
		"<h1>Sorry, you have been blocked</h1><h2>You are unable to access acme.example.com</h2></body>\n</html>\n").
		with("CF-RAY", "8f1a2b3c4d5e6f70-FRA").fault()
}

// FirewallF5 is the page of F5's firewall. It comes with status 200, so that
// only what is in it tells.
func FirewallF5() gitlabtest.Fault {
	c := html(http.StatusOK, "", "<html><head><title>Request Rejected</title></head><body>The requested URL was rejected. "+
		"Please consult with your administrator.<br><br>Your support ID is: 4815162342<br><br><a href='javascript:history.back();'>[Go Back]</a></body></html>")
	c.header.Del("Server")
	return c.fault()
}

// FirewallModSecurity is Apache's page where a rule of ModSecurity hits, 403.
func FirewallModSecurity() gitlabtest.Fault { return apachePage(http.StatusForbidden).fault() }

func apachePage(status int) canned {
	name := http.StatusText(status)
	return html(status, "Apache", "<!DOCTYPE HTML PUBLIC \"-//IETF//DTD HTML 2.0//EN\">\n<html><head>\n<title>"+strconv.Itoa(status)+" "+name+
		"</title>\n</head><body>\n<h1>"+name+"</h1>\n<p>You don't have permission to access this resource.</p>\n</body></html>\n")
}

// PortalMeanwhile is a captive portal that wants another sign-in in the middle
// of a session: a page with status 200.
func PortalMeanwhile() gitlabtest.Fault {
	return gitlabtest.Fault{Around: Instead(Portal())}
}

// PortalRedirect is the same as a redirect to the portal's own host.
func PortalRedirect(portal string) gitlabtest.Fault {
	return gitlabtest.Fault{Around: Instead(PortalAt(portal))}
}
