package tui

import (
	"reflect"
	"strings"
	"testing"

	"charm.land/bubbles/v2/key"
	"github.com/charmbracelet/x/ansi"
)

// allKeys are the bindings of the table.
func allKeys() []key.Binding {
	k := keys
	return []key.Binding{k.up, k.down, k.left, k.right, k.pageUp, k.pageDown, k.first, k.last,
		k.next, k.previous, k.enter, k.space, k.back, k.help, k.leave,
		k.filter, k.tab1, k.tab2, k.tab3, k.add, k.again, k.auto, k.in, k.out,
		k.changed, k.save, k.reveal, k.report, k.redraw, k.suspend, k.clear,
		k.copy, k.print, k.browse, k.square, k.missing, k.undo, k.redo}
}

// The list above must not forget one.
func TestAllKeysAreListed(t *testing.T) {
	if n := reflect.TypeOf(keys).NumField(); n != len(allKeys()) {
		t.Errorf("%d keys are listed, there are %d", len(allKeys()), n)
	}
}

func texts(b body) string {
	var rows []string
	for _, l := range b.lines {
		rows = append(rows, l.text)
	}
	return strings.Join(rows, "|")
}

// Where there is no room blank rows go first, then what only explains; the line
// with the cursor and what carries the page stay.
func TestFittingDropsInOrder(t *testing.T) {
	build := func() body {
		b := newBody()
		b.add("title")
		b.blank()
		b.focus(2)
		b.add("field")
		b.together(dropDetail, "why 1", "why 2")
		b.blank()
		b.add("kept")
		return b
	}
	for _, test := range []struct {
		room   int
		want   string
		cursor int
	}{
		{7, "title||field|why 1|why 2||kept", 2},
		{6, "title||field|why 1|why 2|kept", 2},
		{5, "title|field|why 1|why 2|kept", 1},
		{4, "title|field|kept", 1},
		{3, "title|field|kept", 1},
		{2, "title|field", 1},
		{1, "field", 0},
	} {
		b := build()
		b.fit(test.room)
		if texts(b) != test.want || b.cursorY != test.cursor {
			t.Errorf("in %d rows: %q with the cursor at %d, want %q at %d", test.room, texts(b), b.cursorY, test.want, test.cursor)
		}
	}
}

// The footer gives up keys from the right, but never esc and ?.
func TestFooterKeepsEscAndHelp(t *testing.T) {
	bindings := []key.Binding{does(keys.enter, "continue"), keys.again, keys.report, keys.back, keys.help}
	for _, test := range []struct {
		width int
		want  string
	}{
		{79, "  enter continue   r test again   w write report   esc back   ? keys"},
		{66, "  enter continue  r test again  w write report  esc back  ? keys"},
		{59, "  enter continue  r test again  esc back  ? keys"},
		{40, "  enter continue  esc back  ? keys"},
		{24, "  esc back  ? keys"},
	} {
		if got := footerRow(bindings, test.width); got != test.want {
			t.Errorf("in %d columns: %q, want %q", test.width, got, test.want)
		}
	}
}

func TestPathsKeepTheirLastPart(t *testing.T) {
	for _, test := range []struct {
		path  string
		width int
		want  string
	}{
		{"acme/platform/api", 20, "acme/platform/api"},
		{"acme/platform/services/api", 20, "acme/.../api"},
		{"acme/platform/services/a-very-long-name", 20, ".../a-very-long-name"},
		{"acme/a-name-that-is-longer-than-the-row", 20, "acme/a-name-that-..."},
	} {
		if got := cutPath(test.path, test.width); got != test.want {
			t.Errorf("%s in %d columns: %q, want %q", test.path, test.width, got, test.want)
		}
	}
}

func TestOnlyASCII(t *testing.T) {
	for _, test := range []struct {
		name string
		env  map[string]string
		want bool
	}{
		{"a UTF-8 locale", map[string]string{"LANG": "de_DE.UTF-8"}, false},
		{"LC_ALL wins", map[string]string{"LANG": "de_DE.UTF-8", "LC_ALL": "C"}, true},
		{"the Linux console", map[string]string{"LANG": "de_DE.UTF-8", "TERM": "linux"}, true},
		{"asked for", map[string]string{"LANG": "de_DE.UTF-8", "FLOW_ASCII": "1"}, true},
		{"no locale", map[string]string{}, true},
	} {
		if got := onlyASCII(func(name string) string { return test.env[name] }); got != test.want {
			t.Errorf("%s: %v, want %v", test.name, got, test.want)
		}
	}
}

// An address fills its rows from column 0, and nothing but it is selected.
func TestAddressIsShownWhole(t *testing.T) {
	url := "https://gitlab.example.com/git/-/user_settings/personal_access_tokens?name=Flow&scopes=api,read_user,read_repository"
	st := styles{}
	for _, width := range []int{40, 60, 80, 200} {
		var whole string
		for i, row := range st.address(url, width) {
			text := ansi.Strip(row.text)
			if i < len(url)/width && len(text) != width {
				t.Errorf("row %d of %d columns holds %d", i, width, len(text))
			}
			whole += text
		}
		if whole != url {
			t.Errorf("in %d columns: %s", width, whole)
		}
	}
}
