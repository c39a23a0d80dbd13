package gitlabtest

import (
	"html"
	"net/http"
)

// pageStyle makes the pages readable on any screen. They say what GitLab's
// pages say and don't try to look like them.
const pageStyle = `body{margin:0;background:#fff;color:#28272d;font:16px/1.5 system-ui,sans-serif}
header{padding:.75rem 1rem;background:#171321;color:#fff;font-weight:600}
main{max-width:34rem;margin:0 auto;padding:1.5rem 1rem}
h1{font-size:1.4rem;line-height:1.3;margin:0 0 1rem;overflow-wrap:anywhere}
label,legend{display:block;font-weight:600;margin-top:1rem}
fieldset{border:0;margin:0;padding:0}
fieldset label,label.check{font-weight:400;margin:.4rem 0}
input[type=text],input[type=password],textarea{box-sizing:border-box;width:100%;padding:.5rem;font:inherit;border:1px solid #89888d;border-radius:4px}
button{margin:1rem .5rem 0 0;padding:.5rem 1rem;font:inherit;border:1px solid #89888d;border-radius:4px;background:#fff;color:inherit;cursor:pointer}
button.confirm{background:#1f75cb;border-color:#1f75cb;color:#fff}
form.inline{display:inline}
code,pre{overflow-wrap:anywhere;white-space:pre-wrap;font-size:.9em}
table{width:100%;border-collapse:collapse}
td,th{padding:.4rem .4rem .4rem 0;border-bottom:1px solid #dcdcde;text-align:left;vertical-align:top}
.note{padding:.5rem .75rem;background:#e9f3fc;border-radius:4px}
.problem{padding:.5rem .75rem;background:#fcf1ef;border-radius:4px}
.scope{margin:.75rem 0}.scope small{display:block;color:#626168}`

// pageMark is in each of GitLab's pages, under whatever name it is reached.
const pageMark = `<meta content="GitLab" property="og:site_name">`

// document is one of GitLab's pages. The body is HTML.
func document(status int, title, body string) answer {
	a := page(status, `<!DOCTYPE html>
<html class="" lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>`+htmlText(title)+` · GitLab</title>
`+pageMark+`
<meta content="`+htmlText(title)+`" property="og:title">
<style>`+pageStyle+`</style>
</head>
<body>
<header>GitLab</header>
<main>
`+body+`
</main>
</body>
</html>
`)
	a.header.Set("Cache-Control", "no-store")
	a.header.Set("X-Frame-Options", "SAMEORIGIN")
	a.header.Set("X-Content-Type-Options", "nosniff")
	return a
}

func missingPage() answer {
	return page(http.StatusNotFound, `<!DOCTYPE html><html><head><title>The page you're looking for could not be found (404)</title></head>`+
		`<body><h1>404</h1><h3>The page could not be found or you don't have permission to view it.</h3></body></html>`)
}

// rejectedPage is what a form with a wrong or missing authenticity token gets.
func rejectedPage() answer {
	return page(http.StatusUnprocessableEntity, `<!DOCTYPE html><html><head><title>The change you requested was rejected (422)</title></head>`+
		`<body><h1>422</h1><h3>The change you requested was rejected.</h3>`+
		`<p>Make sure you have access to the thing you tried to change.</p></body></html>`)
}

// outsidePage is the web server's own answer beside GitLab's relative root.
func outsidePage() answer {
	return page(http.StatusNotFound, "<html>\r\n<head><title>404 Not Found</title></head>\r\n<body>\r\n"+
		"<center><h1>404 Not Found</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n")
}

func htmlText(text string) string { return html.EscapeString(text) }
