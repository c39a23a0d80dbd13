package store

import (
	"encoding/json"
	"slices"

	"flow"
)

// reportJSON encodes a report without the secrets of the connection. They are
// hidden before JSON writes them in another way, as it does with quotes and line
// ends.
func reportJSON(r flow.Report, c flow.Connection) (string, error) {
	text, err := json.Marshal(redacted(r, c))
	return string(text), err
}

// redacted is a report in which the server's words do not repeat a secret of the
// connection. What Flow goes by is left, such as the account, by which it finds who
// shares a sign-in: a password may be a word of it.
func redacted(r flow.Report, c flow.Connection) flow.Report {
	r.Checks, r.Lacks = slices.Clone(r.Checks), slices.Clone(r.Lacks)
	texts := []*string{&r.Server, &r.Version}
	for i := range r.Checks {
		check := &r.Checks[i]
		texts = append(texts, &check.Text, &check.Hint, &check.Link, &check.Says)
		if len(check.Certificates) > 0 {
			check.Certificates = flow.Redacted(check.Certificates, c.Redact)
		}
	}
	for i := range r.Lacks {
		texts = append(texts, &r.Lacks[i])
	}
	for _, text := range texts {
		*text = c.Redact(*text)
	}
	return r
}
