package flow

import (
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// Text is the report for who does not sit here: for a ticket or a mail, in plain
// text of at most 80 columns but for addresses and fingerprints. It holds no
// secret of the connection that was tested, also where a server repeats one. A
// connection without its secrets will do where they can't be opened.
func (r Report) Text(c Connection) string {
	var t strings.Builder
	fmt.Fprintf(&t, "Test connection   %s\n\n", c.BaseURL)
	network := "this machine's certificates and proxy"
	if words := c.Network.Words(); len(words) > 0 {
		network = strings.Join(words, "; ")
	}
	// Who reads it may have to compare it with a log on another machine.
	for _, fact := range [][2]string{
		{"Tested", r.At.Format("Mon, 2 Jan 2006 15:04:05 MST") + ", by the clock of Flow's machine"},
		{"Network", network},
		{"Version", r.Version},
		{"Calls itself", r.OwnURL},
		{"Can't tell", strings.Join(r.Lacks, "; ")},
		{"Account", r.Account},
		{"Found", r.foundOrNothing()},
	} {
		if fact[1] != "" {
			paragraph(&t, fmt.Sprintf("  %-14s", fact[0]), c.Redact(fact[1]))
		}
	}
	t.WriteByte('\n')
	for _, check := range r.Checks {
		check.write(&t, c)
	}
	fmt.Fprintf(&t, "\n%s\n", r.Summary())
	return c.Redact(t.String())
}

func (r Report) foundOrNothing() string {
	if !r.Check(CheckFound).Status.Done() || r.Check(CheckFound).Status == Skipped {
		return ""
	}
	return r.Found()
}

// write adds a check with all that is known of it. A secret is taken out before
// rows are made, which may part the words of a password.
func (c Check) write(t *strings.Builder, conn Connection) {
	text := c.Text
	if c.Took >= time.Millisecond {
		text += fmt.Sprintf(" (%d"+together+"ms)", c.Took.Milliseconds())
	}
	lead := fmt.Sprintf("%-10s%-11s", c.Status, c.Name)
	paragraph(t, lead, conn.Redact(text))
	below := strings.Repeat(" ", len(lead))
	for _, more := range []string{c.Hint, c.Link, c.Quote()} {
		if more != "" {
			paragraph(t, below, conn.Redact(more))
		}
	}
	for _, row := range OfferOf(Redacted(c.Certificates, conn.Redact)).Rows(len(lead)) {
		t.WriteString(below + row + "\n")
	}
}

// together stands for a space at which no row is broken.
const together = "\x00"

// paragraph writes text beside lead, in rows of at most 80 columns where there
// are spaces to break it at.
func paragraph(t *strings.Builder, lead, text string) {
	const columns = 80
	rows := wrapped(text, columns-len(lead))
	t.WriteString(lead + strings.Join(rows, "\n"+strings.Repeat(" ", len(lead))) + "\n")
}

// wrapped breaks text into rows of at most so many columns, at its spaces.
func wrapped(text string, columns int) []string {
	var rows []string
	row, width := "", 0
	for _, word := range strings.Fields(text) {
		switch n := utf8.RuneCountInString(word); {
		case row == "":
			row, width = word, n
		case width+1+n > columns:
			rows = append(rows, row)
			row, width = word, n
		default:
			row, width = row+" "+word, width+1+n
		}
	}
	if row != "" {
		rows = append(rows, row)
	}
	for i := range rows {
		rows[i] = strings.ReplaceAll(rows[i], together, " ")
	}
	return rows
}
