package gitlab

import (
	"crypto/sha256"
	"encoding/base64"
	"html/template"
	"io"
	"log"
	"net/http"

	"flow"
)

// silent drops what net/http has to say of broken connections: it would stand in
// the middle of the screen.
var silent = log.New(io.Discard, "", 0)

// A browserPage is what somebody reads in the browser.
type browserPage struct {
	Title string
	Text  string
	Next  string
	Says  string // GitLab's own words
	mood  string // class of its sign: good, bad
}

var (
	pageWait = browserPage{Title: "Code received", Text: "Flow is finishing the sign-in. This takes a moment."}
	pageDone = browserPage{
		Title: "Signed in", Text: "Flow now tests the connection.",
		Next: "Go back to the terminal and go on there. You can close this page.", mood: "good",
	}
	pageUsed = browserPage{
		Title: "Used before", Text: "This answer has reached Flow already. A page that is opened again changes nothing.",
		Next: "Look at the terminal to see how it went.", mood: "bad",
	}
	pageOther = browserPage{
		Title: "Not this attempt", Text: "This answer belongs to an earlier attempt to sign in, or to none. It changes nothing.",
		Next: "Open the address that the terminal shows now.", mood: "bad",
	}
	pageCut = browserPage{
		Title: "No code", Text: "GitLab's answer has no code in it: the address was cut.",
		Next: "Open the address that the terminal shows once more.", mood: "bad",
	}
	pageMissing = browserPage{Title: "Nothing here", Text: "Flow has no page at this address.", Next: "Open the address that the terminal shows, all of it.", mood: "bad"}
	pageForeign = browserPage{Title: "Not here", Text: "Flow answers requests to this machine only.", mood: "bad"}
	pageMethod  = browserPage{Title: "Not like this", Text: "Flow answers GET requests only.", mood: "bad"}
)

// pageOf says why it did not work. What to do next is said for somebody who
// looks at the browser, not at the terminal.
func pageOf(f *flow.Fault) browserPage {
	p := browserPage{Title: "Not signed in", Text: f.Sentence(), Next: f.Next(), Says: f.Says, mood: "bad"}
	switch f.Cause {
	case flow.Denied:
		p.Title, p.Next = "Denied", "If that was a mistake, open the address that the terminal shows again, and approve Flow."
	case flow.AnswerRefused, flow.ScopeRefused, flow.SecretWrong, flow.SecretMissing, flow.ClientRefused:
		p.Next = "The terminal says what to do."
	default:
		p.Next = "Open the address that the terminal shows again. " + "The terminal says more."
	}
	return p
}

// css has no colour that is not readable on its ground, light or dark.
const css = `:root{color-scheme:light dark}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.5rem;background:#f4f5f7;color:#16181d;font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main{width:100%;max-width:32rem;padding:2rem 2.25rem;border-radius:1rem;background:#fff;border:1px solid #dfe2e8;border-top:.375rem solid #7a8194}
main.good{border-top-color:#1a7f4b}main.bad{border-top-color:#b4232a}
.name{margin:0 0 1.25rem;font-weight:700;letter-spacing:.02em;color:#4a5162}
h1{margin:0 0 .75rem;font-size:1.625rem;line-height:1.25}
p{margin:0 0 .75rem;overflow-wrap:anywhere}p:last-child{margin-bottom:0}
.says{color:#4a5162;font-size:.9375rem}
@media (prefers-color-scheme:dark){body{background:#14161b;color:#eceef2}main{background:#1d2027;border-color:#343945;border-top-color:#8a92a6}main.good{border-top-color:#3fb37b}main.bad{border-top-color:#ee6b70}.name,.says{color:#a9b0c0}}`

// hideWait takes the first part of an answer in two parts out of sight.
const hideWait = `#wait{display:none}`

var pages = template.Must(template.New("head").Parse(`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="robots" content="noindex">
<link rel="icon" href="data:,">
<title>Flow: {{.Title}}</title>
<style>{{.CSS}}</style>
</head>
<body>
`))

var _ = template.Must(pages.New("main").Parse(`<main{{with .Class}} class="{{.}}"{{end}}{{with .ID}} id="{{.}}"{{end}}>
<p class="name">Flow</p>
<h1>{{.Title}}</h1>
<p>{{.Text}}</p>
{{with .Next}}<p>{{.}}</p>
{{end}}{{with .Says}}<p class="says">GitLab says: {{.}}</p>
{{end}}</main>
`))

const tail = "</body>\n</html>\n"

// policy lets the page load and do nothing: its two styles are known by their
// hash.
var policy = "default-src 'none'; img-src data:; style-src " + hashOf(css) + " " + hashOf(hideWait) +
	"; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"

func hashOf(style string) string {
	sum := sha256.Sum256([]byte(style))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// guard sets what keeps an answer, whose address holds a code, out of caches,
// histories of other sites and frames.
func guard(h http.Header) {
	h.Set("Cache-Control", "no-store")
	h.Set("Pragma", "no-cache")
	h.Set("Referrer-Policy", "no-referrer")
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Content-Security-Policy", policy)
}

func writeHead(w io.Writer, title string) {
	_ = pages.ExecuteTemplate(w, "head", struct {
		Title string
		CSS   template.CSS
	}{title, template.CSS(css)})
}

func (p browserPage) main(w io.Writer, id string) {
	_ = pages.ExecuteTemplate(w, "main", struct {
		browserPage
		Class, ID string
	}{p, p.mood, id})
}

// write answers with a whole page.
func write(w http.ResponseWriter, status int, p browserPage) {
	guard(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(status)
	writeHead(w, p.Title)
	p.main(w, "")
	_, _ = io.WriteString(w, tail)
}

// writeFirst shows at once that the code has arrived, and returns what puts the
// outcome in its place: no script and no second request is needed for it.
func writeFirst(w http.ResponseWriter) (finish func(browserPage)) {
	guard(w.Header())
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(http.StatusOK)
	writeHead(w, "Sign-in") // a title can't be changed later without a script
	pageWait.main(w, "wait")
	_ = http.NewResponseController(w).Flush()
	return func(p browserPage) {
		_, _ = io.WriteString(w, "<style>"+hideWait+"</style>\n")
		p.main(w, "")
		_, _ = io.WriteString(w, tail)
	}
}
