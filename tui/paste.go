package tui

import (
	"context"
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// A pasteField takes the address on which a browser ended, where the terminal
// does not mark pastes or somebody types it.
type pasteField struct {
	field   field
	open    bool // letters are text
	presses int
	task    task // takes it to the attempt
	given   bool // the last answer came this way
}

func newPasteField() pasteField { return pasteField{field: newField("", 16000)} }

func (f *pasteField) start(text string) {
	f.field.setValue(text)
	f.field.focus()
	f.open = true
}

// close keeps what was typed.
func (f *pasteField) close() {
	f.field.blur()
	f.open = false
}

// quietTime is how long no key may follow an enter that ends the text. In a
// paste that is not marked a line end acts as enter; what follows at once
// belongs to the same address, which a program has wrapped, and is no command.
const quietTime = 150 * time.Millisecond

// pasteQuiet says that quietTime has passed since an enter.
type pasteQuiet struct{ presses int }

func (f *pasteField) press(k tea.KeyPressMsg) tea.Cmd {
	f.presses++
	if !key.Matches(k, keys.enter) {
		f.field.update(k)
		return nil
	}
	if f.field.value() == "" {
		f.close()
		return nil
	}
	n := f.presses
	return tea.Tick(quietTime, func(time.Time) tea.Msg { return pasteQuiet{n} })
}

// after returns the text if nothing was typed since the enter.
func (f *pasteField) after(q pasteQuiet) (text string, ok bool) {
	if !f.open || q.presses != f.presses {
		return "", false
	}
	text = f.field.value()
	f.field.setValue("")
	f.close()
	return text, true
}

// pasted takes a paste, whatever has the focus. Only what is added to a text
// waits for enter.
func (p *doors) pasted(msg tea.PasteMsg) tea.Cmd {
	p.code = false
	switch {
	case p.w.signIn.attempt == nil:
		return nil
	case p.paste.open && p.paste.field.value() != "":
		p.paste.presses++
		p.paste.field.update(msg)
		return nil
	}
	p.paste.close()
	return p.give(msg.Content)
}

// pasteOver says what the attempt makes of a text.
type pasteOver struct{ err error }

const pasteBound = time.Minute

// give takes a text to the attempt. What becomes of it is told by the doors.
func (p *doors) give(text string) tea.Cmd {
	attempt := p.w.signIn.attempt
	if attempt == nil {
		return nil
	}
	p.notice, p.fault, p.paste.given = "", nil, true
	return p.paste.task.start(p.w.env, pasteBound, func(context.Context, func(tea.Msg)) tea.Msg {
		return pasteOver{attempt.Paste(text)}
	})
}
