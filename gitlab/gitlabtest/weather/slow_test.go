package weather_test

import (
	"bufio"
	"compress/gzip"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"flow/gitlab/gitlabtest/weather"
)

// raw sends a GET and returns what comes, as it comes.
func raw(t *testing.T, addr string) *bufio.Reader {
	t.Helper()
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	io.WriteString(conn, "GET / HTTP/1.1\r\nHost: gitlab\r\n\r\n")
	return bufio.NewReader(conn)
}

func read(t *testing.T, from io.Reader, n int) string {
	t.Helper()
	text := make([]byte, n)
	if _, err := io.ReadFull(from, text); err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestDrippingHeaders(t *testing.T) {
	const every = 2 * time.Millisecond
	s := serve(t, weather.DripHeaders(every), weather.Options{})
	begin := time.Now()
	const start = "HTTP/1.1 200 OK\r\nX-Slow: "
	if got := read(t, raw(t, s.Addr()), len(start)+10); got != start+"zzzzzzzzzz" {
		t.Errorf("%q", got)
	}
	if took := time.Since(begin); took < time.Duration(len(start)+9)*every {
		t.Errorf("it took %s only", took)
	}
	secured := serve(t, weather.DripHeaders(every), weather.Options{TLS: &weather.TLS{}})
	ctx, leave := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer leave()
	tr := transport(t, secured.CA())
	tr.ForceAttemptHTTP2 = true
	r, _ := http.NewRequestWithContext(ctx, "GET", secured.URL(), nil)
	if _, err := tr.RoundTrip(r); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("over HTTP/2: %v", err)
	}
}

func TestADrippingBody(t *testing.T) {
	const every = 2 * time.Millisecond
	s := serve(t, weather.DripBody(every), weather.Options{})
	begin := time.Now()
	res, err := transport(t, nil).RoundTrip(must(t, s.URL()))
	if err != nil || res.StatusCode != 200 {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := read(t, res.Body, 20); got != "["+strings.Repeat(" ", 19) || time.Since(begin) < 19*every {
		t.Errorf("%q after %s", got, time.Since(begin))
	}
}

func must(t *testing.T, address string) *http.Request {
	t.Helper()
	r, err := http.NewRequest("GET", address, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAnAnswerStalls(t *testing.T) {
	s := serve(t, weather.Stall(), weather.Options{})
	res, err := transport(t, nil).RoundTrip(must(t, s.URL()))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if got := read(t, res.Body, int(res.ContentLength)/2); got != `[{"id":1,"name":"` {
		t.Errorf("%q", got)
	}
	more := make(chan error)
	go func() {
		_, err := res.Body.Read(make([]byte, 1))
		more <- err
	}()
	select {
	case err := <-more:
		t.Errorf("it went on: %v", err)
	case <-time.After(20 * time.Millisecond):
	}
	s.Close()
	<-more
}

func TestBigAnswers(t *testing.T) {
	for _, size := range []int64{3, 4, 5, 6, 65536, 65537, 65538, 65539, 65540, 1 << 20, 1<<20 + 1} {
		got := get(t, serve(t, weather.Big(size), weather.Options{}).URL())
		if int64(len(got.body)) != size || !json.Valid([]byte(got.body)) {
			t.Errorf("%d: %d bytes, valid %v: %.20s", size, len(got.body), json.Valid([]byte(got.body)), got.body)
		}
	}
	// 200 MB are sent as fast as they are read.
	res, err := transport(t, nil).RoundTrip(must(t, serve(t, weather.Big(200<<20), weather.Options{}).URL()))
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if n, err := io.Copy(io.Discard, res.Body); n != 200<<20 || err != nil || res.ContentLength != n {
		t.Errorf("%d bytes of %d, %v", n, res.ContentLength, err)
	}
	endless, err := transport(t, nil).RoundTrip(must(t, serve(t, weather.Big(0), weather.Options{}).URL()))
	if err != nil {
		t.Fatal(err)
	}
	defer endless.Body.Close()
	if n, err := io.CopyN(io.Discard, endless.Body, 50<<20); err != nil || endless.ContentLength != -1 {
		t.Errorf("%d bytes, said are %d, %v", n, endless.ContentLength, err)
	}
}

func TestAGzipBomb(t *testing.T) {
	const size = 4 << 30
	s := serve(t, weather.GzipBomb(size), weather.Options{})
	r := must(t, s.URL())
	r.Header.Set("Accept-Encoding", "gzip") // so that Go leaves it packed
	res, err := transport(t, nil).RoundTrip(r)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	if res.Header.Get("Content-Encoding") != "gzip" || res.ContentLength > size/900 {
		t.Errorf("%q, %d bytes packed", res.Header.Get("Content-Encoding"), res.ContentLength)
	}
	unpacked, err := gzip.NewReader(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	if n, err := io.CopyN(io.Discard, unpacked, 40<<20); err != nil { // two parts and a half
		t.Errorf("%d bytes, %v", n, err)
	}
	small := get(t, serve(t, weather.GzipBomb(1), weather.Options{}).URL())
	if len(small.body) != 16<<20 || strings.Trim(small.body, " ") != "" {
		t.Errorf("%d bytes", len(small.body))
	}
}

func TestEndlessHeaders(t *testing.T) {
	s := serve(t, weather.EndlessHeaders(), weather.Options{})
	if got := read(t, raw(t, s.Addr()), 3<<20); strings.Contains(got, "\r\n\r\n") || !strings.HasPrefix(got, "HTTP/1.1 200 OK\r\nX-More: ") {
		t.Errorf("%.100q", got)
	}
	tr := transport(t, nil)
	tr.MaxResponseHeaderBytes = 256 << 10
	if _, err := try(tr, s.URL()); err == nil || !strings.Contains(err.Error(), "exceeded") {
		t.Errorf("net/http: %v", err)
	}
	secured := serve(t, weather.EndlessHeaders(), weather.Options{TLS: &weather.TLS{}})
	tr = transport(t, secured.CA())
	tr.ForceAttemptHTTP2, tr.MaxResponseHeaderBytes = true, 256<<10
	if _, err := try(tr, secured.URL()); err == nil || !strings.Contains(err.Error(), "header list") {
		t.Errorf("over HTTP/2: %v", err)
	}
}

func TestDeepJSON(t *testing.T) {
	got := get(t, serve(t, weather.DeepJSON(20_000), weather.Options{}).URL())
	var value any
	if err := json.Unmarshal([]byte(got.body), &value); len(got.body) != 40_000 || err == nil || !strings.Contains(err.Error(), "max depth") {
		t.Errorf("%d bytes, %v", len(got.body), err)
	}
}
