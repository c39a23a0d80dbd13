package gitlabtest

import (
	"fmt"
	"slices"
	"time"
)

// OAuthToken is one pair of an access and a refresh token, without their
// values. GitLab keeps the two in one row: they are revoked together.
type OAuthToken struct {
	ID          int
	Application string // its UID
	User        int
	Scopes      []string
	CreatedAt   time.Time
	Expires     time.Time // of the access token; zero is never. The refresh token has no end of its own
	Revoked     bool
}

// oauth is what a company keeps about applications and what they were given.
type oauth struct {
	applications map[string]*Application // by UID
	codes        map[string]*accessGrant
	devices      map[string]*deviceGrant // by device code
	rows         []*oauthToken           // by ascending id
	access       map[string]*oauthToken
	refresh      map[string]*oauthToken
	lastID       struct{ application, token int }
}

// oauthToken is a row with its values.
type oauthToken struct {
	OAuthToken
	access, refresh string
}

func newOAuth() oauth {
	return oauth{
		applications: map[string]*Application{},
		codes:        map[string]*accessGrant{},
		devices:      map[string]*deviceGrant{},
		access:       map[string]*oauthToken{},
		refresh:      map[string]*oauthToken{},
	}
}

// OAuthTokens lists all tokens that applications were given, oldest first,
// also those that are revoked or expired.
func (c *Company) OAuthTokens() []OAuthToken {
	c.mu.RLock()
	defer c.mu.RUnlock()
	list := make([]OAuthToken, len(c.oauth.rows))
	for i, row := range c.oauth.rows {
		list[i] = row.OAuthToken
		list[i].Scopes = slices.Clone(row.Scopes)
	}
	return list
}

// RevokeOAuthToken makes GitLab refuse the access and the refresh token of a
// row from now on, as a user does under "Authorized applications".
func (c *Company) RevokeOAuthToken(id int) error {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, row := range c.oauth.rows {
		if row.ID == id {
			row.Revoked = true
			return nil
		}
	}
	return fmt.Errorf("revoke OAuth token %d: no such token", id)
}

// issue makes a row. A life of 0 is for ever.
func (o *oauth) issue(application string, user int, scopes []string, now time.Time, life time.Duration) *oauthToken {
	o.lastID.token++
	row := &oauthToken{access: randomHex(), refresh: randomHex()}
	row.OAuthToken = OAuthToken{ID: o.lastID.token, Application: application, User: user,
		Scopes: slices.Clone(scopes), CreatedAt: now.UTC().Truncate(time.Second)}
	if life > 0 {
		row.Expires = row.CreatedAt.Add(life)
	}
	o.rows = append(o.rows, row)
	o.access[row.access], o.refresh[row.refresh] = row, row
	return row
}

// live is the newest row of this application, user and exactly these scopes
// that is neither revoked nor expired.
func (o *oauth) live(application string, user int, scopes []string, now time.Time) *oauthToken {
	wanted := slices.Sorted(slices.Values(scopes))
	for _, row := range slices.Backward(o.rows) {
		if row.Application == application && row.User == user && !row.Revoked && !row.expired(now) &&
			slices.Equal(slices.Sorted(slices.Values(row.Scopes)), wanted) {
			return row
		}
	}
	return nil
}

// byEither finds a row by the value of its access or its refresh token.
func (o *oauth) byEither(value string) *oauthToken {
	if row := o.access[value]; row != nil {
		return row
	}
	return o.refresh[value]
}

// forget drops everything that belongs to an application.
func (o *oauth) forget(uid string) {
	for code, a := range o.codes {
		if a.application == uid {
			delete(o.codes, code)
		}
	}
	for code, d := range o.devices {
		if d.application == uid {
			delete(o.devices, code)
		}
	}
	o.rows = slices.DeleteFunc(o.rows, func(row *oauthToken) bool {
		if row.Application != uid {
			return false
		}
		delete(o.access, row.access)
		delete(o.refresh, row.refresh)
		return true
	})
}

func (t *OAuthToken) expired(now time.Time) bool { return !t.Expires.IsZero() && now.After(t.Expires) }

// left is how long the access token still lives; known is false where it has
// no end.
func (t *OAuthToken) left(now time.Time) (seconds int, known bool) {
	if t.Expires.IsZero() {
		return 0, false
	}
	return max(0, int(t.Expires.Sub(now).Seconds())), true
}

// name is what the request log shows.
func (t *OAuthToken) name() string { return fmt.Sprintf("OAuth token %d", t.ID) }

// tokenLife is how long new access tokens live, 0 for ever: no end before
// 14.3, then 2 hours unless the application opts out, and 2 hours for all from
// 15.0 on. It can't be configured.
func (r release) tokenLife(a *Application) time.Duration {
	if r.since(15, 0) || r.since(14, 3) && !a.NoExpiry {
		return 2 * time.Hour
	}
	return 0
}

// reusesTokens: from 11.1 to 15.1, Doorkeeper's reuse_access_token gives a
// second authorization the row of the first, so that both share its fate.
func (r release) reusesTokens() bool { return r.since(11, 1) && !r.since(15, 2) }
