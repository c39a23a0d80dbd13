package tui

import (
	"context"
	"strings"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"

	"flow"
)

// removal deletes the integration, once its name is typed. A sign-in is revoked
// in GitLab first; where that fails nothing is deleted, and a second page asks
// whether it should be all the same.
type removal struct {
	change
	field  field
	anyway bool // it is asked, or told, to delete although nothing was revoked
}

func newRemoval(d *details) *removal {
	r := &removal{change: change{d: d}, field: newField("", 200)}
	r.field.focus()
	return r
}

func (r *removal) typing() bool { return !r.anyway }

func (r *removal) guard() any {
	switch {
	case r.storing.running():
		return nil
	case r.anyway:
		return r.bad
	}
	return r
}

func (r *removal) update(msg tea.Msg) (move, tea.Cmd) {
	if m, ok := msg.(taskMsg); ok {
		if got, _ := r.storing.take(m); got != nil {
			switch done := got.(changed); {
			case done.err == nil:
				r.storing.stop()
				r.d.leave()
				list := newIntegrations(r.d.env, nil)
				list.notice = r.said()
				return move{kind: toPage, page: list}, nil
			case flow.CausedBy(done.err, flow.NotRevoked):
				r.anyway = true
			}
		}
		return r.stored(m)
	}
	if !r.anyway {
		return r.typed(&r.field, msg, r.remove)
	}
	k, ok := msg.(tea.KeyPressMsg)
	switch {
	case !ok || r.storing.running():
	case key.Matches(k, keys.back):
		return r.back()
	case key.Matches(k, keys.enter):
		return move{}, r.disconnect()
	}
	return move{}, nil
}

func (r *removal) remove() (move, tea.Cmd) {
	if strings.TrimSpace(r.field.value()) != r.d.in.Name {
		r.bad = &flow.Fault{Cause: flow.BadName, Detail: flow.CleanLine(r.field.value(), 40), Where: "it is not the name of this integration"}
		return move{}, nil
	}
	return move{}, r.disconnect()
}

func (r *removal) disconnect() tea.Cmd {
	r.d.discovery.stop()
	r.doing = "Deleting..."
	if r.d.in.Method == flow.OAuth && !r.anyway {
		r.doing = "Revoking the sign-in in GitLab, then deleting..."
	}
	setup, anyway := r.d.setup(), r.anyway
	return r.store("", func(ctx context.Context, _ Store, in flow.Integration) (flow.Integration, error) {
		return in, setup.Disconnect(ctx, in, anyway)
	})
}

// said tells what has become of the credential.
func (r *removal) said() string {
	text := "Deleted " + r.d.in.Name + "."
	switch {
	case r.anyway:
		text += " Its sign-in stays valid in GitLab until you revoke it there."
	case r.d.in.Method == flow.OAuth:
		text += " Its sign-in is revoked in GitLab."
	}
	return text
}

func (r *removal) view(width, _ int) screen {
	if r.anyway {
		s := r.screen("Delete anyway?", width)
		r.viewAnyway(&s, width)
		return s
	}
	s := r.screen("Delete?", width)
	if r.bad != nil && r.bad.Cause == flow.BadName {
		s.about, s.message = "", "  That is not its name. Type "+cut(r.d.in.Name, width-40)+" to delete it."
	}
	b, d := &s.body, r.d
	c := d.plan.SavedCounts()
	b.add(prefixed("  ", wrap("Deleting takes away for good:", width-3))...)
	b.blank()
	b.add("    " + flow.Plural(c.All(), "repo") + " in the list, " + flow.Number(c[flow.Imported]) + " of them imported")
	b.add("    " + flow.Plural(len(d.plan.Settings.Rules), "rule") + ", and what was chosen by hand or for groups")
	if d.in.Method == flow.OAuth {
		b.prose(width, 4, 0, "the stored sign-in; Flow revokes it in GitLab")
		b.blank()
	} else {
		b.prose(width, 4, 0, "the stored token; in GitLab it goes on until you revoke it")
		b.blank()
		b.detail("  In GitLab nothing changes.")
		b.blank()
	}
	text, cursor := r.field.draw(width - 18)
	b.focus(17 + cursor)
	b.add(d.styles.mark(true) + d.styles.label("Name", 15, true) + text)
	b.add("                 " + cut("Type "+d.in.Name+" to delete it.", width-18))
	s.keys = r.keys(does(keys.enter, "delete"), does(keys.back, "keep it"))
	return s
}

// viewAnyway says why nothing is deleted yet, and what deleting leaves behind.
func (r *removal) viewAnyway(s *screen, width int) {
	b := &s.body
	if f := r.bad; f != nil {
		b.prose(width, 2, 0, f.Sentence()+" Nothing is deleted yet.")
		b.blank()
		if f.Cause != flow.NotRevoked {
			b.prose(width, 4, 0, f.Next())
		} else if f.Detail != "" {
			b.prose(width, 4, 0, f.Detail)
		}
		if f.Says != "" {
			b.add("    " + cut(f.Quote(), width-5))
		}
		b.blank()
		s.about, s.message = "", ""
	}
	b.prose(width, 2, 0, "Deleting anyway leaves the sign-in valid in GitLab until you revoke it there, under Applications, Authorized applications.")
	b.blank()
	b.focus(2)
	b.add(r.d.styles.mark(true) + r.d.styles.bold.Render("Delete anyway"))
	s.keys = r.keys(does(keys.enter, "delete anyway"), does(keys.back, "keep it"))
}

func (r *removal) help() helpPage { return changeHelp("Delete") }
