package gitlabtest

import (
	"crypto/sha256"
	"encoding/base64"
)

// challenge is what a client showed of its verifier (RFC 7636).
type challenge struct{ value, method string }

// challenge: the database has columns for it since 13.8. Before, what is sent
// is dropped without a word.
func (r release) challenge(value, method string) challenge {
	if value == "" || !r.since(13, 8) {
		return challenge{}
	}
	return challenge{value, method}
}

// valid: the method must be named; Doorkeeper does not assume plain.
func (c challenge) valid() bool {
	return c.value == "" || c.method == "plain" || c.method == "S256"
}

// meets compares the verifier with the challenge. A verifier without a stored
// challenge is refused as well (Doorkeeper's validate_code_verifier).
func (c challenge) meets(verifier string) bool {
	if c.value == "" {
		return verifier == ""
	}
	if c.method == "S256" {
		sum := sha256.Sum256([]byte(verifier))
		verifier = base64.RawURLEncoding.EncodeToString(sum[:])
	}
	return c.value == verifier
}

// rejectsVerifier names the error for a verifier that the release can't check:
// none before 12.8, where Doorkeeper does not know the parameter; then
// invalid_request (Doorkeeper 5.0). From 13.4 to 13.7 it may be that or
// invalid_grant, and is the latter here so that both are met. The code is not
// used up by it: a confidential client may try again without.
func (r release) rejectsVerifier() string {
	switch {
	case r.since(13, 8) || !r.since(12, 8):
		return ""
	case r.since(13, 4):
		return "invalid_grant"
	}
	return "invalid_request"
}
