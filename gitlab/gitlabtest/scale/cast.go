package scale

import "strconv"

// A cast holds the fields of one row while it is being written.
type cast struct {
	world  *world
	of     [fields][]byte
	packer *packer // nil: the page goes as it is
}

// project fills in the fields of a project.
func (c *cast) project(at int) {
	w := c.world
	whose := &w.people[mix(at, 30)%uint64(len(w.people))]
	if home := w.homes[at]; home >= 0 {
		c.home(&w.groups[home])
	} else {
		whose = &w.people[-1-home]
		c.text(homePath, whose.username)
		c.text(homeTitle, whose.name)
	}
	c.number(personID, whose.id)
	c.number(personSpace, whose.namespace)
	c.number(number, int(w.ids[at]))
	c.of[slug] = w.appendSlug(c.of[slug][:0], at)
	c.of[name] = w.appendName(c.of[name][:0], at)
	c.of[fullPath] = append(append(append(c.of[fullPath][:0], c.of[homePath]...), '/'), c.of[slug]...)
	c.of[fullName] = append(append(append(c.of[fullName][:0], c.of[homeTitle]...), " / "...), c.of[name]...)
	c.of[description] = appendDescription(c.of[description][:0], at)
	c.moment(createdAt, w.created(at))
	c.moment(aDayLater, w.created(at)+aDay)
	c.moment(activeAt, w.active(at))
	c.moment(updatedAt, w.active(at))
}

// home fills in those of a group.
func (c *cast) home(g *group) {
	c.number(homeID, g.id)
	c.text(homeSlug, g.slug)
	c.text(homeName, g.name)
	c.text(homePath, g.path)
	c.text(homeTitle, g.title)
	if g.parent >= 0 {
		c.number(parentID, c.world.groups[g.parent].id)
	}
}

func (c *cast) text(f field, text string) { c.of[f] = append(c.of[f][:0], text...) }

func (c *cast) number(f field, n int) { c.of[f] = strconv.AppendInt(c.of[f][:0], int64(n), 10) }

func (c *cast) moment(f field, seconds int64) { c.of[f] = appendMoment(c.of[f][:0], seconds) }

// pour writes a mold with its gaps filled.
func (c *cast) pour(buf []byte, m mold) []byte {
	if c.packer != nil {
		return c.pourPacked(buf, m)
	}
	for i := range m {
		buf = append(buf, m[i].text...)
		buf = append(buf, c.of[m[i].then]...)
	}
	return buf
}

func (c *cast) pourPacked(buf []byte, m mold) []byte {
	c.packer.row()
	for i := range m {
		c.packer.piece(m[i].text, m[i].number, len(buf))
		buf = append(buf, m[i].text...)
		if then := m[i].then; then != nothing {
			c.packer.field(c.of[then], then, len(buf))
			buf = append(buf, c.of[then]...)
		}
	}
	return buf
}

// appendProject writes one project in one of the shapes.
func (c *cast) appendProject(buf []byte, at int, shape []mold) []byte {
	c.project(at)
	return c.pour(buf, shape[c.world.kinds[at]])
}

// appendGroup writes one group, as it is in a list or alone.
func (c *cast) appendGroup(buf []byte, at int, m *molds, alone bool) []byte {
	g := &c.world.groups[at]
	c.home(g)
	c.moment(createdAt, int64(at)*60)
	shape := &m.below
	if g.parent < 0 {
		shape = &m.top
	}
	if alone {
		return c.pour(buf, shape.single)
	}
	return c.pour(buf, shape.listed)
}
