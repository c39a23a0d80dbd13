package gitlabtest

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"
)

// botOf says which project or group a bot belongs to. The zero value is no bot
// of either.
type botOf struct{ project, group int }

// AddProjectBot gives a project an access token of its own: GitLab makes an
// account for it, such as @project_42_bot, which is a member of that project
// alone. The token's User is set here, and the account is called what the token
// is. It returns the id of the account. Releases before 13.0 know neither the
// token nor the account.
func (c *Company) AddProjectBot(project int, role Role, t Token) (int, error) {
	p, found := c.projectCopy(project)
	if !found {
		return 0, fmt.Errorf("add a bot to project %d: no such project", project)
	}
	bot, err := c.addBot(botOf{project: p.ID}, t)
	if err != nil {
		return 0, fmt.Errorf("add a bot to project %d: %w", project, err)
	}
	return bot, c.SetProjectRole(p.ID, bot, role)
}

// AddGroupBot gives a group an access token of its own, as AddProjectBot does
// for a project. Its account is a member of the group and so of all below it.
// Releases before 14.7 know neither the token nor the account.
func (c *Company) AddGroupBot(group int, role Role, t Token) (int, error) {
	if c.lacksGroup(group) {
		return 0, fmt.Errorf("add a bot to group %d: no such group", group)
	}
	bot, err := c.addBot(botOf{group: group}, t)
	if err != nil {
		return 0, fmt.Errorf("add a bot to group %d: %w", group, err)
	}
	return bot, c.SetGroupRole(group, bot, role)
}

// addBot names the second bot of project 42 project_42_bot1, as GitLab does up
// to 15.11; see [release.username] for later ones.
func (c *Company) addBot(of botOf, t Token) (int, error) {
	first := of.stem("_") + "_bot"
	username := first
	for n := 1; ; n++ {
		if _, taken := c.User(username); !taken {
			break
		}
		username = first + strconv.Itoa(n)
	}
	bot, err := c.AddUser(User{Username: username, Name: t.Name, Email: username + "@noreply.gitlab.example.com", Bot: true, of: of})
	if err != nil {
		return 0, err
	}
	t.User = bot
	_, err = c.AddToken(t)
	return bot, err
}

// username is what GitLab calls an account. Bots are numbered up to 15.11; then
// they have a random end instead, since whoever could guess the next name could
// keep GitLab from making it.
func (r release) username(u *User) string {
	if u.of == (botOf{}) || !r.since(16, 0) {
		return u.Username
	}
	return u.of.stem("_") + "_bot_" + hashOf(u.Username)
}

// emailOf is where nobody reads what a bot gets: under example.com in 13.x, then
// under the name of GitLab's own machine.
func (k *call) emailOf(u *User) string {
	switch {
	case u.of == (botOf{}):
		return u.Email
	case k.release.since(16, 0):
		return k.release.username(u) + "@noreply." + k.externalURL.Hostname()
	}
	local := u.of.stem("") + "_bot" + strings.TrimPrefix(u.Username, u.of.stem("_")+"_bot")
	if k.release.since(14, 0) {
		return local + "@noreply." + k.externalURL.Hostname()
	}
	return local + "@example.com"
}

// stem is project_42 or group_42, with something else than the line between.
func (of botOf) stem(between string) string {
	if of.project != 0 {
		return "project" + between + strconv.Itoa(of.project)
	}
	return "group" + between + strconv.Itoa(of.group)
}

// hashOf are 32 digits that are the same for the same text.
func hashOf(text string) string {
	sum := sha256.Sum256([]byte(text))
	return hex.EncodeToString(sum[:16])
}

// since is the release that brought bots of this kind.
func (of botOf) since() since {
	switch {
	case of.project != 0:
		return since{13, 0}
	case of.group != 0:
		return since{14, 7}
	}
	return since{}
}
