package gitlabtest

import (
	"crypto/sha1"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// release is the GitLab that the server plays, such as "17.5.2-ee". Every
// difference between releases asks it; nothing else compares versions.
type release struct {
	text         string
	major, minor int
	enterprise   bool
}

func parseRelease(text string) (release, error) {
	r := release{text: text, enterprise: strings.HasSuffix(text, "-ee")}
	major, rest, found := strings.Cut(text, ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	var err error
	if r.major, err = strconv.Atoi(major); err != nil || !found {
		return release{}, fmt.Errorf("GitLab version %q: want something like 17.5.2-ee", text)
	}
	if r.minor, err = strconv.Atoi(minor); err != nil {
		return release{}, fmt.Errorf("GitLab version %q: want something like 17.5.2-ee", text)
	}
	return r, nil
}

// since reports whether the release is major.minor or newer. A zero
// major.minor is older than every GitLab.
func (r release) since(major, minor int) bool {
	return r.major > major || r.major == major && r.minor >= minor
}

// number is the version without its edition, as KAS reports its own.
func (r release) number() string {
	number, _, _ := strings.Cut(r.text, "-")
	return number
}

// revision is the short commit id that GitLab shows beside its version. It is
// made from the version, so that the same version always has the same one.
func (r release) revision() string {
	sum := sha1.Sum([]byte(r.text))
	return hex.EncodeToString(sum[:])[:11]
}
