package weather

import (
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"time"
)

// A canned answer is complete before the first byte is sent.
type canned struct {
	status int
	header http.Header
	body   string
}

// html is an answer with a page, from the product that server names.
func html(status int, server, body string) canned {
	return canned{status, http.Header{"Content-Type": {"text/html"}, "Server": {server}}, body}
}

// with adds headers, as name and value in turn.
func (c canned) with(pairs ...string) canned {
	c.header = c.header.Clone()
	for i := 0; i+1 < len(pairs); i += 2 {
		c.header.Set(pairs[i], pairs[i+1])
	}
	return c
}

func (c canned) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	for name, values := range c.header {
		w.Header()[name] = values
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(c.body)))
	w.WriteHeader(c.status)
	if r.Method != http.MethodHead {
		io.WriteString(w, c.body)
	}
}

// writeRaw sends an answer where there is no HTTP server, and says that the
// connection ends.
func writeRaw(to io.Writer, c canned) bool {
	head := fmt.Sprintf("HTTP/1.1 %d %s\r\nDate: %s\r\nContent-Length: %d\r\nConnection: close\r\n",
		c.status, http.StatusText(c.status), time.Now().UTC().Format(http.TimeFormat), len(c.body))
	for name, values := range c.header {
		for _, value := range values {
			head += name + ": " + value + "\r\n"
		}
	}
	_, err := io.WriteString(to, head+"\r\n"+c.body)
	return err == nil
}

// nginxPage is nginx's page for an error. Some have a reason, which is in the
// title and in a line of its own.
func nginxPage(status int, reason string) canned {
	name := strconv.Itoa(status) + " " + nginxText(status)
	title, line := name, ""
	if reason != "" {
		title, line = strconv.Itoa(status)+" "+reason, "<center>"+reason+"</center>\r\n"
	}
	return html(status, "nginx", "<html>\r\n<head><title>"+title+"</title></head>\r\n<body>\r\n<center><h1>"+name+
		"</h1></center>\r\n"+line+"<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

// nginxText is nginx's name for a status, where it has its own.
func nginxText(status int) string {
	switch status {
	case http.StatusUnauthorized:
		return "Authorization Required"
	case http.StatusRequestURITooLong:
		return "Request-URI Too Large"
	case http.StatusServiceUnavailable:
		return "Service Temporarily Unavailable"
	case http.StatusGatewayTimeout:
		return "Gateway Time-out"
	}
	return http.StatusText(status)
}

// nginxClients asks for a client certificate as nginx does with
// ssl_verify_client on: only after the handshake, with a page.
func nginxClients(taken *x509.CertPool) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.TLS == nil || len(r.TLS.PeerCertificates) == 0 {
				nginxPage(http.StatusBadRequest, "No required SSL certificate was sent").ServeHTTP(w, r)
				return
			}
			shown := r.TLS.PeerCertificates
			between := x509.NewCertPool()
			for _, c := range shown[1:] {
				between.AddCert(c)
			}
			_, err := shown[0].Verify(x509.VerifyOptions{Roots: taken, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth}})
			if err != nil {
				nginxPage(http.StatusBadRequest, "The SSL certificate error").ServeHTTP(w, r)
				return
			}
			behind.ServeHTTP(w, r)
		})
	}
}
