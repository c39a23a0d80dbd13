package weather

import (
	"context"
	"io"
	"net/http"
	"strconv"
	"time"
)

// Delay has every request wait before it gets to GitLab: what a long way costs.
// A client that leaves ends it.
func Delay(d time.Duration) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if !pause(r.Context(), d) {
				panic(http.ErrAbortHandler)
			}
			behind.ServeHTTP(w, r)
		})
	}
}

// Hold has every request wait until a test closes until, or the client leaves:
// an answer exactly after something else.
func Hold(until <-chan struct{}) Front {
	return func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			select {
			case <-until:
				behind.ServeHTTP(w, r)
			case <-r.Context().Done():
				panic(http.ErrAbortHandler)
			}
		})
	}
}

// DripBody sends status and headers at once and then one byte of JSON every so
// often, without end: each byte comes in time, the answer never does.
func DripBody(every time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		out := http.NewResponseController(w)
		for next := "["; ; next = " " {
			if _, err := io.WriteString(w, next); err != nil || out.Flush() != nil || !pause(r.Context(), every) {
				panic(http.ErrAbortHandler)
			}
		}
	})
}

// DripHeaders sends one byte of the headers every so often, without end. It
// needs HTTP/1; over HTTP/2, where headers are one frame, nothing comes at all.
func DripHeaders(every time.Duration) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		conn, _, err := http.NewResponseController(w).Hijack()
		if err != nil {
			<-r.Context().Done()
			panic(http.ErrAbortHandler)
		}
		defer conn.Close()
		for text := "HTTP/1.1 200 OK\r\nX-Slow: "; ; text = "zz" {
			for i := range len(text) {
				if _, err := io.WriteString(conn, text[i:i+1]); err != nil || !pause(r.Context(), every) {
					return
				}
			}
		}
	})
}

// Stall sends status, headers and half a body of JSON, and then nothing more,
// with the connection open.
func Stall() http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		half := `[{"id":1,"name":"`
		w.Header().Set("Content-Type", "application/json")
		w.Header().Set("Content-Length", strconv.Itoa(2*len(half)))
		io.WriteString(w, half)
		http.NewResponseController(w).Flush()
		<-r.Context().Done()
		panic(http.ErrAbortHandler)
	})
}

// pause waits and reports whether the context is still alive.
func pause(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return ctx.Err() == nil
	case <-ctx.Done():
		return false
	}
}
