package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/screen"
	"webhookintake/functions/hookctl/sources"
	"webhookintake/functions/hookctl/stack"
)

// defaultSince is how far back uses of secrets are looked for: longer than the pause
// between two tries of a provider that documents one.
const defaultSince = time.Hour

// shortestSince is how far back uses are looked for at least: a provider that tries again
// does so for about ten minutes, with the secret of the first try.
const shortestSince = 10 * time.Minute

// errNoSources is what a script learns from check where there are none.
var errNoSources = errors.New("there are no sources")

func (a *app) sourcesListCommand() *cobra.Command {
	var f sourcesFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List the sources",
		Long: `list shows the sources, with their secrets masked: of a secret of 12 characters and more
the last four are shown, of a shorter one nothing.`,
		Example: `  go tool hookctl sources list --stack webhook-intake
  go tool hookctl sources list --stack webhook-intake --json | jq -r .[].name`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			return a.listSources(ctx, f, asJSON)
		}),
	}
	f.addStack(c)
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON array")
	return c
}

func (a *app) listSources(ctx context.Context, f sourcesFlags, asJSON bool) error {
	editor, s, err := a.editor(ctx, f)
	if err != nil {
		return err
	}
	base, err := editor.Load(ctx)
	if err != nil {
		return err
	}
	if _, err := base.Document.Validate(); err != nil {
		return fmt.Errorf("the current version is not valid:\n%w\nwhat serves, shows: go tool hookctl sources check%s", err, s.Flags)
	}
	rows := base.Document.Rows()
	if asJSON {
		return a.printJSON(rows)
	}
	if len(rows) == 0 {
		a.printNoSources(s)
		return nil
	}
	table := [][]string{{"SOURCE", "PROVIDER", "SECRETS", "", "SETTINGS"}}
	for _, r := range rows {
		table = append(table, []string{r.Name, r.Provider, strconv.Itoa(len(r.Secrets)), strings.Join(r.Secrets, " "), r.SettingsText()})
	}
	a.printTable(table)
	return nil
}

func (a *app) printNoSources(s *stack.Stack) {
	fmt.Fprintf(a.stdout, "There are no sources yet: every webhook is answered with 404 (unknown_source).\nSet one:  go tool hookctl sources set NAME%s\n", s.Flags)
}

// printTable aligns the columns; the first row is the head.
func (a *app) printTable(rows [][]string) {
	s := screen.New(a.stdout, a.getenv)
	widths := make([]int, len(rows[0]))
	for _, row := range rows {
		for i, cell := range row {
			widths[i] = max(widths[i], len([]rune(cell)))
		}
	}
	for n, row := range rows {
		var line strings.Builder
		for i, cell := range row {
			line.WriteString(screen.Pad(cell, widths[i]) + "  ")
		}
		text := strings.TrimRight(line.String(), " ")
		if n == 0 {
			text = s.Dim(text)
		}
		s.Print("%s", text)
	}
}

func (a *app) printJSON(value any) error {
	e := json.NewEncoder(a.stdout)
	e.SetIndent("", "  ")
	return e.Encode(value)
}

func (a *app) sourcesCheckCommand() *cobra.Command {
	var f sourcesFlags
	var since time.Duration
	var asJSON bool
	c := &cobra.Command{
		Use:   "check",
		Short: "See which secrets are in use, and what is wrong with the sources",
		Long: `check says whether the current version of the sources is valid, and which one serves; what
of them is probably not meant; and when each secret last vouched for a webhook, so that
one knows when a rotation can be finished.

Uses are looked for in the log of Ingest, which names the secret by its place among the
source's. So only lines are counted that are younger than the last change of the source's
secrets, and 6 minutes, in which the change reaches every instance.

It exits with 1 where the current version is not valid, there are no sources, or the log
cannot be read.`,
		Example: `  go tool hookctl sources check --stack webhook-intake
  go tool hookctl sources check --stack webhook-intake --since 24h --json`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			if since < shortestSince {
				return &usageError{fmt.Errorf("--since has to be at least %s: a provider may try again for as long", sources.Span(shortestSince))}
			}
			return a.checkSources(ctx, f, since, asJSON)
		}),
	}
	f.addStack(c)
	c.Flags().DurationVar(&since, "since", defaultSince, "look for uses so `LONG` back, at least 10m")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return c
}

func (a *app) checkSources(ctx context.Context, f sourcesFlags, since time.Duration, asJSON bool) error {
	editor, s, err := a.editor(ctx, f)
	if err != nil {
		return err
	}
	report, err := sources.Examine(ctx, editor.Secret)
	if err != nil {
		return err
	}
	now := a.now()
	group, logErr := s.Get(stack.IngestLogs)
	if logErr == nil {
		logErr = report.FindUses(ctx, sources.NewLog(s.Logs(), group), now, since)
	}
	if asJSON {
		err = a.printJSON(report)
	} else {
		a.printCheck(report, s, now)
	}
	if report.Valid && len(report.Sources) == 0 {
		return errors.Join(err, errNoSources)
	}
	return errors.Join(err, report.Err(), logErr)
}

func (a *app) printCheck(r *sources.Report, on *stack.Stack, now time.Time) {
	s := screen.New(a.stdout, a.getenv)
	switch {
	case r.Valid && len(r.Sources) == 0:
		a.printNoSources(on)
		return
	case r.Valid:
		s.Print("%s (AWSCURRENT, put %s)\n", s.Good("The current version is valid"), sources.Clock(*r.Changed))
	case r.Changed != nil:
		s.Print("%s: the previous one serves (AWSPREVIOUS, put %s)\n", s.Bad("The current version is not valid"), sources.Clock(*r.Changed))
	}
	a.printUses(s, r, on, now)
	if r.Silent() {
		s.Print("\nNo use of any secret was found. With the stack's LogLevel at warn or error, the log has no\n" +
			"lines of accepted webhooks.")
	}
	for i, w := range r.Warnings {
		if i == 0 {
			s.Print("")
		}
		s.Print("%s %s", s.Bad("warning:"), w)
	}
}

// printUses prints a line a secret, and under those of a source what they mean.
func (a *app) printUses(s *screen.Screen, r *sources.Report, on *stack.Stack, now time.Time) {
	width := 0
	for _, use := range r.Sources {
		width = max(width, len(use.Name))
	}
	for _, use := range r.Sources {
		name := use.Name
		for _, secret := range use.Secrets {
			s.Print("%s  secrets[%d]  %s  %s", screen.Pad(name, width), secret.Index, screen.Pad(secret.Secret, 8), r.Last(use, secret, now))
			name = ""
		}
		advice := r.Advice(use)
		if use.Verdict == sources.Finish {
			advice += fmt.Sprintf(":\ngo tool hookctl sources rotate %s --finish%s", use.Name, on.Flags)
		}
		for line := range strings.Lines(advice) {
			s.Print("%s  %s", screen.Pad("", width), s.Dim(strings.TrimSuffix(line, "\n")))
		}
	}
}
