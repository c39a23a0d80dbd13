package tui

import (
	"strings"
	"testing"
	"time"
	"unicode"
	"unicode/utf8"

	tea "charm.land/bubbletea/v2"
	"github.com/charmbracelet/x/ansi"

	"flow"
)

// keysOf makes of bytes what a terminal makes of them: keys, texts that are typed
// and, between zero bytes, pastes.
func keysOf(bytes string) []tea.Msg {
	special := map[rune]rune{'\r': tea.KeyEnter, '\t': tea.KeyTab, '\x1b': tea.KeyEscape, '\x7f': tea.KeyBackspace, '\x1c': tea.KeyUp, '\x1d': tea.KeyDown, '\x1e': tea.KeyLeft, '\x1f': tea.KeyRight}
	var msgs []tea.Msg
	for i, part := range strings.Split(bytes, "\x00") {
		if i%2 == 1 {
			msgs = append(msgs, tea.PasteMsg{Content: part})
			continue
		}
		for _, r := range part {
			switch code, isSpecial := special[r]; {
			case isSpecial:
				msgs = append(msgs, tea.KeyPressMsg{Code: code})
			case r < ' ':
				msgs = append(msgs, tea.KeyPressMsg{Code: r + 'a' - 1, Mod: tea.ModCtrl})
			case flow.Clean(string(r)) == string(r): // else it is on no keyboard
				msgs = append(msgs, tea.KeyPressMsg{Code: r, Text: string(r)})
			}
		}
	}
	return msgs
}

// typedKeys are seeds: one of everything.
var typedKeys = []string{
	"gitlab.example.com\r", "\x00glpat-\x1b[31mx\n\x00\x01\x1f\x1f\x17\x15abc\x7f\x0b", "a\u202eb\u200b", "日本語日本語\x1e\x1e\x04\x08", "e\u0301\u0301👩\u200d👩\u200d👧🇩🇪\x1e\x7f", "\x1b[A\x1bOP", "\x1d\x1d \r\x1c\r",
	"naisxefrw?123/\t\r\x1b", "\xff\xfe", "\x00" + strings.Repeat("x", 300) + "\x00\x01", "\x00\x07\u0085\u2028\x00", "/api\r\x1d\x1d \rs\r", "\t\t\tn\x00re:(\x00\r\x7f)\r", "\x12\x0c\x1a",
}

// isDrawn reports whether a row is nothing but what can be seen.
func isDrawn(row string) bool {
	return utf8.ValidString(row) && !strings.ContainsFunc(row, func(r rune) bool { return unicode.IsControl(r) || r == '\u2028' || r == '\u2029' })
}

// Whatever is typed and pasted into a field: the cursor stays in it, and what is
// drawn fits.
func FuzzField(f *testing.F) {
	for _, typed := range typedKeys {
		f.Add(typed, uint8(9), uint8(0), "")
		f.Add(typed, uint8(1), uint8(1), "日本")
		f.Add(typed, uint8(40), uint8(3), "https://gitlab.example.com/git\x1b[2J")
	}
	f.Fuzz(func(t *testing.T, typed string, columns, mode uint8, value string) {
		if len(typed)+len(value) > 2000 {
			return
		}
		width := int(columns%120) + 1
		fd := newField(value, 100)
		fd.secret, fd.showing = mode&1 != 0, mode&2 != 0
		if mode&4 == 0 {
			fd.focus()
		}
		for _, msg := range keysOf(typed) {
			before := fd.value()
			if changed := fd.update(msg); changed != (fd.value() != before) {
				t.Fatalf("%q: changed %v, from %q to %q", typed, changed, before, fd.value())
			}
			runes := utf8.RuneCountInString(fd.value())
			if at := fd.input.Position(); at < 0 || at > runes || runes > 100 {
				t.Fatalf("%q: the cursor is at %d of %d", typed, at, runes)
			}
			text, cursor := fd.draw(width)
			if wide := ansi.StringWidth(text); wide > width || cursor < 0 || cursor >= width && cursor > wide {
				t.Fatalf("%q: %q of %d columns in %d, the cursor at %d", typed, text, wide, width, cursor)
			}
			if !isDrawn(text) {
				t.Fatalf("%q: %q is drawn", typed, text)
			}
			if fd.secret && !fd.showing && strings.Trim(text, "*.") != "" {
				t.Fatalf("%q: a secret is drawn as %q", typed, text)
			}
		}
	})
}

// Whatever a server or a file calls something, in whatever width: no row is wider
// than it may be, and what is wrapped is whole.
func FuzzText(f *testing.F) {
	for _, text := range []string{
		"acme/platform/services/a-very-long-name", "Can't find gitlab.example.com: this machine knows no such host.", "日本語/日本語日本語", strings.Repeat("x", 200), "e\u0301e\u0301/👩\u200d👩\u200d👧", "a  b   c", "", "/", "a//b/", "\u00a0\u3000x",
		"https://gitlab.exämple.com/git/-/user_settings/personal_access_tokens?name=Flow", "-----", "a\u00adb", "4f:19:aa:bb", "🇩🇪🇩🇪🇩🇪", "ﷺﷺ",
	} {
		for _, width := range []uint8{0, 1, 3, 20, 79} {
			f.Add(text, width)
		}
	}
	f.Fuzz(func(t *testing.T, text string, columns uint8) {
		// As everything from outside is before it is drawn.
		text = strings.TrimSpace(flow.Clean(text))
		width := int(columns % 120)
		if row := cut(text, width); ansi.StringWidth(row) > width || !isDrawn(row) {
			t.Fatalf("%q in %d columns is cut to %q", text, width, row)
		}
		if row := cutPath(text, width); ansi.StringWidth(row) > width || !isDrawn(row) || ansi.StringWidth(text) <= width && row != text {
			t.Fatalf("%q in %d columns is cut to the path %q", text, width, row)
		}
		if row := pad(text, width); ansi.StringWidth(row) != max(width, ansi.StringWidth(text)) || !strings.HasPrefix(row, text) {
			t.Fatalf("%q in %d columns becomes %q", text, width, row)
		}
		sentence := strings.ReplaceAll(strings.Join(strings.Fields(text), " "), "-", "_") // a hyphen may stand out by itself
		rows := wrap(sentence, width)
		if got := strings.Join(rows, " "); strings.ReplaceAll(got, " ", "") != strings.ReplaceAll(sentence, " ", "") {
			t.Fatalf("%q in %d columns is wrapped into %q", sentence, width, rows)
		}
		single := ansi.StringWidth(sentence) == utf8.RuneCountInString(sentence) // no character takes two columns
		const narrowest = 8                                                      // a tenth of a window is never drawn into
		for _, row := range rows {
			if single && width >= narrowest && ansi.StringWidth(row) > width && strings.Contains(strings.TrimSpace(row), " ") {
				t.Fatalf("%q in %d columns has the row %q, which could be broken", sentence, width, row)
			}
		}
		if row := headerRow(text, "1 of 7", width); ansi.StringWidth(row) > max(width-1, len("1 of 7")) {
			t.Fatalf("%q in %d columns is the header %q", text, width, row)
		}
		if whole := strings.Join(flow.SplitFingerprint(text, width), ""); whole != text {
			t.Fatalf("%q in %d columns is %q", text, width, whole)
		}
		if width == 0 || strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' }) {
			return // no address
		}
		var whole string
		for _, row := range (styles{}).address(text, width) {
			if part := ansi.Strip(row.text); ansi.StringWidth(part) > width {
				t.Fatalf("%q in %d columns has the row %q", text, width, part)
			} else {
				whole += part
			}
		}
		if whole != text {
			t.Fatalf("%q in %d columns is %q", text, width, whole)
		}
	})
}

// A body that is fitted keeps the line with the cursor and has no more rows than
// there are.
func FuzzFit(f *testing.F) {
	f.Add("a\n\nb\n>c", uint8(2))
	f.Add("\n\n\n", uint8(0))
	f.Add("*a\n*b\n>x\n*c\n\n", uint8(1))
	f.Fuzz(func(t *testing.T, text string, room uint8) {
		b, focused := newBody(), ""
		for _, row := range strings.Split(text, "\n") {
			switch {
			case row == "":
				b.blank()
			case strings.HasPrefix(row, ">"):
				b.focus(len(row) % 50)
				b.add(row)
				focused = row
			case strings.HasPrefix(row, "*"):
				b.together(dropDetail, row, row)
			default:
				b.add(row)
			}
		}
		n := int(room % 40)
		b.fit(n)
		if len(b.lines) > n {
			t.Fatalf("%q in %d rows has %d", text, n, len(b.lines))
		}
		if focused != "" && n > 0 && (b.cursorY < 0 || b.cursorY >= len(b.lines) || b.lines[b.cursorY].text != focused) {
			t.Fatalf("%q in %d rows lost the line with the cursor", text, n)
		}
	})
}

// Whatever torn sequences a bad line makes of keys, what is mended are keys that
// were pressed.
func FuzzMendedKeys(f *testing.F) {
	for _, typed := range typedKeys {
		f.Add(typed, uint16(10), false)
		f.Add(typed, uint16(300), true)
	}
	f.Fuzz(func(t *testing.T, typed string, pause uint16, typing bool) {
		var filter keyFilter
		now := noonOfKeys
		for i, msg := range keysOf(typed) {
			k, ok := msg.(tea.KeyPressMsg)
			if !ok {
				continue
			}
			if i%3 == 2 {
				k.Mod |= tea.ModAlt
			}
			now = now.Add(millis(pause))
			meant := filter.mend(k, now, typing)
			if len(meant) > 2 {
				t.Fatalf("%q: one key becomes %v", typed, meant)
			}
			for _, m := range meant {
				if m.Mod&tea.ModAlt != 0 {
					t.Fatalf("%q: alt is left in %v", typed, m)
				}
			}
			if pause > 200 && k.Mod&tea.ModAlt == 0 && (len(meant) != 1 || meant[0] != k) {
				t.Fatalf("%q: %v, long after the last key, becomes %v", typed, k, meant)
			}
		}
	})
}

var noonOfKeys = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

func millis(n uint16) time.Duration { return time.Duration(n) * time.Millisecond }

// Where a terminal does not mark pastes, each character of one is drawn.
func TestLongValuesAreDrawnAtOnce(t *testing.T) {
	fd := newField(strings.Repeat("ä", 16000), 16000)
	fd.focus()
	began := time.Now()
	for range 10 {
		fd.draw(60)
	}
	if took := time.Since(began); took > 2*time.Second {
		t.Errorf("ten times take %s", took)
	}
}
