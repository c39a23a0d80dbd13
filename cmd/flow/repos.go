package main

import (
	"bufio"
	"context"
	"encoding/json"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flow"
	"flow/store"
)

func (p *program) reposCommand() *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "repos NAME",
		Short: "Lists the repos of an integration, with what becomes of each and why",
		Long: `Lists the repos of an integration as the last complete discovery found them: state, role, path, what decided the state, and what is special about it, such as archived, fork or no longer found.

The states: imported, not imported (no auto-import asks for it), excluded (a rule keeps it out), kept out (by hand), paused (kept out by hand after it was imported; its data stays), not supported.

It reads what is stored and asks no GitLab; flow refresh does. With --json it prints one array, one repo a line.`,
		Example:           "flow repos acme-gitlab\nflow repos acme-gitlab --json",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			return p.runRepos(cmd.Context(), args[0], asJSON)
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON array")
	return cmd
}

func (p *program) runRepos(ctx context.Context, name string, asJSON bool) error {
	var review *flow.Review
	err := p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err == nil {
			review, err = s.Review(ctx, in.ID)
		}
		return err
	})
	switch {
	case err != nil:
		return err
	case asJSON:
		return writeRepos(p.stdout, review, p.now())
	}
	var rows [][]string
	if p.isTerminal(p.stdout) {
		rows = append(rows, []string{"State", "Role", "Path", "Reason"})
	}
	for i, d := range review.Decisions(p.now()) {
		repo := &review.Repos[i]
		reason := d.Reason()
		if flags := repo.Flags(); len(flags) > 0 {
			reason += " (" + strings.Join(flags, ", ") + ")"
		}
		rows = append(rows, []string{d.State.String(), roleOf(repo), repo.Path, reason})
	}
	return writeTable(p.stdout, rows)
}

func roleOf(r *flow.Repo) string { return strings.ToLower(r.Role.String()) }

// A repoRecord is a repo as --json prints it.
type repoRecord struct {
	ID            int64      `json:"id"`
	Path          string     `json:"path"`
	Name          string     `json:"name"`
	Group         string     `json:"group"` // path; "" where the group is not known
	State         flow.State `json:"state"`
	Reason        string     `json:"reason"`
	Role          string     `json:"role"`
	ActiveAt      *time.Time `json:"active_at"`      // null: not known
	ImportedSince *time.Time `json:"imported_since"` // null: never imported
	Archived      bool       `json:"archived"`
	Fork          bool       `json:"fork"`
	Mirror        bool       `json:"mirror"`
	Empty         bool       `json:"empty"`
	Public        bool       `json:"public"`
	SHA256        bool       `json:"sha256"`
	Flags         []string   `json:"flags"`
}

func repoRecordOf(review *flow.Review, i int, d flow.Decision) repoRecord {
	r := &review.Repos[i]
	group := ""
	if g := review.Owner(i); g >= 0 {
		group = review.Groups[g].Path
	}
	return repoRecord{
		ID: r.ID, Path: r.Path, Name: r.Name, Group: group,
		State: d.State, Reason: d.Reason(), Role: roleOf(r),
		ActiveAt: known(r.ActiveAt.Time()), ImportedSince: known(r.ImportedAt.Time()),
		Archived: r.Archived, Fork: r.Fork, Mirror: r.Mirror, Empty: r.Empty, Public: r.Public, SHA256: r.SHA256,
		Flags: append([]string{}, r.Flags()...),
	}
}

func known(t time.Time) *time.Time {
	if t.IsZero() {
		return nil
	}
	return &t
}

// writeRepos writes one repo a line, so that a million of them need no memory
// and line tools can read them.
func writeRepos(w io.Writer, review *flow.Review, now time.Time) error {
	out := bufio.NewWriter(w)
	out.WriteString("[")
	separator := "\n"
	for i, d := range review.Decisions(now) {
		line, err := json.Marshal(repoRecordOf(review, i, d))
		if err != nil {
			return err
		}
		out.WriteString(separator)
		out.Write(line)
		separator = ",\n"
	}
	out.WriteString("\n]\n")
	return out.Flush()
}
