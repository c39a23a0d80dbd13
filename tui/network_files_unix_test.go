//go:build unix

package tui

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"flow"
)

// What can't be a certificate file is said, and a pipe is not waited for.
func TestFilesThatCannotBeRead(t *testing.T) {
	dir := t.TempDir()
	pipe, large, small := filepath.Join(dir, "pipe"), filepath.Join(dir, "large"), filepath.Join(dir, "small.pem")
	if err := syscall.Mkfifo(pipe, 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(large, make([]byte, flow.MaxCertificateFile+1), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(small, []byte("text"), 0o600); err != nil {
		t.Fatal(err)
	}
	for path, where := range map[string]string{
		filepath.Join(dir, "none"): "there is no such file", dir: "it is a folder", pipe: "it is no file", large: "it is larger than 1 MB",
	} {
		_, err := readFile(path, "")
		if f := flow.FaultOf(err); f.Cause != flow.BadCertificate || f.Where != where {
			t.Errorf("%s: %v, want %s", path, err, where)
		}
	}
	if data, err := readFile("~/small.pem", dir); err != nil || string(data) != "text" {
		t.Errorf("with ~ it reads %q (%v)", data, err)
	}
}
