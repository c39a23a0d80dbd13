package main

import (
	"net/http"
	"time"

	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// withToken connects the demo's GitLab by a token.
func withToken(token string) func(*trial) {
	return func(f *trial) {
		f.file("token", []byte(token))
		f.connect(f.gitlab(gitlabtest.Options{}).URL())
	}
}

// inState connects it by an account that GitLab does not let in.
func inState(state gitlabtest.UserState) func(*trial) {
	return func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		bot, _ := s.Company().User(gitlabtest.DemoUser)
		if err := s.Company().SetUserState(bot.ID, state); err != nil {
			f.t.Fatal(err)
		}
		f.connect(s.URL())
	}
}

// refusing connects it where its API answers so.
func refusing(path string, fault func() gitlabtest.Fault) func(*trial) {
	return func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		s.Fail(weather.At(path, fault()))
		f.connect(s.URL())
	}
}

// later refreshes an integration whose GitLab has come to answer so.
func later(path string, fault func() gitlabtest.Fault) func(*trial) {
	return func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		f.connected(s.URL())
		s.Fail(weather.At(path, fault()))
		f.flow("refresh", "acme")
	}
}

// midway does so once two pages of the walk over repos have come.
func midway(fault gitlabtest.Fault) func(*trial) {
	fault.Match = inDiscovery
	return later("", func() gitlabtest.Fault { return weather.After(2, fault) })
}

// says is an answer of the API in GitLab's words.
func says(status int, body string) func() gitlabtest.Fault {
	return func() gitlabtest.Fault { return gitlabtest.Fault{Status: status, Body: body} }
}

func limited(wait time.Duration) func() gitlabtest.Fault {
	return func() gitlabtest.Fault { return weather.RackAttack(wait, 600) }
}

// gitlabMishaps are what a GitLab itself answers.
var gitlabMishaps = []mishap{
	{"a token that GitLab does not know", withToken("glpat-nobody-made-this")},
	{"an expired token", withToken(gitlabtest.DemoTokenExpired)},
	{"a revoked token", withToken(gitlabtest.DemoTokenRevoked)},
	{"a revoked token, of an integration", func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		f.connected(s.URL())
		if err := s.Company().RevokeToken(gitlabtest.DemoToken); err != nil {
			f.t.Fatal(err)
		}
		f.flow("refresh", "acme")
		f.flow("check", "acme")
		f.flow("list")
	}},
	{"a token without api", withToken(gitlabtest.DemoTokenReadOnly)},
	{"a token with read_api alone", withToken(gitlabtest.DemoTokenReadAPI)},
	{"an account that is blocked", withToken(gitlabtest.DemoTokenBlocked)},
	{"an account that is deactivated", inState(gitlabtest.Deactivated)},
	{"an account that has not accepted the terms", inState(gitlabtest.TermsNotAccepted)},
	{"an account whose password expired", inState(gitlabtest.PasswordExpired)},
	{"an account that nobody has approved", inState(gitlabtest.PendingApproval)},
	{"an account without groups", withToken(gitlabtest.DemoTokenNoGroups)},
	{"personal access tokens switched off", func(f *trial) {
		f.connect(f.gitlab(gitlabtest.Options{TokensDisabled: true}).URL())
	}},
	{"a token that wants DPoP", refusing("/api/v4/**", says(http.StatusUnauthorized, `{"error":"dpop_error","error_description":"DPoP header is missing"}`))},
	{"403 in GitLab's own words", refusing("/api/v4/user", says(http.StatusForbidden, `{"message":"403 Forbidden"}`))},
	{"a GitLab that is too old", func(f *trial) {
		f.connect(f.gitlab(gitlabtest.Options{Version: "8.17.0"}).URL())
	}},
	{"a GitLab that is old", func(f *trial) {
		f.connect(f.gitlab(gitlabtest.Options{Version: "13.12.15"}).URL())
	}},

	{"429 in plain text", refusing("/api/v4/**", limited(10*time.Minute))},
	{"429 in plain text, that asks for a short wait", func(f *trial) {
		s := f.gitlab(gitlabtest.Options{})
		s.Fail(weather.Once(weather.At("/api/v4/user", weather.RackAttack(5*time.Second, 600))))
		f.connect(s.URL())
	}},
	{"429 in JSON, without a time", refusing("/api/v4/projects/**", weather.EndpointLimit)},
	{"429 in the middle of a walk", midway(weather.RackAttack(20*time.Minute, 600))},
	{"500 with a page", later("/api/v4/projects", weather.InternalError)},
	{"500 in JSON", later("/api/v4/projects", weather.InternalErrorJSON)},
	{"502 in the middle of a walk", midway(weather.BadGateway())},
	{"503 that asks for a wait", later("/api/v4/projects", func() gitlabtest.Fault { return weather.Overloaded(time.Hour) })},
	{"maintenance, which allows reading", func(f *trial) {
		f.connect(f.gitlab(gitlabtest.Options{Maintenance: true}).URL())
	}},
	{"a GitLab that dies in the middle of a walk", midway(gitlabtest.Fault{Kind: gitlabtest.Drop})},
	{"a connection that is reset in the middle of an answer", later("/api/v4/projects", weather.ResetMidway)},
	{"a connection that is reset once", later("/api/v4/projects", func() gitlabtest.Fault { return weather.Once(weather.Reset()) })},
	{"a captive portal in the middle of a walk", midway(weather.PortalMeanwhile())},
	{"a service that the account may not read", refusing("/api/v4/projects/*/issues", says(http.StatusForbidden, `{"message":"403 Forbidden"}`))},
}
