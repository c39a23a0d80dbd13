package gitlabtest

import (
	"crypto/rand"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"
)

// Application is a program that is registered to ask people for access. GitLab
// knows it by UID, which a client calls its client ID.
type Application struct {
	ID        int
	UID       string
	Secret    string
	Name      string
	Redirects []string // in the form that was registered, each on a line of its own
	Scopes    []string // those that a release does not know don't exist there
	Public    bool     // not confidential: needs no secret, from 12.8 on
	Trusted   bool     // nobody is asked for consent
	Owner     int      // who sees it under "Your applications"; 0 is the whole instance
	NoExpiry  bool     // its access tokens live for ever, which only 14.3 to 14.10 know
}

// AddApplication registers an application. An ID of 0 means the next free one;
// UID and Secret are made where they are empty.
func (c *Company) AddApplication(a Application) (Application, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.addApplication(a)
}

func (c *Company) addApplication(a Application) (Application, error) {
	if a.Owner != 0 && c.users[a.Owner] == nil {
		return Application{}, fmt.Errorf("add application %q: no user %d to own it", a.Name, a.Owner)
	}
	if a.UID == "" {
		a.UID = randomHex()
	}
	if c.oauth.applications[a.UID] != nil {
		return Application{}, fmt.Errorf("add application %q: its UID is in use", a.Name)
	}
	if a.Secret == "" {
		a.Secret = randomHex()
	}
	if a.ID == 0 {
		a.ID = c.oauth.lastID.application + 1
	}
	c.oauth.lastID.application = max(c.oauth.lastID.application, a.ID)
	kept := a.copy()
	c.oauth.applications[a.UID] = &kept
	return a.copy(), nil
}

// Application returns a copy of the application with this UID.
func (c *Company) Application(uid string) (Application, bool) {
	c.mu.RLock()
	defer c.mu.RUnlock()
	if a := c.oauth.applications[uid]; a != nil {
		return a.copy(), true
	}
	return Application{}, false
}

// RemoveApplication deletes an application and, as GitLab does, every token
// that it was given: they are unknown from then on, not revoked.
func (c *Company) RemoveApplication(uid string) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.oauth.applications[uid] == nil {
		return fmt.Errorf("remove application: no application with this UID")
	}
	delete(c.oauth.applications, uid)
	c.oauth.forget(uid)
	return nil
}

// RenewSecret replaces the secret of an application and returns the new one.
// The old one is wrong at once; tokens stay.
func (c *Company) RenewSecret(uid string) (string, error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	a := c.oauth.applications[uid]
	if a == nil {
		return "", fmt.Errorf("renew a secret: no application with this UID")
	}
	a.Secret = randomHex()
	return a.Secret, nil
}

func (a *Application) copy() Application {
	c := *a
	c.Redirects, c.Scopes = slices.Clone(a.Redirects), slices.Clone(a.Scopes)
	return c
}

// public asks the release: applications that are not confidential came with
// the Doorkeeper of 12.8, and before that each one needs its secret.
func (a *Application) public(r release) bool { return a.Public && r.since(12, 8) }

// scopes leaves out what the release has never heard of.
func (a *Application) scopes(r release) []string {
	known := r.knownScopes()
	return slices.DeleteFunc(slices.Clone(a.Scopes), func(s string) bool { return !slices.Contains(known, s) })
}

// grants reports whether the application may ask for all of these scopes: each
// must be known to the release and, unless the application was registered
// without any, be among its own (Doorkeeper's ScopeChecker).
func (a *Application) grants(r release, scopes []string) bool {
	known, own := r.knownScopes(), a.scopes(r)
	for _, scope := range scopes {
		if !slices.Contains(known, scope) || len(a.Scopes) > 0 && !slices.Contains(own, scope) {
			return false
		}
	}
	return len(scopes) > 0
}

// scopeList splits a scope parameter; scopes that are named twice count once.
func scopeList(text string) []string {
	var list []string
	for scope := range strings.FieldsSeq(text) {
		if !slices.Contains(list, scope) {
			list = append(list, scope)
		}
	}
	return list
}

// randomHex is what GitLab's generator makes for identifiers, secrets, codes
// and tokens: 32 bytes, as 64 hexadecimal digits.
func randomHex() string {
	secret := make([]byte, 32)
	rand.Read(secret) // never fails
	return hex.EncodeToString(secret)
}
