package scale

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"flow/gitlab/gitlabtest"
)

// A model is a small company that has one project of every kind. Its names,
// numbers and times are ones that stand nowhere else, so that they can be found
// in what GitLab makes of them.
type model struct {
	*gitlabtest.Company
	world *world
	marks [][]mark // of each kind
}

// A mark is a text that is replaced by a field of what is sent.
type mark struct {
	text  string
	field field
}

const (
	modelProject = 900_000_000 // the ids of the model's projects, groups and person start here
	modelGroup   = 800_000_000
	modelPerson  = 700_000_000
)

var (
	modelCreated = time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	modelUpdated = time.Date(2002, 2, 3, 4, 5, 6, 0, time.UTC)
	modelActive  = time.Date(2003, 2, 3, 4, 5, 6, 0, time.UTC)
)

const gitlabTime = "2006-01-02T15:04:05.000Z"

func (w *world) model() (*model, error) {
	company, bot, err := staffed()
	if err != nil {
		return nil, err
	}
	m := &model{Company: company, world: w}
	if err := m.addSurroundings(bot); err != nil {
		return nil, err
	}
	for i, k := range w.known {
		if err := m.addKind(i, k, bot); err != nil {
			return nil, fmt.Errorf("model of kind %d: %w", i, err)
		}
	}
	return m, nil
}

// staffed is a company that has nothing but the account and its token.
func staffed() (c *gitlabtest.Company, bot int, err error) {
	c = gitlabtest.NewCompany()
	_, err1 := c.AddUser(gitlabtest.User{ID: 1, NamespaceID: 1, Username: "root", Name: "Administrator", Admin: true})
	bot, err2 := c.AddUser(gitlabtest.User{ID: 2, NamespaceID: 2, Username: gitlabtest.DemoUser, Name: "Flow", Email: "flow@acme.example", Password: gitlabtest.DemoPassword})
	_, err3 := c.AddToken(gitlabtest.Token{Value: Token, Name: "Flow", User: bot, Scopes: []string{"api", "read_user", "read_repository"}})
	return c, bot, errors.Join(err1, err2, err3)
}

// addSurroundings adds what several projects speak of: the source of forks, the
// group that projects are shared with, and who made them.
func (m *model) addSurroundings(bot int) error {
	up, let := m.world.groups[upstream], m.world.groups[guests]
	source := gitlabtest.Project{
		ID: int(m.world.ids[0]), Group: up.id, Visibility: gitlabtest.Public,
		Path: string(m.world.appendSlug(nil, 0)), Name: string(m.world.appendName(nil, 0)), Description: string(appendDescription(nil, 0)),
		CreatedAt: moment(m.world.created(0)), LastActivityAt: moment(m.world.active(0)), UpdatedAt: moment(m.world.active(0)),
	}
	_, err1 := m.AddGroup(gitlabtest.Group{ID: up.id, Path: up.slug, Name: up.name, Visibility: gitlabtest.Public})
	_, err2 := m.AddGroup(gitlabtest.Group{ID: let.id, Path: let.slug, Name: let.name, Visibility: gitlabtest.Public})
	_, err3 := m.AddUser(gitlabtest.User{ID: modelPerson, NamespaceID: modelPerson + 1, Username: "zperson.zname", Name: "Zperson Zname", Email: modelEmail})
	_, err4 := m.AddProject(source)
	return errors.Join(err1, err2, err3, err4, m.SetGroupRole(let.id, bot, let.own))
}

const modelEmail = "people@acme.example"

// addKind adds a project of a kind, the groups that make it one, and notes what
// to replace. Longer texts go first: a path stands within another.
func (m *model) addKind(i int, k kind, bot int) error {
	top, home, id := modelGroup+2*i, modelGroup+2*i+1, modelProject+i
	n := strconv.Itoa(i)
	p := gitlabtest.Project{
		ID: id, Path: "zpath-" + n + "-z", Name: "Zname " + n + " Z", Description: describedAs, Owner: modelPerson, Visibility: k.visibility,
		Archived: k.trait == archived, Empty: k.trait == empty, Mirror: k.trait == mirror, SHA256: k.trait == sha256,
		CreatedAt: modelCreated, UpdatedAt: modelUpdated, LastActivityAt: modelActive,
	}
	if k.trait == fork {
		p.ForkedFrom = int(m.world.ids[0])
	}
	if k.trait == shared {
		p.Shares = []gitlabtest.Share{{Group: m.world.groups[guests].id, Max: gitlabtest.Maintainer}}
	}
	path, title := "zperson.zname", "Zperson Zname"
	var errs []error
	if !k.personal {
		path, title = "zgroup-"+n+"-z", "Zgroup "+n+" Z"
		g := gitlabtest.Group{ID: home, Path: path, Name: title, Visibility: gitlabtest.Public, CreatedAt: modelCreated}
		if !k.top {
			up := gitlabtest.Group{ID: top, Path: "ztop-" + n + "-z", Name: "Ztop " + n + " Z", Visibility: gitlabtest.Public, CreatedAt: modelCreated}
			_, err := m.AddGroup(up)
			errs = append(errs, err, m.SetGroupRole(top, bot, k.above))
			g.Parent, path, title = top, up.Path+"/"+path, up.Name+" / "+title
		}
		_, err := m.AddGroup(g)
		errs = append(errs, err, m.SetGroupRole(home, bot, k.group))
		p.Group = home
	}
	_, err := m.AddProject(p)
	errs = append(errs, err, m.SetProjectRole(id, bot, k.project))
	m.marks = append(m.marks, []mark{
		{path + "/" + p.Path, fullPath}, {title + " / " + p.Name, fullName},
		{path, homePath}, {title, homeTitle}, {"zgroup-" + n + "-z", homeSlug}, {"Zgroup " + n + " Z", homeName},
		{p.Path, slug}, {p.Name, name}, {describedAs, description},
		{strconv.Itoa(id), number}, {strconv.Itoa(home), homeID}, {strconv.Itoa(top), parentID},
		{strconv.Itoa(modelPerson + 1), personSpace}, {strconv.Itoa(modelPerson), personID},
		{modelCreated.Format(gitlabTime), createdAt}, {modelCreated.AddDate(0, 0, 1).Format(gitlabTime), aDayLater},
		{modelUpdated.Format(gitlabTime), updatedAt}, {modelActive.Format(gitlabTime), activeAt},
	})
	return errors.Join(errs...)
}

// rows asks the GitLab behind for a list, page by page, each row by its id.
func rows(s *gitlabtest.Server, path string, query url.Values) (map[int][]byte, error) {
	found := map[int][]byte{}
	for page := 1; ; page++ {
		query.Set("page", strconv.Itoa(page))
		query.Set("per_page", "100")
		var list []json.RawMessage
		if err := get(s, path+"?"+query.Encode(), signedIn, &list); err != nil {
			return nil, err
		}
		if len(list) == 0 {
			return found, nil
		}
		for _, row := range list {
			var id struct{ ID int }
			if err := json.Unmarshal(row, &id); err != nil {
				return nil, fmt.Errorf("read a row of %s: %w", path, err)
			}
			found[id.ID] = row
		}
	}
}

var signedIn = http.Header{"Private-Token": {Token}}

func get(s *gitlabtest.Server, path string, header http.Header, into any) error {
	request, err := http.NewRequest(http.MethodGet, s.URL()+"/api/v4/"+path, nil)
	if err != nil {
		return err
	}
	for _, name := range []string{"Private-Token", "Authorization"} {
		if values := header[name]; values != nil {
			request.Header[name] = values
		}
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		return err
	}
	if response.StatusCode != http.StatusOK {
		return fmt.Errorf("get %s: %s: %s", path, response.Status, body)
	}
	return json.Unmarshal(body, into)
}
