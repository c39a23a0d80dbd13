package flow

import "fmt"

// Pin returns the planned pin of repo i.
func (p *Plan) Pin(i int) Pin { return p.pin[i] }

// SetPin plans the pin of repo i.
func (p *Plan) SetPin(i int, pin Pin) {
	p.act(func() string { p.setPin(i, pin); return p.pinDone(i) })
}

func (p *Plan) setPin(i int, pin Pin) {
	if pin == p.pin[i] {
		return
	}
	p.notePin(pinChange{int32(i), p.pin[i], pin})
	p.putPin(int32(i), pin)
	t := p.sums.tally()
	t.put(p, i, p.judgeWith(i, pin))
	t.flush(p)
}

// putPin keeps a planned pin, of a repo by its handle.
func (p *Plan) putPin(handle int32, pin Pin) {
	if handle < 0 {
		if id := p.lost[^handle]; pin == p.Pins[id] {
			delete(p.lostPins, id)
		} else {
			p.lostPins[p.lost[^handle]] = pin
		}
		return
	}
	if p.pin[handle] != p.savedPin[handle] {
		p.pinned--
	}
	if p.pin[handle] = pin; pin != p.savedPin[handle] {
		p.pinned++
	}
}

// Put plans that repo i is in or out. It goes back to what is saved where that
// is enough, and leaves no pin that changes nothing: if group and rules give the
// wanted state, the pin is removed. It reports whether anything changed; a repo
// that is not supported never does.
func (p *Plan) Put(i int, in bool) (changed bool) {
	p.act(func() string { changed = p.put(i, in); return p.pinDone(i) })
	return changed
}

func (p *Plan) put(i int, in bool) bool {
	if p.will[i].state == NotSupported || p.will[i].in() == in {
		return false
	}
	p.setPin(i, p.pinFor(i, in))
	return true
}

// pinFor finds the pin that puts repo i in or out.
func (p *Plan) pinFor(i int, in bool) Pin {
	for _, pin := range [2]Pin{p.savedPin[i], NoPin} {
		if p.judgeWith(i, pin).in() == in {
			return pin
		}
	}
	if in {
		return PinIn
	}
	return PinOut
}

// Toggle turns in to out and out to in.
func (p *Plan) Toggle(i int) bool { return p.Put(i, !p.will[i].in()) }

// GroupToggle says what toggling group g would do: whether its repos would go
// in, and how many would change. They go out only if all that can be are in.
func (p *Plan) GroupToggle(g int) (in bool, repos int) {
	c := p.groups[g]
	if c.In < c.Can {
		return true, c.Can - c.In
	}
	return false, c.In
}

// PutGroup puts every repo below group g in or out by hand.
func (p *Plan) PutGroup(g int, in bool) (changed int) {
	p.act(func() string {
		from, to := p.Below(g)
		changed = p.putEach(to-from, func(n int) int { return from + n }, in)
		return manyDone(changed, " of "+p.Groups[g].Path, in)
	})
	return changed
}

// PutAll puts some repos in or out by hand, as one change.
func (p *Plan) PutAll(repos []int, in bool) (changed int) {
	p.act(func() string {
		changed = p.putEach(len(repos), func(n int) int { return repos[n] }, in)
		return manyDone(changed, "", in)
	})
	return changed
}

func (p *Plan) putEach(n int, repo func(n int) int, in bool) (changed int) {
	t := p.sums.tally()
	for n := range n {
		i := repo(n)
		if p.will[i].state == NotSupported || p.will[i].in() == in {
			continue
		}
		changed++
		pin := p.pinFor(i, in)
		p.notePin(pinChange{int32(i), p.pin[i], pin})
		p.putPin(int32(i), pin)
		t.put(p, i, p.judgeWith(i, pin))
	}
	t.flush(p)
	return changed
}

func (p *Plan) pinDone(i int) string {
	path := p.Repos[i].Path
	switch pin := p.pin[i]; {
	case pin == PinIn:
		return "importing " + path + " by hand"
	case pin == PinOut && p.standing[i] == inside:
		return "pausing " + path
	case pin == PinOut:
		return "keeping out " + path
	}
	return "letting " + path + " follow its group"
}

func manyDone(n int, where string, in bool) string {
	if in {
		return fmt.Sprintf("importing %s%s by hand", Plural(n, "repo"), where)
	}
	return fmt.Sprintf("keeping out %s%s", Plural(n, "repo"), where)
}

func autoDone(s AutoSetting, path string) string {
	switch s {
	case AutoOn:
		return "auto-import on for " + path
	case AutoOff:
		return "auto-import off for " + path
	}
	return "auto-import as above for " + path
}
