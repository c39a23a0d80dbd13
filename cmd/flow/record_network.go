package main

import (
	"time"

	"flow"
)

// A networkRecord is the way to a GitLab as --json prints it: what of it is
// another than the machine's own. It has no place for a secret.
type networkRecord struct {
	PlainHTTP   bool                `json:"plain_http"`
	Unverified  bool                `json:"unverified"`
	Authorities []certificateRecord `json:"authorities"`        // that are trusted besides the machine's
	Proxy       string              `json:"proxy"`              // host and port, or direct; "": what the environment says
	Certificate *certificateRecord  `json:"client_certificate"` // null: none is shown
}

type certificateRecord struct {
	Subject string    `json:"subject"`
	Until   time.Time `json:"until"`
	SHA256  string    `json:"sha256"`
}

func networkRecordOf(n flow.Network) networkRecord {
	r := networkRecord{PlainHTTP: n.PlainHTTP, Unverified: n.Unverified, Authorities: certificateRecords(n.Authorities), Proxy: n.Proxy}
	if n.Proxy != "" && n.Proxy != flow.NoProxy {
		r.Proxy = flow.ProxyHost(n.Proxy)
	}
	if own := certificateRecords(n.Certificate); len(own) > 0 {
		r.Certificate = &own[0] // what follows leads to who issued it
	}
	return r
}

func certificateRecords(text string) []certificateRecord {
	records := []certificateRecord{}
	for _, c := range flow.Certificates(text) {
		records = append(records, certificateRecord{c.Subject, c.Until, c.SHA256})
	}
	return records
}

// warningsOf says what an integration gives up, for as long as it does.
func warningsOf(in flow.Integration) []string {
	var warnings []string
	if in.Network.Unverified {
		warnings = append(warnings, "Its certificate is not verified: others on the way can pose as this GitLab. Mend it with flow reconnect "+quoted(in.Name)+" --unverified=false --ca-file FILE.")
	}
	if in.BaseURL.IsPlain() {
		warnings = append(warnings, "Over http: others on the way can read the token. Ask for https.")
	}
	return warnings
}
