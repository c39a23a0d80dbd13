package tui

import (
	"strings"
	"testing"
	"time"

	tea "charm.land/bubbletea/v2"
)

func press(code rune, mod tea.KeyMod) tea.KeyPressMsg {
	k := tea.KeyPressMsg{Code: code, Mod: mod}
	if mod == 0 && code >= ' ' && code < tea.KeyExtended && code != tea.KeyBackspace {
		k.Text = string(code)
	}
	return k
}

// What terminals make of keys becomes what was meant.
func TestKeysAreMended(t *testing.T) {
	type at struct {
		after time.Duration
		key   tea.KeyPressMsg
	}
	esc, later := press(tea.KeyEscape, 0), 300*time.Millisecond
	for _, test := range []struct {
		name   string
		typing bool
		keys   []at
		want   string
	}{
		{"a letter", false, []at{{0, press('j', 0)}}, "j"},
		{"esc, then a letter soon", false, []at{{0, esc}, {10 * time.Millisecond, press('j', 0)}}, "esc j"},
		{"alt with a letter is esc and the letter", false, []at{{0, press('j', tea.ModAlt)}}, "esc j"},
		{"alt with enter is esc and enter", false, []at{{0, press(tea.KeyEnter, tea.ModAlt)}}, "esc enter"},
		{"alt with esc is one esc", false, []at{{0, press(tea.KeyEscape, tea.ModAlt)}}, "esc"},
		{"alt with tab is shift+tab", false, []at{{0, press(tea.KeyTab, tea.ModAlt)}}, "shift+tab"},
		{"alt with tab in a field too", true, []at{{0, press(tea.KeyTab, tea.ModAlt)}}, "shift+tab"},
		{"alt with a letter in a field is nothing", true, []at{{0, press('j', tea.ModAlt)}}, ""},
		{"alt with esc in a field is esc", true, []at{{0, press(tea.KeyEscape, tea.ModAlt)}}, "esc"},
		{"a torn arrow key is an esc", false, []at{{0, esc}, {120 * time.Millisecond, press('[', 0)}, {120 * time.Millisecond, press('A', 0)}, {0, press('j', 0)}}, "esc j"},
		{"a torn page key", false, []at{{0, esc}, {0, press('[', 0)}, {0, press('5', 0)}, {0, press('~', 0)}, {0, press('1', 0)}}, "esc 1"},
		{"a torn function key", false, []at{{0, esc}, {0, press('O', 0)}, {0, press('P', 0)}, {0, press('k', 0)}}, "esc k"},
		{"a bracket long after esc is a bracket", false, []at{{0, esc}, {later, press('[', 0)}, {0, press('A', 0)}}, "esc [ A"},
		{"a torn key that never ends", false, []at{{0, esc}, {0, press('[', 0)}, {later, press('j', 0)}}, "esc j"},
	} {
		t.Run(test.name, func(t *testing.T) {
			var f keyFilter
			var got []string
			now := time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
			for _, k := range test.keys {
				now = now.Add(k.after)
				for _, meant := range f.mend(k.key, now, test.typing) {
					got = append(got, meant.String())
				}
			}
			if strings.Join(got, " ") != test.want {
				t.Errorf("got %q, want %q", strings.Join(got, " "), test.want)
			}
		})
	}
}

// No key is bound that terminals, multiplexers or shells take or send by
// themselves.
func TestNoDangerousKeyIsBound(t *testing.T) {
	dangerous := "ctrl+s ctrl+q ctrl+y ctrl+o ctrl+p ctrl+v ctrl+n ctrl+t ctrl+g ctrl+j A B C D F H O P Q R S Z [ ~"
	for _, b := range allKeys() {
		for _, k := range b.Keys() {
			if strings.Contains(" "+dangerous+" ", " "+k+" ") || strings.HasPrefix(k, "alt+") || k == " " {
				t.Errorf("%q is bound to %q", k, b.Help().Desc)
			}
		}
	}
	field := fieldKeys()
	for _, b := range []string{"tab", "ctrl+v", "up", "down", "ctrl+n", "ctrl+p", "alt+f"} {
		for _, bound := range append(field.Paste.Keys(), append(field.AcceptSuggestion.Keys(), append(field.NextSuggestion.Keys(), field.WordForward.Keys()...)...)...) {
			if bound == b {
				t.Errorf("a field takes %q", b)
			}
		}
	}
}
