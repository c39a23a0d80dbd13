package main

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/creack/pty"
	"github.com/hinshun/vt10x"
)

// BenchmarkFirstFrame opens an integration of 100,000 stored repos with the built
// program on a terminal of 80×24, and measures from its start until the first rows
// of the tree stand there with their counts.
func BenchmarkFirstFrame(b *testing.B) {
	dir := b.TempDir()
	file := fillStore(b, dir, 100_000, time.Now)
	binary := filepath.Join(b.TempDir(), "flow")
	if out, err := exec.Command("go", "build", "-o", binary, ".").CombinedOutput(); err != nil {
		b.Fatalf("build: %v\n%s", err, out)
	}
	var sum time.Duration
	for b.Loop() {
		sum += firstFrame(b, binary, file, dir)
	}
	b.ReportMetric(float64(sum.Microseconds())/1000/float64(b.N), "first-ms")
}

func firstFrame(b *testing.B, binary, file, dir string) time.Duration {
	command := exec.Command(binary, "open", "acme", "--store", file)
	command.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + dir, "XDG_STATE_HOME=" + filepath.Join(dir, "state"), "TERM=xterm-256color", "LANG=C.UTF-8"}
	vt := vt10x.New(vt10x.WithSize(80, 24))
	begun := time.Now()
	terminal, err := pty.StartWithSize(command, &pty.Winsize{Rows: 24, Cols: 80})
	if err != nil {
		b.Fatal(err)
	}
	defer terminal.Close()
	var took time.Duration
	for piece := make([]byte, 64<<10); took == 0; {
		n, err := terminal.Read(piece)
		if err != nil {
			b.Fatalf("it ended before its first frame (%v):\n%s", err, vt.String())
		}
		if _, err := vt.Write(piece[:n]); err != nil {
			b.Fatal(err)
		}
		if frame := vt.String(); strings.Contains(frame, "100,000 repos: 0 imported") && strings.Contains(frame, "area-01") {
			took = time.Since(begun)
		}
	}
	// Whoever reads goes on, so that what it draws meanwhile does not hold it up.
	go func() { _, _ = io.Copy(io.Discard, terminal) }()
	if _, err := terminal.Write([]byte("\x03")); err != nil {
		b.Fatal(err)
	}
	if err := command.Wait(); err != nil {
		b.Fatal(err)
	}
	return took
}
