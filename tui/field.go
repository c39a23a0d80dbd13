package tui

import (
	"strings"

	"charm.land/bubbles/v2/key"
	"charm.land/bubbles/v2/textinput"
	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// A field is one line of text to be typed or pasted. It draws itself, since a
// field that is left must show the start of a long value, so that it can be
// compared with what GitLab shows.
type field struct {
	input   textinput.Model
	secret  bool
	showing bool // a secret that is shown
}

func newField(value string, limit int) field {
	input := textinput.New()
	input.Prompt = ""
	input.CharLimit = limit
	input.SetVirtualCursor(false)
	input.KeyMap = fieldKeys()
	input.SetValue(value)
	return field{input: input}
}

// fieldKeys are readline's, without those that act as something else in some
// terminal: ctrl+h, ctrl+v (it runs a program on the server), alt with anything,
// and tab, which moves on.
func fieldKeys() textinput.KeyMap {
	none := key.NewBinding(key.WithDisabled())
	return textinput.KeyMap{
		CharacterForward:        key.NewBinding(key.WithKeys("right")),
		CharacterBackward:       key.NewBinding(key.WithKeys("left")),
		WordForward:             key.NewBinding(key.WithKeys("ctrl+right")),
		WordBackward:            key.NewBinding(key.WithKeys("ctrl+left")),
		DeleteWordBackward:      key.NewBinding(key.WithKeys("ctrl+w")),
		DeleteWordForward:       none,
		DeleteAfterCursor:       key.NewBinding(key.WithKeys("ctrl+k")),
		DeleteBeforeCursor:      key.NewBinding(key.WithKeys("ctrl+u")),
		DeleteCharacterBackward: key.NewBinding(key.WithKeys("backspace", "ctrl+h")),
		DeleteCharacterForward:  key.NewBinding(key.WithKeys("delete", "ctrl+d")),
		LineStart:               key.NewBinding(key.WithKeys("home", "ctrl+a")),
		LineEnd:                 key.NewBinding(key.WithKeys("end", "ctrl+e")),
		Paste:                   none,
		AcceptSuggestion:        none,
		NextSuggestion:          none,
		PrevSuggestion:          none,
	}
}

func newSecretField(limit int) field {
	f := newField("", limit)
	f.secret = true
	return f
}

func (f *field) value() string     { return f.input.Value() }
func (f *field) setValue(s string) { f.input.SetValue(s); f.input.CursorEnd() }
func (f *field) focus()            { f.input.Focus() }
func (f *field) blur()             { f.input.Blur() }

// update takes a key or a paste. Line ends and other control characters at the
// ends of a paste are dropped; inside it they become spaces, so that a wrong
// paste can be seen.
func (f *field) update(msg tea.Msg) (changed bool) {
	if paste, ok := msg.(tea.PasteMsg); ok {
		msg = tea.PasteMsg{Content: strings.TrimSpace(flow.Clean(paste.Content))}
	}
	before := f.input.Value()
	f.input, _ = f.input.Update(msg)
	return f.input.Value() != before
}

// draw returns what is seen of the value in width columns, and the cursor's
// column in it. While it has the focus the part around the cursor is seen, else
// its start.
func (f *field) draw(width int) (text string, cursor int) {
	runes := []rune(f.input.Value())
	if f.secret && !f.showing {
		for i := range runes {
			runes[i] = '*'
		}
	}
	if !f.input.Focused() {
		return cut(string(runes), width), 0
	}
	at := min(f.input.Position(), len(runes))
	// Backwards from the cursor: a value may be as long as what somebody pastes by
	// mistake, and is drawn at every key.
	start := at
	for start > 0 && ansi.StringWidth(string(runes[start-1:at])) <= width-1 {
		start--
	}
	return ansi.Truncate(string(runes[start:]), width, ""), ansi.StringWidth(string(runes[start:at]))
}
