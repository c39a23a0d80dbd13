package gitlabtest

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"strings"
)

// form is one form of a page, as far as this package's own pages go: hidden
// and text fields, and one button.
type form struct {
	action string
	button string // its id
	fields url.Values
}

var (
	formPattern      = regexp.MustCompile(`(?s)<form\b([^>]*)>(.*?)</form>`)
	inputPattern     = regexp.MustCompile(`(?s)<input\b([^>]*)>`)
	buttonPattern    = regexp.MustCompile(`(?s)<button\b([^>]*)>`)
	linkPattern      = regexp.MustCompile(`(?s)<a\b([^>]*)>`)
	attributePattern = regexp.MustCompile(`([\w-]+)="([^"]*)"`)
	unreadable       = regexp.MustCompile(`(?s)<(head|script|style)\b.*?</(head|script|style)>|<[^>]*>`)
)

func formsOf(page string) []*form {
	var list []*form
	for _, match := range formPattern.FindAllStringSubmatch(page, -1) {
		f := &form{action: attributes(match[1])["action"], fields: url.Values{}}
		for _, input := range inputPattern.FindAllStringSubmatch(match[2], -1) {
			a := attributes(input[1])
			if a["type"] != "checkbox" {
				f.fields.Add(a["name"], a["value"])
			}
		}
		if button := buttonPattern.FindStringSubmatch(match[2]); button != nil {
			f.button = attributes(button[1])["id"]
		}
		list = append(list, f)
	}
	return list
}

func attributes(tag string) map[string]string {
	found := map[string]string{}
	for _, match := range attributePattern.FindAllStringSubmatch(tag, -1) {
		found[match[1]] = html.UnescapeString(match[2])
	}
	return found
}

// request is what a browser sends when the button is pressed on a page.
func (f *form) request(ctx context.Context, page string) (*http.Request, error) {
	base, err := url.Parse(page)
	if err != nil {
		return nil, fmt.Errorf("send a form of %s: %w", page, err)
	}
	action, err := base.Parse(f.action)
	if err != nil {
		return nil, fmt.Errorf("send the form to %s: %w", f.action, err)
	}
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, action.String(), strings.NewReader(f.fields.Encode()))
	if err != nil {
		return nil, err
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	request.Header.Set("Referer", base.Scheme+"://"+base.Host+base.Path)
	return request, nil
}

// redirectLink is where a page leads by itself, with a script.
func redirectLink(page string) string {
	for _, match := range linkPattern.FindAllStringSubmatch(page, -1) {
		if a := attributes(match[1]); a["id"] == "redirect" {
			return a["href"]
		}
	}
	return ""
}

// readable is the text of a page, its white space made even.
func readable(page string) string {
	text := html.UnescapeString(unreadable.ReplaceAllString(page, " "))
	return strings.Join(strings.Fields(text), " ")
}
