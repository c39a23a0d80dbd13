package weather

import (
	"crypto/tls"
	"io"
	"log"
	"net/http"
	"net/http/httputil"
	"net/url"
)

// To passes requests on to a server that runs elsewhere, as nginx does with
// proxy_pass: the path as it came, the client's Host, one connection for each
// request, the answer bit by bit ([Buffer] holds it back). A server that is not there or breaks off becomes nginx's 502; one
// that breaks off in the middle of an answer ends the client's connection too.
// Certificates are not checked.
func To(address string) http.Handler {
	target, err := url.Parse(address)
	if err != nil || target.Host == "" {
		return nginxPage(http.StatusBadGateway, "")
	}
	return &httputil.ReverseProxy{
		Transport:     passing(),
		FlushInterval: -1,
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(target)
			r.Out.Host = r.In.Host
			r.SetXForwarded()
		},
		ErrorHandler: func(w http.ResponseWriter, r *http.Request, err error) {
			if r.Context().Err() != nil {
				panic(http.ErrAbortHandler)
			}
			nginxPage(http.StatusBadGateway, "").ServeHTTP(w, r)
		},
		ErrorLog: silent,
	}
}

var silent = log.New(io.Discard, "", 0)

// passing carries requests on. It unpacks nothing, trusts everybody and leaves
// no connection behind that somebody would have to close.
func passing() *http.Transport {
	return &http.Transport{
		Proxy:              nil,
		DisableKeepAlives:  true,
		DisableCompression: true,
		TLSClientConfig:    &tls.Config{InsecureSkipVerify: true},
	}
}
