package gitlab

import (
	"bytes"
	"testing"

	"flow"
)

// A checkpoint is read by another version of the program, or after bytes of it
// were lost: it is understood, or the walk begins anew.
func FuzzCheckpoint(f *testing.F) {
	base, err := flow.ParseBaseURL("https://gitlab.example.com")
	if err != nil {
		f.Fatal(err)
	}
	session := func() *session {
		return &session{client: New(Options{}), site: site{base: base}, version: version{17, 5}}
	}
	d := newDiscovery(session(), nil)
	d.resume(nil)
	for id := range int64(50) {
		d.roles.note(&projectRow{ID: 7 * id, Namespace: namespace{ID: id % 3}, Shares: []share{{id, flow.Developer}}})
	}
	d.left = remainder{top: 1000, open: []idRange{{343, 500}, {800, 1001}}}
	d.tree.homes[5] = flow.Group{ID: 5, Path: "a/b"}
	whole := d.checkpoint()
	if whole == nil {
		f.Fatal("no checkpoint")
	}
	f.Add([]byte(whole))
	d.left = remainder{top: 1000, roles: []idRange{{-1, 100}}}
	f.Add([]byte(d.checkpoint()))
	for _, n := range []int{0, 1, 20, len(whole) / 2, len(whole) - 1} {
		f.Add([]byte(whole[:n]))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		e := newDiscovery(session(), nil)
		e.resume(text)
		if e.left.top < 0 {
			if e.left.open != nil || e.left.roles != nil || len(e.roles.noted) > 0 {
				t.Fatalf("%q: half of it is believed: %+v", text, e.left)
			}
			return
		}
		last := int64(0)
		for _, s := range e.left.open {
			if s.After < last || s.Before <= s.After || s.Before > e.left.top+1 {
				t.Fatalf("%q: ranges %v up to %d", text, e.left.open, e.left.top)
			}
			last = s.Before - 1
		}
		r := e.roles.reckon(&e.tree)
		for _, n := range r.noted {
			if role := r.role(n); role < flow.NoRole {
				t.Fatalf("%q: role %d", text, role)
			}
		}
		again := newDiscovery(session(), nil)
		again.resume(e.checkpoint())
		if again.left.top != e.left.top || len(again.left.open) != len(e.left.open) || !bytes.Equal(again.roles.encode(), e.roles.encode()) {
			t.Fatalf("%q: it comes back as %+v", text, again.left)
		}
	})
}
