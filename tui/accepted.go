package tui

import (
	"strings"

	"flow"
)

// accepted says what the user has accepted of how a GitLab is reached, a row
// each. It stays visible wherever something is sent that way.
func accepted(st styles, base flow.BaseURL, by flow.Network, width int) []string {
	var rows []string
	if isPlain(base, by) {
		rows = append(rows, "Over http: others on the way can read the token.")
	}
	if by.Unverified {
		rows = append(rows, "Not verified: others on the way can pose as GitLab.")
	}
	for i, row := range rows {
		if len(row) > width {
			row = strings.Replace(row, " on the way", "", 1)
		}
		if len(row) > width {
			row = strings.Replace(row, "as GitLab", "as it", 1)
		}
		rows[i] = st.yellow.Render(cut(row, width))
	}
	return rows
}

// isPlain reports whether what is sent can be read on the way; of an address that
// is not known yet, whether that would be accepted. Where it is not, nothing is sent.
func isPlain(base flow.BaseURL, by flow.Network) bool {
	return by.PlainHTTP && (base.IsPlain() || base.IsZero())
}

// withoutAccepted is a network without what has a row of its own.
func withoutAccepted(n flow.Network) flow.Network {
	n.PlainHTTP, n.Unverified = false, false
	return n
}

// acceptedShort is the same in a word or two, for the header; "" for nothing.
func acceptedShort(in flow.Integration) string {
	switch plain := in.BaseURL.IsPlain(); {
	case plain && in.Network.Unverified:
		return "http, not verified"
	case plain:
		return "over http"
	case in.Network.Unverified:
		return "not verified"
	}
	return ""
}
