package gitlab

import (
	"crypto/tls"

	"flow"
)

// warnCertificate is how many days before its end a certificate is warned of:
// what renews itself has done so by then.
const warnCertificate = 7

// tlsCheck says how the connection is secured, by whose certificate and until
// when.
func (w *wayCheck) tlsCheck(state tls.ConnectionState) flow.Check {
	version := tls.VersionName(state.Version)
	check := flow.Check{Status: flow.OK, Text: version}
	if len(state.PeerCertificates) == 0 {
		return check
	}
	shown := flow.NewCertificate(state.PeerCertificates[0])
	now := w.client.options.Now()
	switch {
	case w.network.Unverified:
		check.Status = flow.Warning
		check.Text += ", certificate not verified"
		check.Hint = "Others on the way can pose as this GitLab. It shows a certificate of " + shown.Issuer + ", SHA-256 " + shown.SHA256 + ". A CA file would do instead."
		return check
	case flow.DaysUntil(now, shown.Until) < warnCertificate:
		check.Status, check.Hint = flow.Warning, "Its administrator has to renew the certificate before that day; Flow does not connect after it."
	}
	check.Text += ", certificate of " + shown.Issuer + " until " + flow.Date(shown.Until)
	for _, own := range flow.Certificates(w.network.Certificate)[:min(1, len(flow.Certificates(w.network.Certificate)))] {
		if days := flow.DaysUntil(now, own.Until); check.Status == flow.OK && days < warnDays {
			check.Status = flow.Warning
			check.Hint = "The client certificate of Flow, " + own.Name() + ", ends on " + flow.Date(own.Until) + ". Get another one before that day."
		}
	}
	return check
}
