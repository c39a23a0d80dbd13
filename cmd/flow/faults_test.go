package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A mishap is something that goes wrong between Flow and a GitLab. run sets it
// up and runs into it by the commands that people run.
type mishap struct {
	name string
	run  func(*trial)
}

// mishaps are all of them, in the order of the golden file.
var mishaps = slices.Concat(wayMishaps, proxyMishaps, frontMishaps, gitlabMishaps, lieMishaps)

const faultsFile = "testdata/golden/faults.txt"

// TestFaults holds what Flow says to each of them to testdata/golden/faults.txt:
// the sentence, the next step and the exit code. -update rewrites it.
func TestFaults(t *testing.T) {
	golden := readSections(t)
	var mu sync.Mutex
	got := map[string]string{}
	t.Run("all", func(t *testing.T) {
		for i, m := range mishaps {
			if underRace && i%4 != 0 {
				continue // all of them go the same ways through the program
			}
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				trial := newTrial(t)
				m.run(trial)
				text := trial.told()
				mu.Lock()
				got[m.name] = text
				mu.Unlock()
				if want, known := golden[m.name]; !*update && (!known || text != want) {
					t.Errorf("what is said differs; go test ./cmd/flow -run TestFaults -update rewrites %s\ngot:\n%s\nwant:\n%s", faultsFile, text, want)
				}
			})
		}
	})
	switch {
	case *update && len(got) == len(mishaps):
		writeSections(t, got)
	case len(golden) != len(mishaps) && !*update:
		t.Errorf("%s has %d sections, there are %d mishaps", faultsFile, len(golden), len(mishaps))
	}
}

const sectionMark = "# "

// readSections reads the golden file: what stands below each name.
func readSections(t *testing.T) map[string]string {
	t.Helper()
	text, err := os.ReadFile(faultsFile)
	if err != nil && !*update {
		t.Fatal(err)
	}
	sections := map[string]string{}
	name := ""
	for line := range strings.Lines(string(text)) {
		if title, ok := strings.CutPrefix(line, sectionMark); ok {
			name = strings.TrimSpace(title)
			continue
		}
		sections[name] += line
	}
	delete(sections, "")
	for name, text := range sections {
		sections[name] = strings.TrimRight(text, "\n") + "\n" // without the empty line between two
	}
	return sections
}

func writeSections(t *testing.T, sections map[string]string) {
	t.Helper()
	var texts []string
	for _, m := range mishaps {
		texts = append(texts, sectionMark+m.name+"\n"+sections[m.name])
	}
	if err := os.MkdirAll(filepath.Dir(faultsFile), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(faultsFile, []byte(strings.Join(texts, "\n")), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestMishapsHaveNamesOfTheirOwn(t *testing.T) {
	seen := map[string]bool{}
	for _, m := range mishaps {
		if seen[m.name] {
			t.Errorf("%q is there twice", m.name)
		}
		seen[m.name] = true
	}
	if len(mishaps) < 40 {
		t.Errorf("only %d", len(mishaps))
	}
}
