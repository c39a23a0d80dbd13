package tui

import "time"

// causesAfter is how long to wait for an answer before it is likelier that the
// browser shows an error than that somebody is still reading.
const causesAfter = time.Minute

// An error on GitLab's own page never reaches Flow: nobody but the user can see
// it.
var browserErrors = helpGroup{"If the browser shows an error", [][2]string{
	{"The redirect URI is not valid", "compare Redirect URI"},
	{"Client authentication failed", "compare Application ID"},
	{"The requested scope is invalid", "tick all three scopes"},
	{"Forbidden, as an administrator", "use an ordinary account"},
}}

func (p *doors) help() helpPage {
	h := helpPage{name: "Connection", right: []helpGroup{always}}
	s := &p.w.signIn
	if s.attempt == nil {
		h.left = []helpGroup{{"Sign-in", [][2]string{{"enter", "what the last row says"}}}}
		return h
	}
	rows := [][2]string{{"up, down", "one way"}}
	if p.w.OpenURL != nil {
		rows = append(rows, [2]string{"o", "open the page here"})
	}
	rows = append(rows, [2]string{"c", "copy the long address"}, [2]string{"p", "print it, in one line"})
	if code := s.doors.Code; code.Address != "" {
		rows = append(rows, [2]string{"n", "a new code"}, [2]string{"m", "its address as a QR code"})
	}
	rows = append(rows, [2]string{"enter, h", "a field to paste into"})
	h.left = []helpGroup{{"Ways", rows}}
	also := []helpGroup{browserErrors}
	if p.w.SSH != "" && s.doors.Local.Address != "" {
		also = append(also, helpGroup{"The line for your laptop", [][2]string{
			{"Use the name, port and -J with which you logged in.", ""},
			{"It prints nothing; leave it open.", ""},
		}})
	}
	if p.w.Now().Sub(s.began) >= causesAfter {
		h.first = also
	} else {
		h.last = also
	}
	return h
}
