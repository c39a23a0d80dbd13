package gitlab

import (
	"bytes"
	"compress/flate"
	"encoding/binary"
	"encoding/json"
	"errors"
	"io"
	"slices"

	"flow"
)

// A remainder is what is left of a walk, beside the groups: they are few, and are
// always walked over anew.
type remainder struct {
	top   int64     // projects above this ID; -1: nothing is known of projects yet
	open  []idRange // projects in these ranges
	roles []idRange // roles of projects in these ranges; nil: all
	rows  int       // how many these are, about
}

// covered is how many IDs up to the top are not left.
func (r *remainder) covered() int64 {
	ids := max(0, r.top)
	for _, s := range r.open {
		ids -= s.Before - s.After - 1
	}
	return max(0, ids)
}

// checkpointForm changes with what is in a checkpoint: one of another form is
// not read, and the walk begins anew.
const checkpointForm = 1

// A saved is a checkpoint's part that is JSON. After it comes the book of roles,
// without which the roles of repos that came before could not be told.
type saved struct {
	Form  int          `json:"form"`
	Of    string       `json:"of"` // the origin of the GitLab
	Top   int64        `json:"top"`
	Open  []idRange    `json:"open"`
	Roles []idRange    `json:"roles,omitempty"`
	Rows  int          `json:"rows"`
	Homes []flow.Group `json:"homes,omitempty"` // groups of projects that no list has brought yet
	Signs signs        `json:"signs"`
}

// resumable reports whether there is something to go on with.
func (d *discovery) resumable() bool { return d.version.has(keysetProjects) && d.left.top >= 0 }

// checkpoint writes down what is left of the walk, and what it knows.
func (d *discovery) checkpoint() flow.Checkpoint {
	s := saved{
		Form: checkpointForm, Of: d.base.Origin(), Top: d.left.top, Open: d.left.open, Roles: d.left.roles,
		Rows: d.progress.rows, Signs: d.roles.signs,
	}
	for id, home := range d.tree.homes {
		if _, listed := d.tree.listed[id]; !listed {
			s.Homes = append(s.Homes, home)
		}
	}
	text, err := json.Marshal(s)
	if err != nil {
		return nil
	}
	var out bytes.Buffer
	out.Write(binary.AppendUvarint(nil, uint64(len(text))))
	out.Write(text)
	squeezed, _ := flate.NewWriter(&out, flate.BestSpeed)
	_, err = squeezed.Write(d.roles.encode())
	if err = errors.Join(err, squeezed.Close()); err != nil {
		return nil
	}
	return out.Bytes()
}

// resume goes on from a checkpoint, if it is one of a walk like this.
func (d *discovery) resume(from flow.Checkpoint) {
	d.left = remainder{top: -1}
	n, begin := binary.Uvarint(from)
	if begin <= 0 || n > uint64(len(from)-begin) || !d.version.has(keysetProjects) {
		return
	}
	text, rest := from[begin:begin+int(n)], from[begin+int(n):]
	var s saved
	if err := json.Unmarshal(text, &s); err != nil || s.Form != checkpointForm || s.Of != d.base.Origin() || !s.fits() {
		return
	}
	book, err := io.ReadAll(io.LimitReader(flate.NewReader(bytes.NewReader(rest)), maxBook))
	if err != nil {
		return
	}
	roles, err := decodeBook(book)
	if err != nil {
		return
	}
	d.roles, d.roles.signs = roles, s.Signs
	d.left.top, d.left.open, d.left.roles = s.Top, s.Open, s.Roles
	d.progress.rows = s.Rows
	for _, home := range s.Homes {
		d.tree.homes[home.ID] = home
	}
}

const maxBook = 256 << 20 // bytes, unpacked: of many millions of repos

// fits reports whether the ranges can be those of a walk.
func (s *saved) fits() bool {
	if s.Top < 0 || s.Rows < 0 {
		return false
	}
	for _, ranges := range [][]idRange{s.Open, s.Roles} {
		last := int64(0)
		for _, one := range ranges {
			if one.After < last || one.Before <= one.After {
				return false
			}
			last = one.Before - 1
		}
	}
	return !slices.ContainsFunc(s.Open, func(one idRange) bool { return one.Before > s.Top+1 })
}
