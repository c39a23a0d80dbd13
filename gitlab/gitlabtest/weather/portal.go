package weather

import (
	"net/http"
	"net/url"
)

const portalPage = "<!DOCTYPE html>\n<html><head><title>Welcome to Acme Guest Wi-Fi</title></head>\n" +
	"<body><h1>Sign in to use the network</h1><form method=\"post\" action=\"/login\"><input name=\"voucher\"><button>Connect</button></form></body></html>\n"

// Portal is the page of a captive portal in place of everything, with status
// 200.
func Portal() http.Handler {
	return html(http.StatusOK, "", portalPage).with("Cache-Control", "no-store")
}

// PortalAt sends everything to the portal's own host, such as
// "http://portal.example.com/login", with the address that was wanted.
func PortalAt(portal string) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		wanted := "http://" + r.Host + r.URL.RequestURI()
		html(http.StatusFound, "", "").with("Location", portal+"?url="+url.QueryEscape(wanted), "Cache-Control", "no-store").ServeHTTP(w, r)
	})
}

// Portal511 is a portal that says what it is: 511 Network Authentication
// Required (RFC 6585 section 6).
func Portal511() http.Handler {
	return html(http.StatusNetworkAuthenticationRequired, "", portalPage).with("Cache-Control", "no-store")
}
