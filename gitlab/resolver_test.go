package gitlab_test

import (
	"context"
	"encoding/binary"
	"net"
	"strings"
	"testing"
	"time"

	"flow"
	"flow/gitlab"
	"flow/gitlab/gitlabtest"
	"flow/gitlab/gitlabtest/weather"
)

// names is a name server that knows some names, and answers that there is no
// other. A name without addresses is not answered at all.
func names(t *testing.T, known map[string][]string) *net.Resolver {
	t.Helper()
	conn, err := net.ListenPacket("udp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		for buffer := make([]byte, 1500); ; {
			n, from, err := conn.ReadFrom(buffer)
			if err != nil {
				return
			}
			if reply := answerTo(buffer[:n], known); reply != nil {
				conn.WriteTo(reply, from)
			}
		}
	}()
	t.Cleanup(func() { conn.Close(); <-done })
	return &net.Resolver{PreferGo: true, Dial: func(ctx context.Context, _, _ string) (net.Conn, error) {
		return (&net.Dialer{}).DialContext(ctx, "udp", conn.LocalAddr().String())
	}}
}

// answerTo answers a question for addresses of version 4, in the few bytes that
// this takes (RFC 1035, 4.1): the question again, and an address after another.
func answerTo(question []byte, known map[string][]string) []byte {
	const header, typeA = 12, 1
	name, at := "", header
	for at < len(question) && question[at] > 0 {
		end := at + 1 + int(question[at])
		if end >= len(question) {
			return nil
		}
		name, at = name+string(question[at+1:end])+".", end
	}
	at++ // the empty part at the end
	if at+4 > len(question) {
		return nil
	}
	addresses, found := known[strings.TrimSuffix(name, ".")]
	if found && len(addresses) == 0 {
		return nil
	}
	reply := append([]byte{}, question[:at+4]...)
	binary.BigEndian.PutUint16(reply[2:], 0x8180) // an answer, and recursion was wanted and is there
	binary.BigEndian.PutUint32(reply[8:], 0)      // nothing else follows
	if !found {
		reply[3] |= 3 // no such name
	}
	if binary.BigEndian.Uint16(question[at:]) != typeA {
		return reply
	}
	binary.BigEndian.PutUint16(reply[6:], uint16(len(addresses)))
	for _, address := range addresses {
		// The name of the question, type A, class IN, a minute, four bytes.
		reply = append(reply, 0xc0, header, 0, typeA, 0, 1, 0, 0, 0, 60, 0, 4)
		reply = append(reply, net.ParseIP(address).To4()...)
	}
	return reply
}

func TestNamesAreLookedUp(t *testing.T) {
	s := behind(t, gitlabtest.Options{}, weather.Options{TLS: &weather.TLS{Hosts: []string{"gitlab.example.com"}}})
	_, port, _ := net.SplitHostPort(s.Front.Addr())
	for _, test := range []struct {
		name  string
		known map[string][]string
		step  string
		want  string
	}{
		{"one address", map[string][]string{"gitlab.example.com": {"127.0.0.1"}}, "", "127.0.0.1"},
		{"three addresses", map[string][]string{"gitlab.example.com": {"127.0.0.1", "127.0.0.2", "127.0.0.3"}}, "", "127.0.0.1, 2 more"},
		{"unknown", nil, flow.CheckDNS, "Can't find HOST: this machine knows no such host"},
		{"a name server that says nothing", map[string][]string{"gitlab.example.com": nil}, flow.CheckDNS, "Can't reach HOST: the name server does not answer"},
	} {
		t.Run(test.name, func(t *testing.T) {
			t.Parallel()
			o := gitlab.Options{Resolver: names(t, test.known), Proxy: direct}
			if strings.Contains(test.name, "says nothing") {
				o.Timeout = 300 * time.Millisecond
			}
			c, _ := newClient(t, o)
			conn := connect(t, "https://gitlab.example.com:"+port)
			conn.Network = trusts(s.CA())
			r, err := c.Test(t.Context(), conn, nil)
			if err != nil {
				t.Fatal(err)
			}
			dns, want := r.Check(flow.CheckDNS), sentenceAt(conn.BaseURL.String(), test.want)
			if dns.Text != want || dns.Took <= 0 || failed(r).Name != test.step || r.Passed() != (test.step == "") {
				t.Errorf("%s", lines(r))
			}
			if _, err := c.Find(t.Context(), conn.BaseURL.String(), conn.Network); test.step != "" && flow.FaultOf(orNone(err)).Sentence() != want+"." {
				t.Errorf("Find: %v", err)
			}
		})
	}
}

// A name that also stands for an address where nobody answers costs every new
// connection its time.
func TestADeadAddressIsWarnedOf(t *testing.T) {
	s := behind(t, gitlabtest.Options{}, weather.Options{})
	_, port, _ := net.SplitHostPort(s.Front.Addr())
	resolver := names(t, map[string][]string{"gitlab.example.com": {"127.0.0.9", "127.0.0.1"}})
	c, _ := newClient(t, gitlab.Options{Resolver: resolver, Proxy: direct})
	conn := connect(t, "http://gitlab.example.com:"+port)
	conn.Network.PlainHTTP = true
	r, err := c.Test(t.Context(), conn, nil)
	if err != nil {
		t.Fatal(err)
	}
	tcp := r.Check(flow.CheckTCP)
	if !r.Passed() || tcp.Status != flow.Warning || tcp.Text != "connected to 127.0.0.1:"+port+", the second try" ||
		tcp.Hint != "The name also stands for 127.0.0.9:"+port+", where nobody answers. Ask for that to be taken out of DNS: requests wait for it." {
		t.Errorf("%+v\n%s", tcp, lines(r))
	}
	if address := r.Check(flow.CheckAddress); address.Status != flow.Warning || !strings.HasPrefix(address.Hint, "Over http: ") {
		t.Errorf("%+v", address)
	}
}
