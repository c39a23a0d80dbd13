package tui

import (
	"testing"

	tea "charm.land/bubbletea/v2"
)

// A field shows the part around the cursor while it has the focus, and its start
// once it is left.
func TestFieldShowsWhatMatters(t *testing.T) {
	f := newField("", 100)
	f.focus()
	f.update(tea.PasteMsg{Content: "https://gitlab.example.com/git\n"})
	if f.value() != "https://gitlab.example.com/git" {
		t.Errorf("pasted %q", f.value())
	}
	for _, test := range []struct {
		name   string
		keys   []rune
		text   string
		cursor int
	}{
		{"at the end", nil, ".com/git", 8},
		{"at the start", []rune{tea.KeyHome}, "https://g", 0},
		{"two to the right", []rune{tea.KeyRight, tea.KeyRight}, "https://g", 2},
	} {
		for _, k := range test.keys {
			f.update(tea.KeyPressMsg{Code: k})
		}
		if text, cursor := f.draw(9); text != test.text || cursor != test.cursor {
			t.Errorf("%s: %q with the cursor at %d, want %q at %d", test.name, text, cursor, test.text, test.cursor)
		}
	}
	f.blur()
	if text, _ := f.draw(12); text != "https://g..." {
		t.Errorf("left: %q", text)
	}
}

// A secret shows its length only, until it is asked for.
func TestFieldHidesASecret(t *testing.T) {
	f := newSecretField(100)
	f.focus()
	f.update(tea.PasteMsg{Content: "glpat-\x1b[31mx\n"})
	if f.value() != "glpat-[31mx" {
		t.Errorf("pasted %q", f.value())
	}
	if text, _ := f.draw(40); text != "***********" {
		t.Errorf("drawn %q", text)
	}
	f.showing = true
	if text, _ := f.draw(40); text != "glpat-[31mx" {
		t.Errorf("shown %q", text)
	}
}
