package gitlab

import (
	"strconv"
	"strings"
)

// A version is a release of GitLab. Its zero value is one that is not known,
// which is older than every capability.
type version struct{ major, minor int }

// parseVersion reads what GitLab tells: 10.0.7-ee, 18.9.0-pre.
func parseVersion(text string) (version, bool) {
	major, rest, ok := strings.Cut(text, ".")
	minor, _, _ := strings.Cut(rest, ".")
	minor, _, _ = strings.Cut(minor, "-")
	v := version{}
	var errMajor, errMinor error
	v.major, errMajor = strconv.Atoi(major)
	v.minor, errMinor = strconv.Atoi(minor)
	if !ok || errMajor != nil || errMinor != nil || v.major < 1 || v.minor < 0 {
		return version{}, false
	}
	return v, true
}

func (v version) String() string {
	if v == (version{}) {
		return ""
	}
	return strconv.Itoa(v.major) + "." + strconv.Itoa(v.minor)
}

func (v version) before(w version) bool {
	return v.major < w.major || v.major == w.major && v.minor < w.minor
}
