package weather

import (
	"bytes"
	"compress/gzip"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
)

// Big answers with size bytes of JSON, a list of numbers that is made while it
// is sent; 0 never ends. Content-Length is only said where there is an end.
func Big(size int64) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if size > 0 {
			w.Header().Set("Content-Length", strconv.FormatInt(size, 10))
		}
		if err := bigList(w, size); err != nil {
			panic(http.ErrAbortHandler)
		}
	})
}

// bigList writes "[0,0,...,0]" of exactly size bytes, blank before the end where
// size is even.
func bigList(w io.Writer, size int64) error {
	if _, err := io.WriteString(w, "["); err != nil {
		return err
	}
	chunk := []byte(strings.Repeat("0,", 32<<10))
	for left := size - 1; ; left -= int64(len(chunk)) {
		if size > 0 && left < int64(len(chunk))+3 {
			end := strings.Repeat("0,", max(0, int(left-2)/2)) + "0"
			_, err := io.WriteString(w, end+strings.Repeat(" ", max(0, int(left)-len(end)-1))+"]")
			return err
		}
		if _, err := w.Write(chunk); err != nil {
			return err
		}
	}
}

const bombPart = 16 << 20 // bytes, unpacked

// GzipBomb answers with about a thousandth of size bytes that unpack to size, in
// steps of 16 MB: blanks, which are JSON's nothing. It costs the server nothing,
// since one packed part is sent over and over (RFC 1952 section 2.2 lets parts
// follow each other).
func GzipBomb(size int64) http.Handler {
	parts := max(1, (size+bombPart-1)/bombPart)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		part := packedPart()
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Encoding", "gzip")
		w.Header().Set("Content-Length", strconv.FormatInt(parts*int64(len(part)), 10))
		for range parts {
			if _, err := w.Write(part); err != nil {
				panic(http.ErrAbortHandler)
			}
		}
	})
}

// packedPart is made when the first bomb goes off: a table of tests may hold one
// in every process that its program starts.
var packedPart = sync.OnceValue(func() []byte {
	var part bytes.Buffer
	packer, _ := gzip.NewWriterLevel(&part, gzip.BestCompression)
	packer.Write(bytes.Repeat([]byte(" "), bombPart))
	packer.Close()
	return part.Bytes()
})

// EndlessHeaders sends one header after the other, without end. It needs
// HTTP/1; over HTTP/2 a megabyte of them comes, in which an answer ends.
func EndlessHeaders() http.Handler {
	line := "X-More: " + strings.Repeat("m", 1<<10) + "\r\n"
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			for range 1 << 10 {
				w.Header().Add("X-More", line[len("X-More: "):len(line)-2])
			}
			w.WriteHeader(http.StatusOK)
			return
		}
		defer conn.Close()
		for _, err := io.WriteString(conn, "HTTP/1.1 200 OK\r\n"); err == nil && r.Context().Err() == nil; {
			_, err = io.WriteString(conn, line)
		}
	})
}

// DeepJSON answers with lists in lists, levels of them, which a reader that
// calls itself for each has no stack for.
func DeepJSON(levels int) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		canned{http.StatusOK, http.Header{"Content-Type": {"application/json"}},
			strings.Repeat("[", levels) + strings.Repeat("]", levels)}.ServeHTTP(w, r)
	})
}
