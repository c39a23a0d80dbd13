package gitlabtest

import "net/http"

// client is the application that a request to the token endpoint comes from:
// by HTTP Basic if that is there, else by client_id and client_secret. It is
// nil for an unknown one, and for a confidential one without its secret. A
// public one may leave its secret out; a wrong one is still wrong.
func (v *visit) client() *Application {
	uid, secret, _ := clientCredentials(v.request)
	a := v.company.oauth.applications[uid]
	switch {
	case a == nil:
		return nil
	case secret == "" && a.public(v.release):
		return a
	case secret != a.Secret:
		return nil
	}
	return a
}

// clientCredentials reports whether a request carries any.
func clientCredentials(r *http.Request) (uid, secret string, sent bool) {
	if uid, secret, basic := r.BasicAuth(); basic && uid != "" {
		return uid, secret, true
	}
	uid = r.Form.Get("client_id")
	return uid, r.Form.Get("client_secret"), uid != ""
}
