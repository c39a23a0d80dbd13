package flow

import (
	"slices"
	"strings"
)

// Offered are those certificates of a server that is not trusted which say what
// to do about it, the one in question first: where its authority is unknown, the
// last that it showed; where the dates of one do not fit, that one; else its own.
// The server's own comes second where it is another.
func (f *Fault) Offered() []Certificate {
	if len(f.Chain) == 0 {
		return nil
	}
	at := 0
	switch {
	case slices.Contains(NeedCA, f.Cause):
		at = len(f.Chain) - 1
	case f.Cause == CertExpired:
		at = slices.IndexFunc(f.Chain, func(c Certificate) bool { return c.Until.Equal(f.When) })
	case f.Cause == CertEarly:
		at = slices.IndexFunc(f.Chain, func(c Certificate) bool { return c.From.Equal(f.When) })
	}
	if at <= 0 { // -1: it is one that the server did not show
		return f.Chain[:1]
	}
	return []Certificate{f.Chain[at], f.Chain[0]}
}

// Redacted is a list of certificates without what redact takes out of a text: a
// server writes into them what it likes.
func Redacted(list []Certificate, redact func(string) string) []Certificate {
	told := make([]Certificate, len(list))
	for i, c := range list {
		names := make([]string, len(c.Names))
		for j, name := range c.Names {
			names[j] = redact(name)
		}
		c.Subject, c.Issuer, c.Names = redact(c.Subject), redact(c.Issuer), names
		told[i] = c
	}
	return told
}

// An Offer says what a server showed, so that it can be compared with what its
// administrator says. Its zero value says nothing.
type Offer struct {
	Lead   string // the certificate in question, until when it is valid
	SHA256 string // its fingerprint
	Own    string // what the server's own is for, and when it is valid
}

// OfferOf makes an offer of the certificates of [Fault.Offered].
func OfferOf(list []Certificate) Offer {
	if len(list) == 0 {
		return Offer{}
	}
	asked, own, whose := list[0], list[len(list)-1], "It is for "
	if len(list) > 1 {
		whose = "The server's own is for "
	}
	from := ""
	if asked.Issuer != asked.Subject {
		from = ` from "` + asked.Issuer + `"`
	}
	return Offer{
		Lead:   "Offered: " + asked.Name() + from + ", until " + Date(asked.Until) + ", SHA-256",
		SHA256: asked.SHA256,
		Own:    whose + own.isFor() + ", from " + Date(own.From) + " until " + Date(own.Until) + ".",
	}
}

// isFor names a few of the hosts that a certificate is for.
func (c Certificate) isFor() string {
	n := len(c.Names) + c.More
	switch {
	case n == 0:
		return "no name"
	case n > 4 && len(c.Names) >= 3:
		return strings.Join(c.Names[:3], ", ") + " and " + Number(n-3) + " more"
	}
	return strings.Join(c.Names, ", ")
}

// offerColumns leaves room for the marks with which a mail quotes.
const offerColumns = 78

// Rows are what it says in plain text, behind so many columns.
func (o Offer) Rows(indent int) []string {
	if o == (Offer{}) {
		return nil
	}
	rows := wrapped(o.Lead, offerColumns-indent)
	rows = append(rows, SplitFingerprint(o.SHA256, offerColumns-indent)...)
	return append(rows, wrapped(o.Own, offerColumns-indent)...)
}

// SplitFingerprint splits a fingerprint into rows of at most so many columns,
// between pairs only and where there is room into halves, which are easiest to
// compare. Of any other text it makes one row.
func SplitFingerprint(sum string, columns int) []string {
	if strings.ContainsAny(sum, " /") || len(sum) <= columns {
		return []string{sum}
	}
	pairs := strings.Split(sum, ":")
	most := min(max(columns/len("4f:"), 1), (len(pairs)+1)/2)
	var rows []string
	for len(pairs) > most {
		rows = append(rows, strings.Join(pairs[:most], ":")+":")
		pairs = pairs[most:]
	}
	return append(rows, strings.Join(pairs, ":"))
}
