package sources

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
)

// defaultSince is how far back the log is searched for uses. It is longer than any
// documented pause between two tries of a provider.
const defaultSince = time.Hour

// shortestSince is how far back the log must be searched at least: a provider may retry
// for about ten minutes, with the secret of the first try.
const shortestSince = 10 * time.Minute

// errNoSources makes check fail if there are no sources.
var errNoSources = errors.New("there are no sources")

func checkCommand(e *cli.Env) *cobra.Command {
	var f flags
	var since time.Duration
	var asJSON bool
	c := &cobra.Command{
		Use:   "check",
		Short: "Check the sources, and see which secrets are in use",
		Long: `check says whether the current version of the sources is valid and which version serves,
warns of probable mistakes, says how to release requests that were refused and would be accepted
now, and says when each secret last verified a webhook, so that you
know when a rotation can be finished.

It searches the functions' logs, which name a secret by its index in the source's secrets.
Process logs an event when it was processed: what still waits in the queue is not there yet.
Of a source with url_secrets it also says when a webhook last came to an expired URL, and
when one came, within a day, to a URL that expires within a week.
It counts only lines that are at least 6 minutes younger than the last change of these
secrets, because a change takes that long to reach every instance.

It exits with 1 if the current version is not valid, there are no sources, or the log
cannot be read.`,
		Example: `  go tool hookctl sources check --stack webhook-intake
  go tool hookctl sources check --stack webhook-intake --since 24h --json`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return check(ctx, e, f, since, asJSON)
		}),
	}
	f.addStack(c)
	cli.Flag(c, &since, "since", defaultSince, cli.Span(shortestSince), "search the log of this `DURATION` before now, at least 10m")
	c.Flags().BoolVar(&asJSON, "json", false, "print a JSON object")
	return c
}

func check(ctx context.Context, e *cli.Env, f flags, since time.Duration, asJSON bool) error {
	editor, s, err := f.editor(ctx, e)
	if err != nil {
		return err
	}
	report, err := sources.Examine(ctx, editor.Secret)
	if err != nil {
		return err
	}
	now := e.Now()
	ingest, logErr := s.Get(stack.IngestLogs)
	process, processErr := s.Get(stack.ProcessLogs)
	if logErr = errors.Join(logErr, processErr); logErr == nil {
		logErr = report.FindUses(ctx, sources.NewLog(s.Logs(), ingest, process), now, since)
	}
	if asJSON {
		err = e.Out.JSON(report)
	} else {
		printCheck(e.Out, report, s, now)
		printWaiting(ctx, e.Out, s)
		if report.Serving != "" {
			err = printReleasable(ctx, e.Out, s)
		}
	}
	if report.Valid && len(report.Sources) == 0 {
		return errors.Join(err, errNoSources)
	}
	return errors.Join(err, report.Err(), logErr)
}

func printCheck(out *cli.Writer, r *sources.Report, on *stack.Stack, now time.Time) {
	switch {
	case r.Valid && len(r.Sources) == 0:
		printNoSources(out, on)
		return
	case r.Valid:
		out.Print("%s (AWSCURRENT, put %s)\n", out.Good("The current version is valid"), cli.Time(*r.Changed, now))
	case r.Changed != nil:
		out.Print("%s: the previous one serves (AWSPREVIOUS, put %s)\n", out.Bad("The current version is not valid"), cli.Time(*r.Changed, now))
	}
	printUses(out, r, on, now)
	if r.Silent() {
		out.Print("\nNo use of any secret was found. If the stack's LogLevel is warn or error, the logs have no lines of\n" +
			"events that go well.")
	}
	for i, w := range r.Warnings {
		if i == 0 {
			out.Print("")
		}
		out.Print("%s %s", out.Bad("warning:"), w)
	}
}

// printWaiting says that events wait in the queue, which process has not logged. If they
// cannot be counted, it says nothing.
func printWaiting(ctx context.Context, out *cli.Writer, on *stack.Stack) {
	if n, err := on.Counts(ctx, stack.Queue); err == nil && n.Waiting > 0 {
		out.Print("\nIn the queue: %s. Which secrets signed what is there is known when it is processed.", cli.Count(n.Waiting, "event", "events"))
	}
}

// printUses prints a line for each secret, and a conclusion for each source.
func printUses(out *cli.Writer, r *sources.Report, on *stack.Stack, now time.Time) {
	width := 0
	for _, use := range r.Sources {
		width = max(width, len(use.Name))
	}
	for _, use := range r.Sources {
		name := use.Name
		for _, secret := range use.Secrets {
			out.Print("%s  secrets[%d]  %s  %s", cli.Pad(name, width), secret.Index, cli.Pad(secret.Secret, 8), lastUse(r, use, secret, now))
			name = ""
		}
		if use.ExpiredURL != nil {
			out.Text("%s  %s %s", cli.Pad("", width), out.Bad("expired URL:"), "a webhook was refused "+cli.TimeAndAge(*use.ExpiredURL, now)+
				", as its URL was valid no more: submit new URLs (sources url), for longer")
		}
		if use.ExpiringURL != nil {
			out.Text("%s  %s %s", cli.Pad("", width), out.Bad("expiring URL:"), "a webhook came "+cli.TimeAndAge(*use.ExpiringURL, now)+
				" to a URL that expires within a week: unless each request has its own, submit new ones (sources url)")
		}
		text := advice(r, use, now)
		if use.Verdict == sources.Finish {
			text += fmt.Sprintf(":\ngo tool hookctl sources rotate %s --finish%s", use.Name, on.Flags)
		}
		for line := range strings.Lines(text) {
			out.Print("%s  %s", cli.Pad("", width), out.Dim(strings.TrimSuffix(line, "\n")))
		}
	}
}

// advice returns what the verdict on a source means, and what to do. It may be empty, as
// before the log was searched.
func advice(r *sources.Report, s sources.SourceUse, now time.Time) string {
	if r.Since == nil {
		return ""
	}
	switch s.Verdict {
	case sources.Idle:
		return "no accepted webhooks since " + cli.Time(r.SearchedFrom(s), now)
	case sources.TooEarly:
		if s.Known.IsZero() {
			return "an older version was restored, so the log does not show which secret was used:\ncheck again after a new version was put"
		}
		return fmt.Sprintf("too early to say: which secret was used is known only from %s on.\nCheck again after %s, or search a shorter time with --since",
			cli.Time(s.Known, now), cli.Time(s.Known.Add(r.Searched), now))
	case sources.NotYet:
		return "the provider still signs with an older secret: give it secrets[0]"
	case sources.Both:
		return "an older secret was used as well: do not finish the rotation yet, check again later"
	case sources.Unclear:
		return "the log is too long to search: search a shorter time with --since"
	case sources.Finish:
		return fmt.Sprintf("only secrets[0] was used in the last %s: the rotation can be finished", cli.Duration(r.Searched))
	}
	return ""
}

// lastUse returns when a secret was last used, or since when it was not.
func lastUse(r *sources.Report, s sources.SourceUse, u sources.SecretUse, now time.Time) string {
	switch {
	case r.Since == nil, s.Known.IsZero():
		return "not known"
	case u.LastUsed != nil:
		return "last used " + cli.TimeAndAge(*u.LastUsed, now)
	case !u.Searched:
		return "not known"
	}
	return "not used since " + cli.Time(r.SearchedFrom(s), now)
}
