package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"

	"flow"
)

// readBounded reads a file of at most limit bytes; of a longer one it returns
// one byte more.
func readBounded(ctx context.Context, file string, limit int64) (text []byte, open bool, err error) {
	type result struct {
		text []byte
		open bool
	}
	// A pipe may keep its readers waiting.
	r, err := await(ctx, func() (result, error) {
		f, err := os.Open(file)
		if err != nil {
			return result{}, err
		}
		defer f.Close()
		info, err := f.Stat()
		if err != nil {
			return result{}, err
		}
		text, err := io.ReadAll(io.LimitReader(f, limit+1))
		return result{text, info.Mode().IsRegular() && info.Mode().Perm()&0o077 != 0}, err
	})
	return r.text, r.open, err
}

// warnOpen says that others can read a file that holds a secret.
func (p *program) warnOpen(file string) {
	fmt.Fprintf(p.stderr, "Others can read %s. Run chmod 600 on it.\n", shownPath(file))
}

func shownPath(file string) string { return flow.CleanLine(file, 200) }

// unreadable is the mistake of naming a file that can't be read.
func unreadable(what, flag, file string, err error) error {
	why := err
	var path *fs.PathError
	switch {
	case flow.CausedBy(err, flow.Cancelled):
		return err
	case errors.As(err, &path):
		why = path.Err
	}
	return &usageError{fmt.Sprintf("The %s %s can't be read: %s.", what, shownPath(file), why), "Check " + flag + "."}
}

// readPEM reads a file of certificates or a key.
func (p *program) readPEM(ctx context.Context, what, flag, file string) (data []byte, open bool, err error) {
	data, open, err = readBounded(ctx, file, flow.MaxCertificateFile)
	switch {
	case err != nil:
		return nil, false, unreadable(what, flag, file, err)
	case len(data) > flow.MaxCertificateFile:
		return nil, false, &usageError{fmt.Sprintf("The %s %s is larger than %d MB.", what, shownPath(file), flow.MaxCertificateFile>>20), "Check " + flag + "."}
	}
	return data, open, nil
}
