package gitlabtest

import (
	"cmp"
	"net/http"
	"sync"
)

// visit is one request to a page while it is answered, with the company locked
// for writing.
type visit struct {
	*Server
	request *http.Request
	session session
	user    *User // nil where nobody is signed in
}

// session is what GitLab remembers of one browser. It is kept by value: a visit
// works on a copy and puts it back.
type session struct {
	id       string
	user     int    // 0 before somebody signs in
	csrf     string // the token that every form of the session carries
	returnTo string // the page that asked for signing in: path and query
	notice   string // to be shown once, on the next page
}

// sessions are those of one server, as GitLab keeps them in Redis.
type sessions struct {
	mu  sync.Mutex
	all map[string]session
}

const sessionCookie = "_gitlab_session"

// visit answers a page. For a page that people use it finds their session or
// begins one, checks the token of a form that was sent, and sends those who
// must be signed in to the sign-in page.
func (s *Server) visit(rt *webRoute, r *http.Request) answer {
	v := &visit{Server: s, request: r}
	if rt.kind == forPrograms {
		return rt.serve(v)
	}
	v.session = s.sessions.of(r)
	v.user = s.member(v.session)
	var a answer
	switch {
	case rt.method != http.MethodGet && r.PostForm.Get("authenticity_token") != v.session.csrf:
		return rejectedPage()
	case rt.kind == forMembers && v.user == nil:
		a = v.askToSignIn()
	default:
		a = rt.serve(v)
	}
	s.sessions.keep(v.session)
	v.setCookie(a)
	return a
}

// askToSignIn comes before anything else is looked at: GitLab does not say
// whether it knows a client before it knows the user.
func (v *visit) askToSignIn() answer {
	if v.request.Method == http.MethodGet {
		v.session.returnTo = v.request.URL.RequestURI()
	}
	return redirectTo(v.requestBase(v.request) + "/users/sign_in")
}

func (v *visit) setCookie(a answer) {
	cookie := http.Cookie{Name: sessionCookie, Value: v.session.id, Path: cmp.Or(v.root, "/"), HttpOnly: true,
		Secure: v.request.TLS != nil, SameSite: http.SameSiteLaxMode}
	a.header.Add("Set-Cookie", cookie.String())
}

// takeNotice returns what the page before wanted to be said.
func (v *visit) takeNotice() string {
	notice := v.session.notice
	v.session.notice = ""
	return notice
}

// signedIn is who a browser belongs to; nil is nobody.
func (s *Server) signedIn(r *http.Request) *User {
	return s.member(s.sessions.of(r))
}

// member is the user of a session. Blocked accounts are signed out at once.
func (s *Server) member(kept session) *User {
	if u := s.company.users[kept.user]; u != nil && u.State != Blocked && u.State != PendingApproval {
		return u
	}
	return nil
}

// of is the session that a request names, or a new one that is not kept yet.
func (s *sessions) of(r *http.Request) session {
	if cookie, err := r.Cookie(sessionCookie); err == nil {
		s.mu.Lock()
		defer s.mu.Unlock()
		if kept, found := s.all[cookie.Value]; found {
			return kept
		}
	}
	return session{id: randomHex(), csrf: randomHex()}
}

func (s *sessions) keep(kept session) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.all == nil {
		s.all = map[string]session{}
	}
	s.all[kept.id] = kept
}

func (s *sessions) end(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	delete(s.all, id)
}
