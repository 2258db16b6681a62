package dead

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
)

// Command returns the command "dead".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "dead",
		Short: "Look at dead letters, send them back, or drop them",
		Long: `dead lists the events that failed for good, with their reasons, sends back those whose
cause is fixed, and drops those that nobody needs.

Reading a queue means receiving from it. While a command looks at a letter, the letter is
invisible to others; it is visible again as soon as the command ends, even after Ctrl-C. A
look counts as a receive, but the dead-letter queue has no limit of those. A command does
not see letters that another program is looking at, nor more than 120,000 letters.`,
	}, "name a command: list, show, redrive, drop", listCommand(e), showCommand(e), redriveCommand(e), dropCommand(e))
}

// letterFlags select letters.
type letterFlags struct {
	stack                   cli.StackFlags
	reasons, sources, types []string
	since, until            string
	limit                   int
	json                    bool
}

func (f *letterFlags) add(c *cobra.Command, jsonHelp string) {
	c.Flags().StringSliceVar(&f.reasons, "reason", nil, "letters with one of these `REASONS`, separated by commas:\n"+reasonList())
	c.Flags().StringSliceVar(&f.sources, "source", nil, "letters of these `SOURCES`")
	c.Flags().StringSliceVar(&f.types, "type", nil, "letters of these event `TYPES`")
	cli.Complete(c, "reason", strings.FieldsFunc(reasonList(), func(r rune) bool { return strings.ContainsRune(", \n", r) })...)
	cli.Complete(c, "source", cli.SourceNames()...)
	cli.Complete(c, "type", dialect.TypeNames()...)
	c.Flags().StringVar(&f.since, "since", "", "given up since this `TIME`, as 90m, 24h or 7d ago, or as 2026-10-01 or\n2026-10-01T12:00:00Z")
	c.Flags().StringVar(&f.until, "until", "", "given up before this `TIME`, in the same forms")
	cli.Flag(c, &f.limit, "limit", 0, cli.Whole(0, 0), "at most `N` letters; 0 means all")
	c.Flags().BoolVar(&f.json, "json", false, jsonHelp)
	f.stack.AddIntake(c, "")
}

func reasonList() string {
	var b strings.Builder
	for i, reason := range dead.Reasons() {
		switch {
		case i == 5:
			b.WriteString(",\n")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(string(reason))
	}
	return b.String()
}

func (f *letterFlags) filter(ids []string, now time.Time) (dead.Filter, error) {
	filter := dead.Filter{IDs: ids, Sources: f.sources, Types: f.types}
	for _, text := range f.reasons {
		reason := queue.Reason(text)
		if !slices.Contains(dead.Reasons(), reason) {
			return filter, cli.BadValue("reason", text, "one of "+strings.ReplaceAll(reasonList(), "\n", " "))
		}
		filter.Reasons = append(filter.Reasons, reason)
	}
	var err error
	if filter.From, err = cli.Moment("since", f.since, now); err != nil {
		return filter, err
	}
	if filter.Until, err = cli.Moment("until", f.until, now); err != nil {
		return filter, err
	}
	return filter, cli.CheckUsage(cli.Check{
		Fault: !filter.From.IsZero() && !filter.Until.IsZero() && !filter.From.Before(filter.Until),
		Text:  "no letter matches: --since is not before --until",
	})
}

// chosen reports whether the flags or the ids choose letters.
func (f *letterFlags) chosen(ids []string) bool {
	return len(ids)+len(f.reasons)+len(f.sources)+len(f.types) > 0 || f.since != "" || f.until != ""
}

// newClient returns a client of the intake's dead-letter queue, with a progress line that
// done clears, and the intake.
func newClient(ctx context.Context, e *cli.Env, f cli.StackFlags) (c dead.Client, in cli.Intake, done func(), err error) {
	if in, err = e.Intake(ctx, f); err != nil {
		return c, in, nil, err
	}
	progress := e.Progress()
	c.Progress = progress.Show
	c.Dead, err = in.DeadLetters()
	return c, in, progress.Clear, err
}

// addPlanner gives the client what it needs for plans, and returns the ledger.
func addPlanner(e *cli.Env, c *dead.Client, in operate.Intake) (operate.Ledger, error) {
	ledger, err := in.Ledger()
	if err != nil {
		return nil, err
	}
	c.Records = ledger
	c.Planner.Now = e.Now
	c.Planner.Handlers, err = e.Handlers()
	return ledger, err
}
