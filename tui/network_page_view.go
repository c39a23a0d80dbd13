package tui

import (
	"charm.land/bubbles/v2/key"
)

func (p *networkPage) view(width, height int) screen {
	s := p.change.screen("Network", width)
	if p.shown {
		p.viewChecks(&s, width, height)
		return s
	}
	b := &s.body
	b.prose(width, 2, dropDetail, "How Flow reaches this GitLab. Empty: as this machine is set up.")
	b.blank()
	b.add(prefixed("  ", accepted(p.d.styles, p.d.in.BaseURL, p.fields.n, width-3))...)
	p.fields.draw(b, p.at, width)
	b.blank()
	p.viewKept(b, width)
	switch {
	case s.message != "":
	case p.say != "":
		s.message = "  " + cut(p.say, width-3)
	case p.opener.running():
		s.message = "  Opening what is stored..."
	case p.waits:
		s.message = "  Reading the files..."
	default:
		s.message = "  " + cut("Until this passes its test, what is stored stays in use.", width-3)
	}
	test := does(keys.enter, "test")
	if !p.fields.endsAt(p.at) && p.typing() {
		test = does(keys.enter, "next field")
	}
	s.keys = p.keys(p.fields.keys(p.at, test)...)
	return s
}

func (p *networkPage) viewChecks(s *screen, width, height int) {
	fault := s.message
	p.checks.draw(s, width, height)
	switch {
	case fault != "":
		s.message = fault
	case p.say != "":
		s.message = "  " + cut(p.say, width-3)
	}
	switch {
	case p.checks.task.running():
		s.keys = []key.Binding{does(keys.back, "cancel")}
	case p.checks.report.Passed():
		s.keys = p.keys(p.checks.keys(does(keys.enter, "save"))...)
	default:
		s.keys = p.keys(p.checks.keys(does(keys.enter, "change the network"))...)
	}
}

// viewKept says where the secrets among the answers will live, before they are
// given.
func (p *networkPage) viewKept(b *body, width int) {
	text := "password and key sealed, in " + p.d.Database
	if p.d.Demo != nil {
		text = "for this demo only"
	}
	b.add("  " + pad("Will be kept", netLabelWidth) + cut(text, width-3-netLabelWidth))
}

func (p *networkPage) help() helpPage {
	if p.shown {
		return testHelp()
	}
	return helpPage{name: "Network",
		left: []helpGroup{{"Fields", [][2]string{{"tab", "next field or box"}, {"shift+tab", "previous one"}, {"enter", "what the last row says"},
			{"ctrl+u", "clear, then remove"}, {"ctrl+r", "show, hide the password"}, {"space", "the box on or off"}}}},
		right: []helpGroup{always}}
}
