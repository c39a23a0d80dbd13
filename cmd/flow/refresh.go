package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"flow"
	"flow/gitlab"
	"flow/store"
)

func (p *program) refreshCommand() *cobra.Command {
	var how refreshFlags
	cmd := &cobra.Command{
		Use:   "refresh NAME",
		Short: "Looks for new groups and repos, and imports what the settings take in",
		Long: `Looks for new groups and repos, and imports what the settings take in.

It walks over all groups and repos that the account is a member of. If the walk is complete, the list is replaced, and repos that auto-import takes and no rule keeps out are imported. If it breaks off, the list stays as it was, and only the data status changes; a long walk goes on where it was if you run this again within an hour.

Where the last complete walk took more than a minute and is less than a day old, only repos that are new are looked for, which takes one request. What was renamed, moved or shared shows in the next complete walk; --complete makes it now.

If more than a tenth of the repos, and at least 20, are missing at once, the list stays as it was and this ends with 13: an outage or a lost role is likelier than that they are gone. --accept-missing takes the new list, --keep-missing drops it.

Nothing that is imported is ever taken out by it. Let cron run it.`,
		Example:           "flow refresh acme-gitlab\nflow refresh acme-gitlab --json --exit-code",
		Args:              takes("NAME"),
		ValidArgsFunction: p.completeNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			if how.contradicts() {
				return &usageError{"Only one of --complete, --new, --accept-missing and --keep-missing can be meant.", "See flow refresh --help."}
			}
			return p.runRefresh(cmd.Context(), args[0], how)
		},
	}
	flags := cmd.Flags()
	flags.BoolVar(&how.asJSON, "json", false, "print one JSON object")
	flags.BoolVar(&how.exitCode, "exit-code", false, "end with 12 if something has changed")
	flags.BoolVar(&how.complete, "complete", false, "walk over everything, however long it takes")
	flags.BoolVar(&how.newOnly, "new", false, "look for new repos only")
	flags.BoolVar(&how.accept, "accept-missing", false, "take the list in which many repos are missing; asks no GitLab")
	flags.BoolVar(&how.keep, "keep-missing", false, "drop that list; asks no GitLab")
	p.addConcurrency(flags)
	return cmd
}

type refreshFlags struct{ asJSON, exitCode, complete, newOnly, accept, keep bool }

// contradicts reports whether two ways to refresh are asked for.
func (f refreshFlags) contradicts() bool {
	ways := 0
	for _, chosen := range []bool{f.complete, f.newOnly, f.accept, f.keep} {
		if chosen {
			ways++
		}
	}
	return ways > 1
}

func (p *program) runRefresh(ctx context.Context, name string, how refreshFlags) error {
	return p.withStore(ctx, func(s *store.Store) error {
		in, err := s.Named(ctx, name)
		if err != nil {
			return err
		}
		var done refreshed
		switch {
		case how.accept || how.keep:
			done, err = p.settleHeld(ctx, s, in, how.accept)
		default:
			done, err = p.lookAt(ctx, s, in, how)
		}
		if err != nil {
			return err
		}
		if how.asJSON {
			err = writeJSON(p.stdout, done)
		} else {
			_, err = fmt.Fprintln(p.stdout, done.sentence(p.now()))
		}
		if err == nil && how.exitCode && done.changed() {
			return verdict(exitChanged)
		}
		return err
	})
}

// lookAt asks GitLab, for everything or for what is new.
func (p *program) lookAt(ctx context.Context, s *store.Store, in flow.Integration, how refreshFlags) (refreshed, error) {
	client := p.newClient()
	defer client.Close()
	done := refreshed{ID: in.ID, Name: in.Name, Discovery: in.Discovery}
	var err error
	if how.newOnly || !how.complete && !in.Discovery.WalkDue(p.now()) {
		progress := p.progress()
		var news flow.News
		news, err = p.setup(client, s).RefreshNew(ctx, in, progress.tell)
		progress.end()
		done.News, done.Outcome, done.Changes = true, flow.Outcome{New: news.Repos, Taken: news.Imported}, news.Repos
	} else {
		done.Discovery, err = p.discover(ctx, client, s, in)
		done.Complete, done.first = true, in.Discovery.At.IsZero()
	}
	if flow.CausedBy(err, flow.Frozen) {
		return done, p.frozen(ctx, s, in, err)
	}
	if err != nil {
		return done, refreshHint(ctx, client, s, in, err)
	}
	return done, nil
}

// settleHeld takes or drops the list in which many repos were missing.
func (p *program) settleHeld(ctx context.Context, s *store.Store, in flow.Integration, accept bool) (refreshed, error) {
	done := refreshed{ID: in.ID, Name: in.Name, Discovery: in.Discovery, Complete: true}
	_, found, err := s.Held(ctx, in.ID)
	switch {
	case err != nil:
		return done, err
	case !found:
		return done, &usageError{in.Name + " has no list that waits to be accepted.", "Run flow refresh " + quoted(in.Name) + " for a new one."}
	case accept:
		done.Discovery, err = s.AcceptHeld(ctx, in.ID)
		return done, err
	}
	done.kept, done.Outcome, done.Changes = true, flow.Outcome{}, 0
	return done, s.DropHeld(ctx, in.ID)
}

// frozen adds which repos are missing, and what can be done, to a refresh whose
// list was not believed.
func (p *program) frozen(ctx context.Context, s *store.Store, in flow.Integration, err error) error {
	held, found, problem := s.Held(ctx, in.ID)
	if problem != nil || !found {
		return err
	}
	hint := &hinted{err: err, commands: commandsFor(in)}
	hint.next = fmt.Sprintf("Missing are %s.\nRun flow refresh %s with --accept-missing to take the new list, with --keep-missing to drop it.",
		listed(held.Examples, held.Lost), quoted(in.Name))
	return hint
}

// listed names a few of n things.
func listed(examples []string, n int) string {
	text := strings.Join(examples, ", ")
	if more := n - len(examples); more > 0 {
		text += " and " + flow.Number(more) + " more"
	}
	return text
}

// outcomeOf is what a complete walk has found, and what of it is otherwise than
// before.
func outcomeOf(d flow.Discovery, first bool) string {
	found, changes := d.Words(first)
	switch {
	case first:
		return found
	case len(changes) == 0:
		return found + "; nothing has changed"
	}
	return found + "; " + strings.Join(changes, ", ")
}

// refreshed is what flow refresh --json prints.
type refreshed struct {
	ID       int64  `json:"id"`
	Name     string `json:"name"`
	Complete bool   `json:"complete"` // false: new repos only were looked for
	flow.Discovery

	News  bool `json:"-"`
	first bool // complete walk of the integration
	kept  bool
}

func (r refreshed) changed() bool { return r.Changes > 0 || r.Taken > 0 && !r.kept }

func (r refreshed) sentence(now time.Time) string {
	switch {
	case r.kept:
		return "The list of " + r.Name + " stays as it was."
	case r.News:
		return fmt.Sprintf("Looked for new repos of %s: %s new, %s imported. The last complete walk was %s.", r.Name,
			flow.Number(r.New), flow.Number(r.Taken), flow.Ago(now, r.At))
	}
	return fmt.Sprintf("Refreshed %s: %s.", r.Name, outcomeOf(r.Discovery, r.first))
}

func (p *program) discover(ctx context.Context, g flow.GitLab, s flow.Store, in flow.Integration) (flow.Discovery, error) {
	progress := p.progress()
	defer progress.end()
	return p.setup(g, s).Refresh(ctx, in, progress.tell)
}

// refreshHint adds what to do about a refresh that failed. A token that is of
// no use any more is replaced.
func refreshHint(ctx context.Context, client *gitlab.Client, s *store.Store, in flow.Integration, err error) error {
	hint := &hinted{err: err, commands: commandsFor(in)}
	switch {
	case in.Method == flow.OAuth && flow.CausedBy(err, flow.ScopeMissing):
		hint.next = "Tick api, read_user and read_repository at the application in GitLab, then run " + hint.reconnect + " --oauth."
	case flow.CausedBy(err, flow.TokenUnknown, flow.TokenExpired, flow.TokenRevoked, flow.ScopeMissing):
		hint.next = "Make a new one in GitLab, then run " + hint.reconnect + " --token-file FILE."
		if page := tokenPage(ctx, client, s, in); page != "" {
			hint.next += " It is made at " + page
		}
	}
	return hint
}

// tokenPage is where a token is made; "" if GitLab does not say.
func tokenPage(ctx context.Context, client *gitlab.Client, s *store.Store, in flow.Integration) string {
	ctx, cancel := context.WithTimeout(ctx, findBound)
	defer cancel()
	conn, err := s.Connection(ctx, in.ID)
	if err != nil {
		return ""
	}
	server, err := client.Find(ctx, in.BaseURL.String(), conn.Network)
	if err != nil {
		return ""
	}
	return strings.Join(append([]string{server.TokenPage}, server.OtherPages...), " or ")
}

// commandsFor are the commands that help an integration which is stored.
func commandsFor(in flow.Integration) commands {
	return commands{again: "flow refresh " + quoted(in.Name), reconnect: "flow reconnect " + quoted(in.Name)}
}
