package weather

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"

	"flow/gitlab/gitlabtest"
)

// ResetMidway sends half of GitLab's answer and then resets the connection (RST,
// not FIN), as a firewall does that has lost its memory. Over HTTP/2 the stream
// is reset.
func ResetMidway() gitlabtest.Fault { return breaking(2) }

// Reset carries the request out and resets the connection in place of the
// answer.
func Reset() gitlabtest.Fault { return breaking(0) }

// breaking sends one part of parts of the answer; 0 sends nothing.
func breaking(parts int) gitlabtest.Fault {
	return gitlabtest.Fault{Around: func(behind http.Handler) http.Handler {
		return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			reply := take(behind, r)
			conn, _, err := http.NewResponseController(w).Hijack()
			if err != nil {
				if parts > 0 {
					w.Header().Set("Content-Type", reply.Header.Get("Content-Type"))
					w.Write(reply.Body[:len(reply.Body)/parts])
					http.NewResponseController(w).Flush()
				}
				panic(http.ErrAbortHandler)
			}
			if parts > 0 {
				sendPart(conn, reply, len(reply.Body)/parts)
			}
			reset(conn)
		})
	}}
}

// sendPart writes an answer whose body breaks off after n bytes.
func sendPart(conn net.Conn, reply *Reply, n int) {
	var head strings.Builder
	fmt.Fprintf(&head, "HTTP/1.1 %d %s\r\n", reply.Status, http.StatusText(reply.Status))
	reply.Header.Write(&head)
	if reply.Header.Get("Content-Length") == "" {
		fmt.Fprintf(&head, "Content-Length: %d\r\n", len(reply.Body))
	}
	io.WriteString(conn, head.String()+"\r\n"+string(reply.Body[:n]))
}

// CloseAfter sends GitLab's answer and ends the connection with it: over HTTP/1
// with Connection: close, over HTTP/2 with GOAWAY. A server that is being
// replaced does so.
func CloseAfter() gitlabtest.Fault {
	return gitlabtest.Fault{Around: SetHeader("Connection", "close")}
}
