package weather

import (
	"net/http"
	"strconv"
	"time"

	"flow/gitlab/gitlabtest"
)

// Once makes a fault pass after its first request.
func Once(f gitlabtest.Fault) gitlabtest.Fault { return Times(1, f) }

// Times makes a fault pass after n requests.
func Times(n int, f gitlabtest.Fault) gitlabtest.Fault {
	f.Times = n
	return f
}

// After lets n requests through before the fault begins.
func After(n int, f gitlabtest.Fault) gitlabtest.Fault {
	f.After = n
	return f
}

// At restricts a fault to a path below the relative root, such as
// "/api/v4/projects"; see [gitlabtest.Fault] for patterns.
func At(path string, f gitlabtest.Fault) gitlabtest.Fault {
	f.Path = path
	return f
}

// Answering makes a server of a fault, one that answers so to everything: a
// GitLab that is down from the start. What a fault does to GitLab's answer it
// does to a 404, since there is no GitLab.
func Answering(f gitlabtest.Fault) http.Handler {
	if f.Around != nil {
		return f.Around(nginxPage(http.StatusNotFound, ""))
	}
	header := f.Header.Clone()
	if header == nil {
		header = http.Header{}
	}
	status := f.Status
	if status == 0 {
		status = http.StatusInternalServerError
	}
	if f.Redirect != "" {
		header.Set("Location", f.Redirect)
		if f.Status == 0 {
			status = http.StatusFound
		}
	}
	return canned{status, header, f.Body}
}

// fault is an answer as weather.
func (c canned) fault() gitlabtest.Fault {
	return gitlabtest.Fault{Status: c.status, Header: c.header, Body: c.body}
}

// RackAttack is the limit in front of GitLab: 429 in plain text. With a wait, in
// whole seconds, it carries Retry-After (from 13.7 on); with a limit, in requests
// a minute, RateLimit headers too (from 13.8 on).
func RackAttack(wait time.Duration, limit int) gitlabtest.Fault {
	h := http.Header{"Content-Type": {"text/plain"}}
	if wait > 0 {
		h.Set("Retry-After", strconv.Itoa(int(wait.Seconds())))
	}
	if limit > 0 {
		reset := time.Now().Add(wait).UTC()
		for _, pair := range [][2]string{
			{"RateLimit-Name", "throttle_authenticated_api"},
			{"RateLimit-Limit", strconv.Itoa(limit)},
			{"RateLimit-Observed", strconv.Itoa(limit + 1)},
			{"RateLimit-Remaining", "0"},
			{"RateLimit-Reset", strconv.FormatInt(reset.Unix(), 10)},
			{"RateLimit-ResetTime", reset.Format(http.TimeFormat)},
		} {
			h.Set(pair[0], pair[1])
		}
	}
	return canned{http.StatusTooManyRequests, h, "Retry later\n"}.fault()
}

// EndpointLimit is a limit inside GitLab: 429 in JSON, which names no time to
// wait before 18.5.
func EndpointLimit() gitlabtest.Fault {
	return jsonAnswer(http.StatusTooManyRequests,
		`{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`).fault()
}

// Overloaded is what GitLab answers when its git storage has too much to do: 503
// in JSON, with Retry-After in whole seconds.
func Overloaded(wait time.Duration) gitlabtest.Fault {
	return jsonAnswer(http.StatusServiceUnavailable, `{"message":"Upstream Gitaly has been exhausted. Try again later"}`).
		with("Retry-After", strconv.Itoa(int(wait.Seconds()))).fault()
}

// InternalError is GitLab's page for a fault of its own, 500.
func InternalError() gitlabtest.Fault {
	return gitlabPage(http.StatusInternalServerError, "Something went wrong (500)", "500", "Whoops, something went wrong on our end.").fault()
}

// InternalErrorJSON is the same from the API: 500 in JSON.
func InternalErrorJSON() gitlabtest.Fault {
	return jsonAnswer(http.StatusInternalServerError, `{"message":"500 Internal Server Error"}`).fault()
}

// NotResponding is the page that GitLab's own nginx shows while GitLab starts or
// has too much to do, 502.
func NotResponding() gitlabtest.Fault {
	return gitlabPage(http.StatusBadGateway, "GitLab is not responding (502)", "502", "Whoops, GitLab is taking too much time to respond.").fault()
}

// Deploying is the page that an administrator puts up during an update, 503.
func Deploying() gitlabtest.Fault {
	return gitlabPage(http.StatusServiceUnavailable, "Deploy in progress", "Deploy in progress", "Please try again in a few minutes.").fault()
}

// MaintenanceMode is what a GitLab in maintenance answers to a request that
// changes something: 503 in JSON, with Retry-After.
func MaintenanceMode() gitlabtest.Fault {
	f := jsonAnswer(http.StatusServiceUnavailable, `{"message":"GitLab Maintenance: system is in maintenance mode"}`).
		with("Retry-After", "900").fault()
	f.Match = func(r *http.Request) bool { return r.Method != http.MethodGet && r.Method != http.MethodHead }
	return f
}

func jsonAnswer(status int, body string) canned {
	return canned{status, http.Header{"Content-Type": {"application/json"}, "Server": {"nginx"}}, body}
}

func gitlabPage(status int, title, heading, says string) canned {
	return html(status, "nginx", "<!DOCTYPE html>\n<html>\n<head>\n  <title>"+title+"</title>\n</head>\n<body>\n  <h1>\n    "+heading+
		"\n  </h1>\n  <div class=\"container\">\n    <h3>"+says+"</h3>\n    <p>Please contact your GitLab administrator if this problem persists.</p>\n  </div>\n</body>\n</html>\n")
}
