package tui

import (
	"slices"
	"strings"

	"charm.land/bubbles/v2/key"

	"flow"
)

// netLabels are as the sentences of faults name the fields.
var netLabels = [netStops]string{
	netCA: "CA file", netProxy: "Proxy", netPassword: "Proxy password",
	netCertificate: "Own certificate", netKey: "Its key",
}

// netLabelWidth leaves a space behind the longest of them.
const netLabelWidth = 16

// draw adds the answers that are asked for or were given; focused is the one that
// has the focus, or none.
func (f *networkFields) draw(b *body, focused netStop, width int) {
	for s := range netStops {
		switch {
		case !f.open(s) && s != focused:
		case s == netPlain:
			f.drawBox(b, s == focused, f.n.PlainHTTP, usePlain, width)
		case s == netUnverified:
			f.drawBox(b, s == focused, f.n.Unverified, useUnverified(width), width)
		default:
			f.drawField(b, s, s == focused, width)
		}
	}
}

func (f *networkFields) drawField(b *body, s netStop, focused bool, width int) {
	st, note := f.env.styles, ""
	if n := flow.NewSecret(f.texts[s].value()).Len(); s == netPassword && n > 0 {
		note = flow.Plural(n, "character")
	}
	text, cursor := f.texts[s].draw(width - 3 - netLabelWidth - len(note))
	if focused {
		b.focus(2 + netLabelWidth + cursor)
	}
	row := st.mark(focused) + st.label(netLabels[s], netLabelWidth, focused) + text
	if note != "" {
		row = pad(row, width-1-len(note)) + note
	}
	b.add(row)
	margin := 2 + netLabelWidth
	if width < roomy {
		margin = 4
	}
	if f.bad[s] != nil {
		next := f.bad[s].Next()
		if s == netKey {
			next = "Give its key in PEM form, without a password."
		}
		for _, row := range wrap(f.bad[s].Sentence()+" "+next, width-1-margin) {
			b.add(strings.Repeat(" ", margin) + st.red.Render(row))
		}
		return
	}
	drop := dropDetail
	offers := s == netCA && f.n.Authorities == "" && f.offers()
	if focused && (!offers || width >= roomy) {
		drop = 0 // what is offered says more where there is little room
	}
	if hint := f.hint(s); hint != "" {
		b.prose(width, margin, drop, hint)
	}
	if offers {
		f.drawOffered(b, margin, width)
	}
}

// usePlain is what a box says of http.
const usePlain = "use http for this GitLab"

// useUnverified is what a box says of going without the proof that a certificate is.
func useUnverified(width int) string {
	switch {
	case width < 55:
		return "unverified: others can pose as it"
	case width < roomy:
		return "use it unverified: others can pose as GitLab"
	}
	return "use it unverified: others on the way can pose as GitLab"
}

func (f *networkFields) drawBox(b *body, focused, ticked bool, text string, width int) {
	margin := 2 + netLabelWidth
	if width < roomy {
		margin = 4
	}
	box := "[ ] "
	if ticked {
		box = "[x] "
	}
	if focused {
		b.focus(margin)
	}
	b.add(f.env.styles.mark(focused) + strings.Repeat(" ", margin-2) + box + text)
}

// hint says what belongs into a field, or what was given through it.
func (f *networkFields) hint(s netStop) string {
	const removes = " ctrl+u removes it."
	empty := f.texts[s].value() == ""
	switch s {
	case netCA:
		switch {
		case f.readers[netCA].running():
			return "Reading it..."
		case f.n.Authorities == "":
			return "Path of a certificate file."
		case empty:
			return certificatesOf(f.n.Authorities) + ", for this GitLab only." + removes
		}
		return certificatesOf(f.n.Authorities) + ". It is trusted for this GitLab only."
	case netProxy:
		switch {
		case f.fault != nil && f.fault.Cause == flow.ProxyAuth && proxyUser(f.texts[s].value()) == "":
			return "With a user name, such as ana@proxy.example.com:3128."
		case f.all:
			return "Such as proxy.example.com:3128; direct: without one."
		}
		return "Only if one leads there, such as proxy.example.com:3128."
	case netPassword:
		if empty && !f.n.ProxyPassword.IsZero() {
			return "Empty: the one given before is used." + removes
		}
		return "It is kept sealed."
	case netCertificate:
		switch {
		case f.readers[netCertificate].running():
			return "Reading it..."
		case f.n.Certificate == "" && f.lost:
			return "Path of a PEM file, anew: its key was not kept."
		case f.n.Certificate == "":
			return "Path of a PEM file; Flow shows it to GitLab."
		case empty:
			return certificatesOf(f.n.Certificate) + "." + removes
		}
		return certificatesOf(f.n.Certificate) + "."
	case netKey:
		if empty && f.n.Certificate != "" {
			return "It is kept sealed."
		}
		return "Path, if it is not in the same file."
	}
	return ""
}

// certificatesOf names the first certificate of a PEM text, and how many follow.
func certificatesOf(text string) string {
	list := flow.Certificates(text)
	if len(list) == 0 {
		return "Nothing"
	}
	said := list[0].Name() + ", until " + flow.Date(list[0].Until)
	if more := len(list) - 1; more > 0 {
		said += " and " + flow.Number(more) + " more"
	}
	return said
}

// offers reports whether it is known what the server showed.
func (f *networkFields) offers() bool {
	return f.fault != nil && slices.Contains(flow.NeedCA, f.fault.Cause) && len(f.fault.Chain) > 0
}

// drawOffered says what the server showed, so that it can be compared with what
// its administrator says.
func (f *networkFields) drawOffered(b *body, margin, width int) {
	offer := flow.OfferOf(f.fault.Offered())
	if width < roomy {
		offer.Own = ""
	}
	b.offer(offer, margin, width)
}

// offer adds what a server showed; what only explains goes where there is no room.
func (b *body) offer(o flow.Offer, margin, width int) {
	if o.Lead == "" {
		return
	}
	b.prose(width, margin, 0, o.Lead)
	b.add(prefixed(strings.Repeat(" ", margin), flow.SplitFingerprint(o.SHA256, width-1-margin))...)
	if o.Own != "" {
		b.prose(width, margin, dropDetail, o.Own)
	}
}

// keys are those of an answer that has the focus; main is what enter does.
func (f *networkFields) keys(s netStop, main key.Binding) []key.Binding {
	switch {
	case isBox(s):
		return []key.Binding{does(keys.space, "accept or not"), main, keys.next, keys.back, keys.help}
	case s == netPassword && f.texts[s].value() != "":
		show := "show password"
		if f.texts[s].showing {
			show = "hide password"
		}
		return []key.Binding{keys.next, main, does(keys.reveal, show), keys.back}
	case f.holds(s):
		return []key.Binding{keys.next, main, does(keys.clear, "remove it"), keys.back}
	}
	return []key.Binding{keys.next, main, does(keys.clear, "clear"), keys.back}
}
