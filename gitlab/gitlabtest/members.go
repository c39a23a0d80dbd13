package gitlabtest

import (
	"net/http"
	"strconv"
	"strings"
)

// serveGroupMember shows one direct member of a group. Who is one of a group
// above only is not found: that is another address, /members/all, since 12.4.
func serveGroupMember(k *call) answer {
	_, rest, _ := strings.Cut(k.request.URL.EscapedPath(), "/groups/")
	member, err := strconv.Atoi(k.id)
	k.id, _, _ = strings.Cut(rest, "/")
	g, a := k.findGroup()
	if g == nil {
		return a
	}
	role := k.company.groupMembers[member][g.ID]
	if err != nil || role == NoAccess {
		return message(http.StatusNotFound, "404 Not found")
	}
	u := k.company.users[member]
	var e entity
	e.open('{')
	k.writeUserBasics(&e, u)
	e.number("access_level", int(role))
	e.null("expires_at")
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}
