package weather

import (
	"crypto/tls"
	"encoding/binary"
	"io"
	"net"
)

// The few frames of HTTP/2 that are needed here (RFC 9113 section 6).
const (
	frameHeaders  = 0x1
	frameSettings = 0x4
	frameGoAway   = 0x7

	flagAck = 0x1
)

// GoAwayPort speaks HTTP/2 over TLS and answers every request with GOAWAY, as
// a server that is being restarted: nothing was processed. Code is the reason:
// 0 is none, and Go's client tries again on its own; 0xb is ENHANCE_YOUR_CALM.
func GoAwayPort(code uint32) (*Port, error) {
	id, err := TLS{}.issue()
	if err != nil {
		return nil, err
	}
	id.config.NextProtos = []string{"h2"}
	port, err := newPort(func(conn net.Conn) {
		secured := tls.Server(conn, id.config)
		if secured.Handshake() == nil {
			goAway(secured, code)
		}
	})
	if err != nil {
		return nil, err
	}
	port.trust = id.trust
	return port, nil
}

func goAway(conn *tls.Conn, code uint32) {
	preface := make([]byte, len("PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n"))
	if _, err := io.ReadFull(conn, preface); err != nil {
		return
	}
	conn.Write(frame(frameSettings, 0, nil))
	for {
		head := make([]byte, 9)
		if _, err := io.ReadFull(conn, head); err != nil {
			return
		}
		length := int64(head[0])<<16 | int64(head[1])<<8 | int64(head[2])
		if _, err := io.CopyN(io.Discard, conn, length); err != nil {
			return
		}
		switch {
		case head[3] == frameSettings && head[4]&flagAck == 0:
			conn.Write(frame(frameSettings, flagAck, nil))
		case head[3] == frameHeaders:
			// The last stream that was processed is 0: none.
			conn.Write(frame(frameGoAway, 0, binary.BigEndian.AppendUint32(make([]byte, 4), code)))
			finish(conn)
			return
		}
	}
}

func frame(kind, flags byte, payload []byte) []byte {
	n := len(payload)
	return append([]byte{byte(n >> 16), byte(n >> 8), byte(n), kind, flags, 0, 0, 0, 0}, payload...)
}
