package tui

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	tea "charm.land/bubbletea/v2"

	"flow"
)

// readBound is how long reading a file may take, such as one on a share.
const readBound = 15 * time.Second

// networkRead is what the files of an answer hold.
type networkRead struct {
	authorities string // of netCA
	certificate string // of netCertificate and netKey
	key         flow.Secret
	err         error
	at          netStop // where the error belongs
}

// takeAuthorities reads the authorities to trust from a file; no path means none.
func (f *networkFields) takeAuthorities(path string) tea.Cmd {
	f.taken[netCA], f.n.Authorities = path, ""
	if path == "" {
		return nil
	}
	home := f.env.Getenv("HOME")
	return f.read(netCA, func() networkRead {
		data, err := readFile(path, home)
		var text string
		if err == nil {
			text, err = flow.ReadAuthorities(path, data)
		}
		return networkRead{authorities: text, err: err, at: netCA}
	})
}

// takeCertificate reads Flow's own certificate and its key, once both are there:
// the same file may hold them.
func (f *networkFields) takeCertificate(left netStop) tea.Cmd {
	path, keyPath := strings.TrimSpace(f.texts[netCertificate].value()), strings.TrimSpace(f.texts[netKey].value())
	same := path == f.taken[netCertificate] && keyPath == f.taken[netKey]
	if same && f.bad[netCertificate] == nil && (f.n.Certificate != "" || path == "" && keyPath == "") {
		return nil
	}
	f.bad[netCertificate], f.bad[netKey] = nil, nil
	f.taken[netCertificate], f.taken[netKey] = path, keyPath
	f.n.Certificate, f.n.Key = "", flow.Secret{}
	if path == "" {
		if keyPath != "" && left == netKey {
			f.bad[netCertificate] = &flow.Fault{Cause: flow.BadCertificate, Detail: keyPath, Where: "the certificate to this key is missing"}
		}
		return nil
	}
	home := f.env.Getenv("HOME")
	return f.read(netCertificate, func() networkRead {
		r := readPair(path, keyPath, home)
		if keyPath == "" && left == netCertificate && r.at == netKey {
			r.err = nil // its key comes next
		}
		return r
	})
}

// read runs read in the background.
func (f *networkFields) read(s netStop, read func() networkRead) tea.Cmd {
	return f.readers[s].start(f.env, readBound, func(context.Context, func(tea.Msg)) tea.Msg { return read() })
}

// reading reports whether files are being read.
func (f *networkFields) reading() bool {
	return f.readers[netCA].running() || f.readers[netCertificate].running()
}

// take takes what was read; false: the message is not of a reader.
func (f *networkFields) take(m taskMsg) bool {
	for _, s := range []netStop{netCA, netCertificate} {
		got, _ := f.readers[s].take(m)
		r, ok := got.(networkRead)
		if !ok {
			continue
		}
		f.readers[s].stop()
		switch {
		case r.err != nil:
			f.bad[r.at] = flow.FaultOf(r.err)
		case s == netCA:
			f.n.Authorities = r.authorities
		default:
			f.n.Certificate, f.n.Key = r.certificate, r.key
			f.lost = false
		}
		return true
	}
	return false
}

// readPair reads a certificate and its key. Without a path of its own the key
// stands in the certificate's file.
func readPair(path, keyPath, home string) networkRead {
	r := networkRead{at: netCertificate}
	certificate, err := readFile(path, home)
	if err != nil {
		r.err = err
		return r
	}
	key, name := certificate, path
	if keyPath != "" {
		name = keyPath
		if key, err = readFile(keyPath, home); err != nil {
			r.err, r.at = err, netKey
			return r
		}
	}
	if len(flow.Certificates(string(certificate))) == 0 {
		name = path
	} else {
		r.at = netKey
	}
	r.certificate, r.key, r.err = flow.ReadClientCertificate(name, certificate, key)
	return r
}

// readFile reads a small file; ~ is the home folder. Fault BadCertificate.
func readFile(path, home string) ([]byte, error) {
	bad := func(where string, err error) ([]byte, error) {
		return nil, &flow.Fault{Cause: flow.BadCertificate, Detail: flow.CleanLine(path, 80), Where: where, Err: err}
	}
	name := path
	if rest, ok := strings.CutPrefix(path, "~/"); ok && home != "" {
		name = filepath.Join(home, rest)
	}
	// A pipe would be waited for without end.
	info, err := os.Stat(name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return bad("there is no such file", err)
	case err != nil:
		return bad("it can't be read", err)
	case info.IsDir():
		return bad("it is a folder", nil)
	case !info.Mode().IsRegular():
		return bad("it is no file", nil)
	}
	file, err := os.Open(name)
	if err != nil {
		return bad("it can't be read", err)
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, flow.MaxCertificateFile+1))
	switch {
	case err != nil:
		return bad("it can't be read", err)
	case len(data) > flow.MaxCertificateFile:
		return bad(fmt.Sprintf("it is larger than %d MB", flow.MaxCertificateFile>>20), nil)
	}
	return data, nil
}
