package main

import (
	"context"
	"encoding/binary"
	"io"
	"net"
)

// nameless is a name server that knows no host: what tests look up is theirs,
// and no other server is asked for it.
func nameless() *net.Resolver {
	return &net.Resolver{PreferGo: true, Dial: func(context.Context, string, string) (net.Conn, error) {
		client, server := net.Pipe()
		go func() {
			defer server.Close()
			answerNoSuchName(server)
		}()
		return client, nil
	}}
}

// answerNoSuchName answers every question so (RFC 1035, 4.1.1; over a stream a
// message stands behind its length, 4.2.2).
func answerNoSuchName(conn net.Conn) {
	const response, recursion, noSuchName = 0x80, 0x80, 3
	for {
		var length uint16
		if binary.Read(conn, binary.BigEndian, &length) != nil || length < 12 {
			return
		}
		message := make([]byte, length)
		if _, err := io.ReadFull(conn, message); err != nil {
			return
		}
		message[2] |= response
		message[3] = recursion | noSuchName
		if _, err := conn.Write(append(binary.BigEndian.AppendUint16(nil, length), message...)); err != nil {
			return
		}
	}
}
