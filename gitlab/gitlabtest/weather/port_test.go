package weather_test

import (
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"
	"testing"

	"flow/gitlab/gitlabtest/weather"
)

func TestPlainHTTPAtAnHTTPSAddress(t *testing.T) {
	s := serve(t, hello, weather.Options{})
	var record tls.RecordHeaderError
	_, err := try(transport(t, nil), "https://"+s.Addr())
	if !errors.As(err, &record) || string(record.RecordHeader[:]) != "HTTP/" {
		t.Errorf("error %v", err)
	}
}

func TestPlainHTTPToAnHTTPSPort(t *testing.T) {
	nginx := serve(t, hello, weather.Options{TLS: &weather.TLS{}})
	for _, method := range []string{"GET", "POST"} {
		got, err := send(transport(t, nil), method, "http://"+nginx.Addr()+"/api/v4/user")
		if err != nil || got.status != 400 || got.header.Get("Server") != "nginx" {
			t.Errorf("%s: %d from %q, %v", method, got.status, got.header.Get("Server"), err)
		}
		got.has(t, "<title>400 The plain HTTP request was sent to HTTPS port</title>")
	}
	if got, err := try(transport(t, nginx.CA()), nginx.URL()); err != nil || got.status != 200 {
		t.Errorf("https: %d, %v", got.status, err)
	}
	words := serve(t, hello, weather.Options{TLS: &weather.TLS{GoWords: true}})
	got, err := try(transport(t, nil), "http://"+words.Addr())
	if err != nil || got.status != 400 || got.body != "Client sent an HTTP request to an HTTPS server.\n" {
		t.Errorf("Go: %d, %q, %v", got.status, got.body, err)
	}
}

func TestPortsWithoutAWebServer(t *testing.T) {
	for _, test := range []struct {
		name        string
		start       func() (*weather.Port, error)
		comes       string // the beginning of what comes by itself
		ends        error  // how the connection ends; nil is not at all
		connections int
	}{
		{"ssh", weather.SSHPort, "SSH-2.0-OpenSSH_", nil, 3},
		{"closes at once", weather.ClosingPort, "", io.EOF, 3},
		{"resets at once", weather.ResettingPort, "", syscall.ECONNRESET, 3},
		{"nobody listens", weather.ClosedPort, "", syscall.ECONNREFUSED, 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			p := open(t, test.start)
			for _, scheme := range []string{"http", "https"} {
				if got, err := try(transport(t, nil), p.URL(scheme)); err == nil {
					t.Errorf("%s: %d", scheme, got.status)
				}
			}
			text := make([]byte, len(test.comes)+1)
			conn, err := net.Dial("tcp", p.Addr())
			n := 0
			if err == nil {
				defer conn.Close()
				n, err = io.ReadFull(conn, text)
			}
			if !errors.Is(err, test.ends) || n < len(test.comes) || !strings.HasPrefix(string(text), test.comes) {
				t.Errorf("%q came, then %v", text[:n], err)
			}
			if got := p.Connections(); got != test.connections {
				t.Errorf("%d connections", got)
			}
		})
	}
}

func TestSSHComplainsAboutWhatIsNoSSH(t *testing.T) {
	p := open(t, weather.SSHPort)
	for _, test := range []struct{ send, want string }{
		{"GET / HTTP/1.1\r\n\r\n", "Invalid SSH identification string."},
		{"SSH-2.0-flow\r\n", ""},
	} {
		conn, err := net.Dial("tcp", p.Addr())
		if err != nil {
			t.Fatal(err)
		}
		defer conn.Close()
		io.WriteString(conn, test.send)
		conn.(*net.TCPConn).CloseWrite()
		all, _ := io.ReadAll(conn)
		lines := strings.Split(string(all), "\r\n")
		if !strings.HasPrefix(lines[0], "SSH-2.0-OpenSSH_") || lines[1] != test.want {
			t.Errorf("%q: %q", test.send, all)
		}
	}
}

func TestASilentPortSaysNothing(t *testing.T) {
	p := open(t, weather.SilentPort)
	conn, err := net.Dial("tcp", p.Addr())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	// A megabyte is more than a socket that nobody reads takes in for ever; only
	// the end of the port ends the silence.
	if _, err := conn.Write(make([]byte, 8<<20)); err != nil {
		t.Fatal(err)
	}
	p.Close()
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("%d bytes came, %v", n, err)
	}
}

// A port that is merely freed can be taken by anybody; this one can't.
func TestAClosedPortStaysClosed(t *testing.T) {
	p := open(t, weather.ClosedPort)
	if l, err := net.Listen("tcp", p.Addr()); err == nil {
		l.Close()
		t.Error("somebody else can listen there")
	}
	if _, err := net.Dial("tcp", p.Addr()); !errors.Is(err, syscall.ECONNREFUSED) {
		t.Errorf("dial: %v", err)
	}
}

func TestGoAway(t *testing.T) {
	port := open(t, func() (*weather.Port, error) { return weather.GoAwayPort(0xb) })
	tr := &http.Transport{ForceAttemptHTTP2: true, TLSClientConfig: &tls.Config{RootCAs: pool(port.CA())}}
	defer tr.CloseIdleConnections()
	_, err := try(tr, port.URL("https"))
	if err == nil || !strings.Contains(err.Error(), "GOAWAY") || !strings.Contains(err.Error(), "ENHANCE_YOUR_CALM") {
		t.Errorf("error %v", err)
	}
}
