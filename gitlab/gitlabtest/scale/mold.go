package scale

import (
	"encoding/json"
	"fmt"
	"hash/crc32"
	"net/url"
	"strconv"
	"strings"

	"flow/gitlab/gitlabtest"
)

// A field is what differs between two entities of a kind.
type field uint8

const (
	nothing field = iota
	number
	slug
	name
	fullPath
	fullName
	homeID
	homeSlug
	homeName
	homePath
	homeTitle
	parentID
	personID
	personSpace
	description
	createdAt
	aDayLater
	updatedAt
	activeAt
	fields
)

// A mold is an entity with gaps.
type mold []piece

// A piece is text, and what comes after it.
type piece struct {
	text   string
	number int // the same for the same text
	then   field
}

// texts number the pieces of all molds.
type texts map[string]int

func (t texts) number(text string) int {
	n, known := t[text]
	if !known {
		n = len(t)
		t[text] = n
	}
	return n
}

// cutOut makes a mold of an entity that has marks in it. Long texts are cut at
// some keys, so that kinds which differ in others have most pieces in common.
func (t texts) cutOut(entity []byte, marks []mark) mold {
	pairs := make([]string, 0, 2*len(marks))
	for _, m := range marks {
		pairs = append(pairs, m.text, "\x00"+string(rune(m.field)))
	}
	marked := strings.NewReplacer(pairs...).Replace(string(entity))
	var m mold
	for i, part := range strings.Split(marked, "\x00") {
		if i > 0 {
			m[len(m)-1].then, part = field(part[0]), part[1:]
		}
		for {
			end := joint(part)
			m = append(m, piece{text: part[:end], number: t.number(part[:end])})
			if part = part[end:]; part == "" {
				break
			}
		}
	}
	return m
}

// joint is where to cut a text: before a key that the chance of its letters picks.
func joint(text string) int {
	for i := 1; i+8 < len(text); i++ {
		if text[i-1] == ',' && text[i] == '"' && crc32.ChecksumIEEE([]byte(text[i:i+8]))%6 == 0 {
			return i
		}
	}
	return len(text)
}

// Molds are those of one release.
type molds struct {
	texts                texts
	full, simple, single []mold // of projects, by kind
	top, below           groupMold
}

type groupMold struct{ listed, single mold }

func (m *model) molds(s *gitlabtest.Server, r release) (molds, error) {
	all := url.Values{"order_by": {"id"}, "sort": {"asc"}, "membership": {"false"}}
	made := molds{texts: texts{}}
	for _, shape := range []struct {
		to     *[]mold
		simple string
	}{{&made.full, "false"}, {&made.simple, "true"}} {
		all.Set("simple", shape.simple)
		found, err := rows(s, "projects", all)
		if err != nil {
			return molds{}, err
		}
		for i := range m.marks {
			*shape.to = append(*shape.to, made.texts.cutOut(found[modelProject+i], m.marks[i]))
		}
	}
	for i := range m.marks {
		var found json.RawMessage
		if err := get(s, "projects/"+strconv.Itoa(modelProject+i), signedIn, &found); err != nil {
			return molds{}, err
		}
		made.single = append(made.single, made.texts.cutOut(found, m.marks[i]))
	}
	return made, m.groupMolds(s, &made)
}

// groupMolds are made of the first group of either sort: which role one has
// there does not show.
func (m *model) groupMolds(s *gitlabtest.Server, made *molds) error {
	listed, err := rows(s, "groups", url.Values{"all_available": {"true"}})
	if err != nil {
		return err
	}
	for i, k := range m.world.known {
		to, id := &made.below, modelGroup+2*i+1
		if k.top {
			to = &made.top
		}
		if k.personal || to.listed != nil {
			continue
		}
		var single json.RawMessage
		if err := get(s, fmt.Sprintf("groups/%d?with_projects=false", id), signedIn, &single); err != nil {
			return err
		}
		to.listed, to.single = made.texts.cutOut(listed[id], m.marks[i]), made.texts.cutOut(single, m.marks[i])
	}
	return made.check()
}

func (m *molds) check() error {
	for i := range m.full {
		for _, mold := range []mold{m.full[i], m.simple[i], m.single[i], m.top.listed, m.below.listed} {
			if len(mold) < 4 {
				return fmt.Errorf("kind %d has no mold", i)
			}
		}
	}
	return nil
}
