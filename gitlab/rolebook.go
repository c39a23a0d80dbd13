package gitlab

import (
	"cmp"
	"encoding/binary"
	"errors"
	"maps"
	"math"
	"slices"

	"flow"
)

// A roleBook brings together what is known of the account's role in each
// project. What a project tells of itself is a lower bound: before 18.1 a list
// says nothing of the groups above the direct one, and no release of shares. So
// roles are inherited here, and, since 11.2, held against GitLab's own table of
// authorisations, from which the two walks by role come.
//
// There may be a million projects, so that a line of it takes sixteen bytes.
type roleBook struct {
	noted   []noted
	groups  []int64         // by their places in noted
	places  map[int64]int32 // where they are there
	shares  []sharing
	inGroup map[int64]flow.Role // what the account is in a group, where anything said so; NoRole: it did
	walked  bool                // the two lists are asked for
	hooks   int                 // projects with Maintainer, by what they say themselves
	signs   signs
}

// noted is a project as its row shows it.
type noted struct {
	id     int64
	group  int32
	role   int8
	shared bool // there are shares of it
}

// sharing is a share of a project.
type sharing struct {
	id int64
	share
}

// signs count what hints at a filter that the server has ignored.
type signs struct {
	Strangers  int // projects in which nothing gives the account a role
	Raised     int // and with Maintainer against what they say themselves
	Maintained int // and with Maintainer at all
}

func newRoleBook() roleBook {
	return roleBook{places: map[int64]int32{}, inGroup: map[int64]flow.Role{}}
}

// note keeps what a project's row tells, and returns the role to hand on. A low
// role says little before the walks are complete.
func (b *roleBook) note(row *projectRow) flow.Role {
	n := noted{id: row.ID, group: b.place(row.Namespace.ID), role: small(row.role()), shared: len(row.Shares) > 0}
	b.noted = append(b.noted, n)
	if n.told().CanHook() {
		b.hooks++
	}
	for _, s := range row.Shares {
		b.shares = append(b.shares, sharing{row.ID, s})
	}
	if row.Namespace.Kind != "user" {
		b.inGroup[row.Namespace.ID] = max(b.inGroup[row.Namespace.ID], row.Permissions.Group.Level)
	}
	return handed(n.told())
}

func (b *roleBook) place(group int64) int32 {
	at, known := b.places[group]
	if !known {
		at = int32(len(b.groups))
		b.places[group] = at
		b.groups = append(b.groups, group)
	}
	return at
}

// small is a role in a byte: GitLab's are at most 60.
func small(role flow.Role) int8 { return int8(min(max(role, flow.NoRole), math.MaxInt8)) }

func (n noted) told() flow.Role { return flow.Role(n.role) }

func handed(role flow.Role) flow.Role {
	if !role.CanImport() {
		return flow.RoleUnknown
	}
	return role
}

// sort puts all in the order of the IDs, each of them once.
func (b *roleBook) sort() {
	slices.SortStableFunc(b.noted, func(x, y noted) int { return cmp.Compare(x.id, y.id) })
	b.noted = slices.CompactFunc(b.noted, func(x, y noted) bool { return x.id == y.id })
	slices.SortStableFunc(b.shares, func(x, y sharing) int { return cmp.Compare(x.id, y.id) })
}

// sharesOf are the shares of a project, once the book is sorted.
func (b *roleBook) sharesOf(n noted) []sharing {
	if !n.shared {
		return nil
	}
	from, _ := slices.BinarySearchFunc(b.shares, n.id, func(s sharing, id int64) int { return cmp.Compare(s.id, id) })
	to := from
	for to < len(b.shares) && b.shares[to].id == n.id {
		to++
	}
	return b.shares[from:to]
}

// within are the lines of projects in a range, once the book is sorted.
func (b *roleBook) within(s idRange) []noted {
	at := func(id int64) int {
		i, _ := slices.BinarySearchFunc(b.noted, id, func(n noted, id int64) int { return cmp.Compare(n.id, id) })
		return i
	}
	to := len(b.noted)
	if s.Before > 0 {
		to = at(s.Before)
	}
	return b.noted[min(at(s.After+1), to):to]
}

// encode writes the book down, in about three bytes a project: the IDs on a page
// lie close together.
func (b *roleBook) encode() []byte {
	text := make([]byte, 0, 64+4*len(b.noted)+6*len(b.groups))
	last := int64(0)
	id := func(n int64) {
		text = binary.AppendVarint(text, n-last)
		last = n
	}
	number := func(n int) { text = binary.AppendUvarint(text, uint64(n)) }
	number(len(b.groups))
	for _, group := range b.groups {
		id(group)
	}
	number(len(b.inGroup))
	for _, group := range slices.Sorted(maps.Keys(b.inGroup)) {
		id(group)
		number(int(small(b.inGroup[group])))
	}
	number(len(b.noted))
	for _, n := range b.noted {
		id(n.id)
		number(int(n.group))
		flag := 0
		if n.shared {
			flag = 1
		}
		number(int(n.role)<<1 | flag)
	}
	number(len(b.shares))
	for _, s := range b.shares {
		id(s.id)
		id(s.Group)
		number(int(small(s.Most)))
	}
	return text
}

var errBook = errors.New("it is no book of roles")

// decodeBook reads what encode has written.
func decodeBook(text []byte) (b roleBook, err error) {
	b = newRoleBook()
	last := int64(0)
	id := func() int64 {
		delta, n := binary.Varint(text)
		if n <= 0 {
			err, text = errBook, nil
			return 0
		}
		text = text[n:]
		last += delta
		return last
	}
	number := func(most int) int {
		count, n := binary.Uvarint(text)
		if n <= 0 || count > uint64(most) {
			err, text = errBook, nil
			return 0
		}
		text = text[n:]
		return int(count)
	}
	for range number(len(text)) {
		b.place(id())
	}
	for range number(len(text)) {
		group := id()
		b.inGroup[group] = flow.Role(number(math.MaxInt8))
	}
	lines := number(len(text))
	b.noted = make([]noted, 0, lines)
	for range lines {
		n := noted{id: id(), group: int32(number(max(0, len(b.groups)-1)))}
		coded := number(2*math.MaxInt8 + 1)
		n.role, n.shared = int8(coded>>1), coded&1 == 1
		if n.told().CanHook() {
			b.hooks++
		}
		b.noted = append(b.noted, n)
	}
	for range number(len(text)) {
		s := sharing{id: id()}
		s.Group = id()
		s.Most = flow.Role(number(math.MaxInt8))
		b.shares = append(b.shares, s)
	}
	if err == nil && (len(text) > 0 || lines > 0 && len(b.groups) == 0) {
		err = errBook
	}
	return b, err
}
