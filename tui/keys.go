package tui

import (
	"time"

	"charm.land/bubbles/v2/key"
	tea "charm.land/bubbletea/v2"
)

// keys are all keys of Flow, one meaning each. Letters act while no field has
// the focus. Left out on purpose: ctrl+s, q, h, y, o, p, v and alt with anything,
// which terminals, multiplexers or shells take or send by themselves, and the
// capitals that end split escape sequences.
var keys = struct {
	up, down, left, right, pageUp, pageDown, first, last  key.Binding
	next, previous, enter, space, back, help, leave       key.Binding
	filter, tab1, tab2, tab3, add, again, auto, in, out   key.Binding
	changed, save, reveal, report, redraw, suspend, clear key.Binding
	copy, print, browse, square, missing, undo, redo      key.Binding
}{
	up:       bind("up/down", "move", "up", "k"),
	down:     bind("up/down", "move", "down", "j"),
	left:     bind("left/right", "choose", "left", "h"),
	right:    bind("left/right", "choose", "right", "l"),
	pageUp:   bind("page up", "one screen up", "pgup"),
	pageDown: bind("page down", "one screen down", "pgdown"),
	first:    bind("home", "first row", "home", "g"),
	last:     bind("end", "last row", "end", "G"),

	next:     bind("tab", "next", "tab"),
	previous: bind("shift+tab", "previous", "shift+tab"),
	enter:    bind("enter", "choose", "enter"),
	space:    bind("space", "on/off", "space"),
	back:     bind("esc", "back", "esc"),
	help:     bind("?", "keys", "?", "f1"),
	leave:    bind("ctrl+c", "leave", "ctrl+c"),

	filter:  bind("/", "filter", "/"),
	tab1:    bind("1", "Repos", "1"),
	tab2:    bind("2", "Exclusions", "2"),
	tab3:    bind("3", "Overview", "3"),
	add:     bind("n", "add", "n"),
	again:   bind("r", "test again", "r"),
	auto:    bind("a", "auto-import", "a"),
	in:      bind("i", "import all shown", "i"),
	out:     bind("x", "keep out all shown", "x"),
	copy:    bind("c", "copy long address", "c"),
	print:   bind("p", "print it", "p"),
	browse:  bind("o", "open", "o"),
	square:  bind("m", "QR code", "m"),
	missing: bind("f", "find a missing one", "f"),
	changed: bind("e", "what has changed", "e"),
	save:    bind("s", "save", "s"),
	undo:    bind("u", "undo", "u"),
	redo:    bind("U", "redo", "U"),

	reveal:  bind("ctrl+r", "show token", "ctrl+r"),
	report:  bind("w", "write report", "w"),
	redraw:  bind("ctrl+l", "draw again", "ctrl+l"),
	suspend: bind("ctrl+z", "to the shell", "ctrl+z"),
	clear:   bind("ctrl+u", "clear", "ctrl+u"),
}

func bind(shown, does string, pressed ...string) key.Binding {
	return key.NewBinding(key.WithKeys(pressed...), key.WithHelp(shown, does))
}

// does names what a key does just here.
func does(b key.Binding, words string) key.Binding {
	b.SetHelp(b.Help().Key, words)
	return b
}

// shown is does with another way to write the key.
func shown(b key.Binding, key, words string) key.Binding {
	b.SetHelp(key, words)
	return b
}

// splitAfterEsc is how long after an esc the rest of a torn escape sequence may
// come: an arrow key on a bad line arrives as esc, [, A.
const splitAfterEsc = 200 * time.Millisecond

// A keyFilter mends what terminals make of keys.
type keyFilter struct {
	escAt   time.Time
	inSplit bool
}

// mend returns the keys that were meant: those of a torn escape sequence are
// dropped, and alt with a key, which is esc and the key sent quickly one after
// the other, becomes both. In a field alt with a key means nothing.
func (f *keyFilter) mend(k tea.KeyPressMsg, now time.Time, typing bool) []tea.KeyPressMsg {
	soon := !f.escAt.IsZero() && now.Sub(f.escAt) < splitAfterEsc
	if f.inSplit && soon {
		f.escAt = now
		if c := k.Code; c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '~' {
			f.inSplit, f.escAt = false, time.Time{}
		}
		return nil
	}
	f.inSplit = false
	if soon && (k.Text == "[" || k.Text == "O") {
		f.inSplit, f.escAt = true, now
		return nil
	}
	f.escAt = time.Time{}
	esc := tea.KeyPressMsg{Code: tea.KeyEscape}
	switch {
	case k.Code == tea.KeyEscape:
		f.escAt = now
		return []tea.KeyPressMsg{esc}
	case k.Mod&tea.ModAlt == 0:
		return []tea.KeyPressMsg{k}
	case k.Code == tea.KeyTab:
		// ESC TAB is shift+tab on the Linux console.
		return []tea.KeyPressMsg{{Code: tea.KeyTab, Mod: tea.ModShift}}
	case typing:
		return nil
	}
	k.Mod &^= tea.ModAlt
	if k.Text == "" && k.Mod == 0 && k.Code >= ' ' && k.Code < tea.KeyExtended {
		k.Text = string(k.Code)
	}
	return []tea.KeyPressMsg{esc, k}
}
