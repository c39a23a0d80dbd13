package flow

import (
	"net/url"
	"strings"
	"unicode"
)

// pathAsked reads the path of a group or repo out of what somebody types or
// pastes: the path, a link to any page in it, what git clones. other is the host
// of a link to another GitLab.
func pathAsked(asked string, in Integration) (path, other string, err error) {
	text := strings.TrimFunc(asked, func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(`"'<>`, r) })
	bad := func(where string) error {
		return &Fault{Cause: BadPath, Detail: CleanLine(text[strings.LastIndexByte(text, '@')+1:], 60), Where: where}
	}
	if text == "" {
		return "", "", bad("it is empty")
	}
	path = text
	host, p, isLink := linkOf(text)
	if isLink {
		base, _ := url.Parse(in.BaseURL.String())
		own, _ := url.Parse(in.Report.OwnURL)
		switch host = CleanLine(host, 80); {
		case host == "":
			return "", "", bad("its host can't be read")
		case strings.EqualFold(host, base.Hostname()):
			path = below(p, base.Path)
		case own != nil && strings.EqualFold(host, own.Hostname()):
			path = below(p, own.Path)
		default:
			return cutToPath(Clean(p), true), host, nil
		}
	}
	if path = cutToPath(path, isLink); path == "" {
		return "", "", bad("it names no group and no repo")
	}
	if i := strings.IndexFunc(path, func(r rune) bool { return !inPath(r) }); i >= 0 {
		return "", "", bad("GitLab has no such character in a path")
	}
	for part := range strings.SplitSeq(path, "/") {
		if part == "." || part == ".." {
			return "", "", bad("a part of it is nothing but dots")
		}
	}
	return path, "", nil
}

// linkOf splits a link, or the address that git clones over ssh, into host and
// path.
func linkOf(text string) (host, path string, isLink bool) {
	if strings.Contains(text, "://") {
		u, err := url.Parse(text)
		if err != nil {
			return "", "", true
		}
		return u.Hostname(), u.Path, true
	}
	// git@gitlab.example.com:acme/api.git
	if user, rest, ok := strings.Cut(text, "@"); ok && !strings.ContainsAny(user, "/:") {
		host, path, _ = strings.Cut(rest, ":")
		return host, path, true
	}
	// gitlab.example.com/acme/api: a first part with a dot and what follows it may
	// be either, and a group may hold a dot; a host holds one for certain.
	return "", "", false
}

func below(path, root string) string {
	if rest, ok := strings.CutPrefix(path+"/", root+"/"); ok {
		return rest
	}
	return path
}

// projectPages are pages below a repo in addresses from before GitLab 12, which
// had no "/-/".
var projectPages = []string{"/tree/", "/blob/", "/commits/", "/commit/", "/issues", "/merge_requests", "/wikis", "/pipelines", "/settings", "/activity", "/network/", "/raw/"}

// cutToPath takes the page of a link off the path of what it belongs to.
func cutToPath(path string, link bool) string {
	path, _, _ = strings.Cut(path, "?")
	path, _, _ = strings.Cut(path, "#")
	path, _, _ = strings.Cut(path+"/", "/-/")
	// No part is empty, however many slashes were typed.
	path = strings.Join(strings.FieldsFunc(path, func(r rune) bool { return r == '/' }), "/")
	if rest, ok := strings.CutPrefix(path, "groups/"); ok {
		path = rest
	}
	for _, page := range projectPages {
		if !link {
			break // a repo may have that name
		}
		// The first two parts are never a page.
		if i := strings.Index(path, page); i > 0 && strings.Contains(path[:i], "/") {
			path = path[:i]
		}
	}
	return strings.TrimSuffix(strings.TrimSuffix(path, ".git"), "/")
}

// inPath reports whether GitLab allows a character in the path of a group or repo.
func inPath(r rune) bool {
	return r == '/' || r == '-' || r == '_' || r == '.' || r < 128 && (unicode.IsLetter(r) || unicode.IsDigit(r))
}
