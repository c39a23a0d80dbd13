package weather

import "net/http"

// Keycloak has the OpenID Connect document of a realm, under the realm's path
// and, as some fronts publish it, at the root.
func Keycloak(realm string) http.Handler {
	document := func(base string) canned {
		issuer := base + "/realms/" + realm
		at := issuer + "/protocol/openid-connect/"
		return unnamed(200, "application/json", discovery(issuer, at+"auth", at+"token", at+"userinfo"))
	}
	return stranger{
		header: http.Header{"X-Content-Type-Options": {"nosniff"}, "Referrer-Policy": {"no-referrer"}},
		pages: map[string]func(string) canned{
			"": fixed(unnamed(200, htmlUTF8, "<!DOCTYPE html>\n<html><head><title>Welcome to Keycloak</title></head><body><h1>Welcome to Keycloak</h1></body></html>\n")),
			"/realms/" + realm + "/.well-known/openid-configuration": document,
			"/.well-known/openid-configuration":                      document,
		},
		rest: unnamed(404, "application/json", `{"error":"Unable to find matching target resource method"}`),
	}
}

// GitHub is a GitHub Enterprise Server: its API is under /api/v3, and /api/v4
// is not there.
func GitHub() http.Handler {
	return stranger{
		header: http.Header{"Server": {"GitHub.com"}, "X-Github-Request-Id": {"0a1b:2c3d:4e5f"}, "X-Github-Enterprise-Version": {"3.14.2"}},
		pages: map[string]func(string) canned{
			"": fixed(unnamed(302, htmlUTF8, "<html><body>You are being redirected.</body></html>").with("Location", "/login")),
			"/login": fixed(unnamed(200, htmlUTF8, "<!DOCTYPE html>\n<html lang=\"en\"><head><title>GitHub · Enterprise</title>"+
				"<meta property=\"og:site_name\" content=\"GitHub\"></head><body>Sign in to your account</body></html>\n")),
			"/api/v3":      fixed(unnamed(401, "application/json; charset=utf-8", `{"message":"Must authenticate to access this API.","documentation_url":"https://docs.github.com/enterprise/3.14/rest"}`)),
			"/api/v3/meta": fixed(unnamed(200, "application/json; charset=utf-8", `{"verifiable_password_authentication":true,"installed_version":"3.14.2"}`)),
		},
		rest: unnamed(404, "application/json; charset=utf-8", `{"message":"Not Found","documentation_url":"https://docs.github.com/enterprise/3.14/rest"}`),
	}
}

// Bitbucket is a Bitbucket Data Center.
func Bitbucket() http.Handler {
	return stranger{
		header: http.Header{"X-Arequestid": {"@1A2B3CxOx0"}, "X-Asen": {"SEN-500"}, "Set-Cookie": {"BITBUCKETSESSIONID=7c1f; Path=/; HttpOnly"}},
		pages: map[string]func(string) canned{
			"":       fixed(unnamed(302, htmlUTF8, "").with("Location", "/login?next=/")),
			"/login": fixed(unnamed(200, htmlUTF8, "<!DOCTYPE html>\n<html lang=\"en\"><head><title>Log in - Bitbucket</title><meta name=\"application-name\" content=\"Bitbucket\"></head><body></body></html>\n")),
			"/rest/api/1.0/application-properties": fixed(unnamed(200, jsonUTF8,
				`{"version":"8.19.9","buildNumber":"8019009","buildDate":"1726000000000","displayName":"Bitbucket"}`)),
		},
		rest: unnamed(404, htmlUTF8, "<!DOCTYPE html>\n<html><head><title>Not found - Bitbucket</title></head><body><h2>Oops, you've found a dead link.</h2></body></html>\n"),
	}
}
