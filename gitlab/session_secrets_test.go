package gitlab_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"flow"
	"flow/gitlab"
)

// A server that repeats tokens must bring neither the one that it refused nor
// the one that came after it on screen.
func TestNoTokenOfASignInIsInAnError(t *testing.T) {
	for name, body := range map[string]func(all string) string{
		"message": func(all string) string { return `{"message":"unknown token ` + all + `"}` },
		"text":    func(all string) string { return all },
		"title":   func(all string) string { return "<html><title>" + all + "</title>" },
	} {
		for _, status := range []int{200, 403, 404, 500} {
			t.Run(fmt.Sprint(name, " ", status), func(t *testing.T) {
				all := ""
				s := serve(t, func(w http.ResponseWriter, r *http.Request) {
					if r.Header.Get("Authorization") == "" {
						return
					}
					_, token, _ := strings.Cut(r.Header.Get("Authorization"), " ")
					if all += token; strings.HasSuffix(all, "one") {
						w.WriteHeader(401)
						w.Write([]byte(`{"message":"401 Unauthorized"}`))
						return
					}
					w.WriteHeader(status)
					w.Write([]byte(body(all)))
				})
				c, _ := newClient(t, gitlab.Options{})
				conn := secretly(t, s.URL)
				conn.Tokens = tokens(func(refused flow.Secret) (flow.Secret, error) {
					if refused.IsZero() {
						return flow.NewSecret("SECRET-number-one"), nil
					}
					return flow.NewSecret("SECRET-number-two"), nil
				})
				_, err := discover(c, conn)
				for _, text := range everything(err) {
					if strings.Contains(text, "SECRET") {
						t.Errorf("a token is in %q", text)
					}
				}
				if !strings.Contains(all, "two") {
					t.Error("the second token was not sent")
				}
			})
		}
	}
}

func TestASignInNeverLeavesTheBaseURL(t *testing.T) {
	elsewhere := serve(t, func(w http.ResponseWriter, r *http.Request) { t.Error("went elsewhere") })
	port := elsewhere.URL[strings.LastIndex(elsewhere.URL, ":"):]
	for _, target := range []string{elsewhere.URL + "/git/api/v4/version", "http://localhost" + port + "/git/", "/stolen", "/git/../stolen", "/gitlab/x"} {
		s := serve(t, func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path != "/git/api/v4/metadata" {
				t.Errorf("went on to %s", r.URL)
			}
			w.Header().Set("Location", target)
			w.WriteHeader(http.StatusTemporaryRedirect)
		})
		c, _ := newClient(t, gitlab.Options{})
		if _, err := discover(c, secretly(t, s.URL+"/git")); !flow.CausedBy(err, flow.Elsewhere, flow.BadAnswer) {
			t.Errorf("%s: %v", target, err)
		}
	}
}
