package main

import (
	"context"
	"fmt"
	"strings"
	"time"

	"flow"
)

// findBound is how long an error waits for an address in GitLab that belongs to
// it.
const findBound = 10 * time.Second

// howToRegister says, in place of an error that there is no client ID, how to get
// one: what to register where. The exact values depend on the GitLab, which is
// asked if it answers.
func (p *program) howToRegister(ctx context.Context, d flow.Draft, err error) error {
	asking, cancel := context.WithTimeout(ctx, findBound)
	defer cancel()
	client := p.newClient()
	defer client.Close()
	server, unknown := client.Find(asking, d.Address, d.Network)
	if ctx.Err() != nil {
		return ctx.Err()
	}
	where := "in GitLab, under Preferences, Applications, "
	if unknown == nil {
		d.SetServer(server)
		where = "in GitLab, at\n" + server.AppPage + "\n"
	} else {
		d.Server = flow.Server{Public: true}
	}
	return &hinted{err: err, next: "Register Flow " + where + "with exactly these values:\n" + registration(d) +
		"Then run the same command with Application ID as --client-id, and Secret in a file as --client-secret-file."}
}

// registration is what to fill in, a row for each field of GitLab's page.
func registration(d flow.Draft) string {
	scopes := d.Server.Scopes
	if len(scopes) == 0 {
		scopes = flow.WantedScopes
	}
	rows := [][2]string{{"Name", "Flow"}}
	for i, uri := range d.SignIn().Redirects() {
		label := "Redirect URI"
		if i > 0 {
			label = "" // all of them, one a line
		}
		rows = append(rows, [2]string{label, uri})
	}
	if d.Server.Public {
		rows = append(rows, [2]string{"Confidential", "on, where there is such a box"})
	}
	rows = append(rows, [2]string{"Scopes", scopes.String()})
	var b strings.Builder
	for _, row := range rows {
		fmt.Fprintf(&b, "  %-14s%s\n", row[0], row[1])
	}
	return b.String()
}
