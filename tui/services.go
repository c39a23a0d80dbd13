package tui

import (
	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// services is step 5: what Flow should read.
type services struct {
	w    *wizard
	list serviceList
}

func newServices(w *wizard) step {
	return &services{w: w, list: newServiceList(w.styles, w.draft.Services, w.draft.Report)}
}

func (s *services) enter() tea.Cmd { return nil }
func (s *services) typing() bool   { return false }
func (s *services) leave()         {}
func (s *services) back() bool     { return true }

func (s *services) update(msg tea.Msg) (move, tea.Cmd) {
	k, ok := msg.(tea.KeyPressMsg)
	if !ok {
		return move{}, nil
	}
	switch {
	case key.Matches(k, keys.enter):
		if err := s.w.draft.Check(flow.StepServices, nil); err != nil {
			s.list.say = "At least one service stays on."
			return move{}, nil
		}
		return move{kind: next}, nil
	case key.Matches(k, keys.previous):
		return move{kind: back}, nil
	default:
		s.list.press(k)
		s.w.draft.Services = s.list.on
	}
	return move{}, nil
}

func (s *services) view(width, _ int) screen {
	v := screen{body: newBody(), message: "  " + s.list.say}
	v.keys = []key.Binding{keys.space, does(keys.enter, "continue"), keys.back, keys.help}
	v.body.add("  " + s.w.styles.bold.Render("What should Flow read?"))
	v.body.blank()
	s.list.draw(&v.body, width)
	v.body.blank()
	v.body.prose(width, 2, dropDetail, "Turn one off if Flow gets that data from somewhere else.")
	v.body.prose(width, 2, 0, "You can change this later. At least one stays on.")
	return v
}

func (s *services) help() helpPage {
	return helpPage{name: "Services",
		left:  []helpGroup{{"Choose", [][2]string{{"space", "this service on or off"}, {"up, down", "one row"}, {"enter", "continue"}}}},
		right: []helpGroup{always}}
}

// A serviceList is the services with their boxes. The wizard and the Overview
// use the same one.
type serviceList struct {
	styles styles
	on     flow.Services // wanted; what can't be read counts as off all the same
	report flow.Report
	at     int
	say    string
}

func newServiceList(st styles, on flow.Services, report flow.Report) serviceList {
	return serviceList{styles: st, on: on, report: report}
}

func (l *serviceList) chosen() flow.Services { return l.on & l.report.Readable }

func (l *serviceList) press(k tea.KeyPressMsg) {
	l.say = ""
	service := flow.AllServices[l.at]
	switch {
	case key.Matches(k, keys.up):
		l.at = max(l.at-1, 0)
	case key.Matches(k, keys.down):
		l.at = min(l.at+1, len(flow.AllServices)-1)
	case !key.Matches(k, keys.space):
	case !l.report.Readable.Has(service):
		l.say = service.String() + " can't be read: " + l.report.Check(service.String()).Text + "."
	case l.chosen() == flow.Services(service):
		l.say = "At least one service stays on."
	case l.on.Has(service):
		l.on = l.on.Without(service)
	default:
		l.on = l.on.With(service)
	}
}

var serviceAbout = map[flow.Service]string{
	flow.RepoService:   "commits: who, when, message, how many lines changed",
	flow.PRService:     "merge requests: reviews, comments, approvals",
	flow.TicketService: "issues: title, state, people, comments",
}

func (l *serviceList) draw(b *body, width int) {
	for i, service := range flow.AllServices {
		box, about := "[ ] ", serviceAbout[service]
		switch {
		case !l.report.Readable.Has(service):
			// A service that the test could not read has no box: nothing to choose.
			box, about = "n/a ", l.report.Check(service.String()).Text
		case l.on.Has(service):
			box = "[x] "
		}
		if i == l.at {
			b.focus(2)
		}
		b.add(l.styles.mark(i == l.at) + box + l.styles.label(service.String(), 11, i == l.at) + cut(about, width-18))
	}
}
