// Package flow is the domain of Flow: it connects a company's GitLab to Flow,
// an engineering-analytics product, and decides which of its repos are
// imported. It knows no HTTP, no SQL and no terminal; the packages gitlab,
// store and tui are its hands, and cmd/flow joins them.
package flow

import (
	"fmt"
	"strings"
)

// A Provider is a kind of GitLab that Flow can connect to.
type Provider struct {
	ID      string // stored, and typed as --provider
	Name    string // shown
	About   string // one line beside the name
	BaseURL string // fixed base URL; "" where the user gives it
}

// Providers lists what can be connected, in the order in which it is offered.
var Providers = []Provider{
	{ID: "gitlab-self-hosted", Name: "GitLab Self-Hosted", About: "your company runs it; version 9.0 or newer"},
	{ID: "gitlab-cloud", Name: "GitLab Cloud", About: "gitlab.com", BaseURL: "https://gitlab.com"},
}

// ProviderByID returns the provider with that ID.
func ProviderByID(id string) (Provider, bool) {
	for _, p := range Providers {
		if p.ID == id {
			return p, true
		}
	}
	return Provider{}, false
}

// A Method is a way of signing in to a provider.
type Method string

const (
	OAuth       Method = "oauth"
	AccessToken Method = "token"
)

func (m Method) String() string {
	if m == OAuth {
		return "OAuth"
	}
	return "Access token"
}

// A Service is a kind of data that Flow may read.
type Service uint8

const (
	RepoService   Service = 1 << iota // commits
	PRService                         // merge requests
	TicketService                     // issues
)

// AllServices lists the services in the order in which they are shown.
var AllServices = []Service{RepoService, PRService, TicketService}

func (s Service) String() string {
	switch s {
	case RepoService:
		return "Repo"
	case PRService:
		return "PR"
	case TicketService:
		return "Ticket"
	}
	return fmt.Sprintf("Service(%d)", uint8(s))
}

// Services is a set of services. Its zero value is the empty set.
type Services uint8

// EveryService is the set of all services.
const EveryService = Services(RepoService | PRService | TicketService)

func (set Services) Has(s Service) bool         { return set&Services(s) != 0 }
func (set Services) With(s Service) Services    { return set | Services(s) }
func (set Services) Without(s Service) Services { return set &^ Services(s) }

// Names returns the services' names as flags and JSON have them: repo, pr,
// ticket.
func (set Services) Names() []string {
	names := []string{}
	for _, s := range AllServices {
		if set.Has(s) {
			names = append(names, strings.ToLower(s.String()))
		}
	}
	return names
}

func (set Services) String() string {
	var names []string
	for _, s := range AllServices {
		if set.Has(s) {
			names = append(names, s.String())
		}
	}
	return strings.Join(names, ", ")
}

// ParseServices reads a list such as "repo,pr". It refuses an empty one, since
// at least one service stays on.
func ParseServices(text string) (Services, error) {
	var set Services
	for word := range strings.SplitSeq(text, ",") {
		word = strings.TrimSpace(word)
		known := false
		for _, s := range AllServices {
			if strings.EqualFold(word, s.String()) {
				set, known = set.With(s), true
			}
		}
		if !known {
			return 0, &Fault{Cause: BadService, Detail: Clean(word)}
		}
	}
	return set, nil
}
