package gitlabtest

import "net/http"

// serveVersion has the same body as /metadata since 15.5.
func serveVersion(k *call) answer {
	if k.release.since(15, 5) {
		return serveMetadata(k)
	}
	var e entity
	e.open('{')
	e.text("version", k.release.text)
	e.text("revision", k.release.revision())
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}

func serveMetadata(k *call) answer {
	var e entity
	e.open('{')
	e.text("version", k.release.text)
	e.text("revision", k.release.revision())
	e.key("kas")
	e.open('{')
	e.flag("enabled", true)
	e.text("externalUrl", "wss://kas.", k.externalURL.Hostname())
	if k.release.since(17, 6) {
		e.text("externalK8sProxyUrl", "https://kas.", k.externalURL.Hostname(), "/k8s-proxy/")
	}
	e.text("version", k.release.number())
	e.shut('}')
	if k.release.since(15, 6) {
		e.flag("enterprise", k.release.enterprise)
	}
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}

// knownScopes is what this release lists in its OpenID discovery document. A
// client can tell from it, before it signs in, how old GitLab is at most.
func (r release) knownScopes() []string {
	scopes := []struct {
		name  string
		since since
	}{
		{name: "api"},
		{"read_api", since{12, 10}},
		{name: "read_user"},
		{"create_runner", since{16, 2}},
		{"manage_runner", since{17, 1}},
		{"k8s_proxy", since{16, 4}},
		{"self_rotate", since{17, 9}},
		{"read_repository", since{10, 7}},
		{"write_repository", since{11, 11}},
		{"sudo", since{10, 2}},
		{"admin_mode", since{15, 8}},
		{"read_service_ping", since{17, 1}},
		{name: "openid"},
		{"profile", since{11, 8}},
		{"email", since{11, 8}},
	}
	var known []string
	for _, s := range scopes {
		if r.since(s.since.major, s.since.minor) {
			known = append(known, s.name)
		}
	}
	return known
}

// discovery is /.well-known/openid-configuration, which exists since 9.0 and
// needs no sign-in. All its addresses are made from the external URL.
func (s *Server) discovery() answer {
	var e entity
	e.open('{')
	e.text("issuer", s.external)
	e.text("authorization_endpoint", s.external, "/oauth/authorize")
	e.text("token_endpoint", s.external, "/oauth/token")
	if s.release.since(12, 10) {
		e.text("revocation_endpoint", s.external, "/oauth/revoke")
		e.text("introspection_endpoint", s.external, "/oauth/introspect")
	}
	e.text("userinfo_endpoint", s.external, "/oauth/userinfo")
	e.text("jwks_uri", s.external, "/oauth/discovery/keys")
	e.texts("scopes_supported", s.release.knownScopes())
	e.texts("response_types_supported", []string{"code"})
	e.texts("response_modes_supported", []string{"query", "fragment"})
	if s.release.since(12, 10) {
		e.texts("grant_types_supported", s.release.grantTypes())
	}
	e.texts("token_endpoint_auth_methods_supported", []string{"client_secret_basic", "client_secret_post"})
	e.texts("subject_types_supported", []string{"public"})
	e.texts("id_token_signing_alg_values_supported", []string{"RS256"})
	if s.release.since(16, 0) {
		e.texts("code_challenge_methods_supported", []string{"plain", "S256"})
	}
	e.shut('}')
	return jsonAnswer(http.StatusOK, e.buf)
}

// grantTypes: device codes are on by default since 17.3; 17.2 knows them behind
// a flag that adds them to this list.
func (r release) grantTypes() []string {
	types := []string{"authorization_code", "password", "client_credentials"}
	if r.since(17, 2) {
		types = append(types, "device_code")
	}
	return append(types, "refresh_token")
}
