package main

import (
	"encoding/json"
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"github.com/spf13/cobra"
)

func (p *program) versionCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "version",
		Short:   "Prints the version of this program",
		Long:    "Prints the version of this program, and what it was built from.",
		Example: "flow version --json",
		Args:    takes(),
		RunE:    func(*cobra.Command, []string) error { return p.runVersion(asJSON) },
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object")
	return cmd
}

func (p *program) runVersion(asJSON bool) error {
	b := buildOf()
	if asJSON {
		return writeJSON(p.stdout, b)
	}
	from := ""
	if b.Revision != "" {
		from = " of " + b.Revision[:min(12, len(b.Revision))]
		if b.Modified {
			from += ", modified"
		}
	}
	_, err := fmt.Fprintf(p.stdout, "flow %s%s (%s, %s/%s)\n", b.Version, from, b.Go, b.OS, b.Arch)
	return err
}

// A build is what this program was made from.
type build struct {
	Version  string `json:"version"` // 1.2.3, or devel
	Revision string `json:"revision"`
	Modified bool   `json:"modified"` // the working copy differed from the revision
	Go       string `json:"go"`
	OS       string `json:"os"`
	Arch     string `json:"arch"`
}

// buildOf prefers what the linker was told to what the go command noted.
func buildOf() build {
	b := build{Version: version, Go: runtime.Version(), OS: runtime.GOOS, Arch: runtime.GOARCH}
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, s := range info.Settings {
			switch s.Key {
			case "vcs.revision":
				b.Revision = s.Value
			case "vcs.modified":
				b.Modified = s.Value == "true"
			}
		}
		if b.Version == "" && info.Main.Version != "(devel)" {
			b.Version = info.Main.Version
		}
	}
	if b.Version == "" {
		b.Version = "devel"
	}
	return b
}

// writeJSON writes one value, for people and programs alike.
func writeJSON(w io.Writer, value any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(value)
}
