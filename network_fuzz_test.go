package flow_test

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"flow"
)

// A password that is typed into a proxy's address is parted from it, or not
// repeated where that can't be done.
func FuzzReadProxy(f *testing.F) {
	for _, parts := range [][4]string{ // scheme and name, around the password, what follows it
		{"", "", "", ""}, {"ana:", "", "", "@proxy:3128"}, {"http://ana:", "%2F", "%zz", "@[::1]:80/"}, {"ana:", "a/", "?", "@proxy"}, {"ana:", "", "", ""},
		{"ana:", "", "://x", ""}, {"ana:", "@@", ":", "@proxy::"}, {"socks5://a%3Ab:", "", "", "@PROXY:"}, {"ftp://:", "", "\x1b", "@h"}, {"ana:", "", " x", "@h?a"},
		{"a:b:", "", "", "@h:0"}, {"http://ana:", "", "", "://@h#x"}, {"direct", "", "", ""}, {"%1b:", "%20", "", "@proxy:/"},
	} {
		f.Add(parts[0], parts[1], parts[2], parts[3])
	}
	const piece = "Zq7-hunter2" // of the password, and nothing that anything else is called
	f.Fuzz(func(t *testing.T, lead, before, after, rest string) {
		typed := lead + before + piece + after + rest
		isPassword := strings.Contains(strings.TrimPrefix(strings.TrimPrefix(lead, "http://"), "https://"), ":") && !strings.Contains(lead, "@") && !strings.Contains(strings.TrimPrefix(strings.TrimPrefix(lead, "http://"), "https://")+before, "://")
		if !isPassword || !strings.HasPrefix(rest, "@") || strings.Contains(rest[1:], "@") {
			// Somebody else's parts: nothing is known of what they mean.
			typed = lead + before + after + rest
		}
		proxy, password, err := flow.ReadProxy(typed)
		told := []string{proxy, flow.ProxyHost(proxy), flow.ProxyHost(typed)}
		if err != nil {
			var fault *flow.Fault
			if !errors.As(err, &fault) || fault.Cause != flow.BadProxy || proxy != "" || !password.IsZero() {
				t.Fatalf("%q: %q, %v", typed, proxy, err)
			}
			told = append(told, err.Error(), fault.Sentence(), fault.Next(), fmt.Sprintf("%+v", fault))
		}
		for _, text := range told {
			if strings.Contains(text, "Zq7") || strings.Contains(text, "hunter2") || text != flow.Clean(text) {
				t.Fatalf("%q: it says %q", typed, text)
			}
		}
		if err != nil || proxy == "" || proxy == flow.NoProxy {
			return
		}
		if u, err := url.Parse(proxy); err != nil || u.Hostname() == "" || u.Path != "" || strings.HasSuffix(u.Host, ":") {
			t.Fatalf("%q: the proxy %q is no address: %v", typed, proxy, err)
		}
		if again, none, err := flow.ReadProxy(proxy); err != nil || again != proxy || !none.IsZero() {
			t.Fatalf("%q: what was read, %q, reads as %q, %v", typed, proxy, again, err)
		}
	})
}
