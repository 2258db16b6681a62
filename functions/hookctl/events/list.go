package events

import (
	"context"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func listCommand(e *cli.Env) *cobra.Command {
	var f filter
	var from cli.StackFlags
	var limit int
	var all, asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List what is open, or any events",
		Long: `list shows what is open: the events that failed and wait for another try, or have a dead
letter. It groups them by source, type and cause, the cause being the handler and the type
of its error. With --state open it shows each of them, with what happens next and why the
last run failed. Both read the index of what is open, and nothing else.

With --all, another state or a time it shows any events, the newest first. Times are local.
` + costOfScan,
		Example: `  go tool hookctl events list --stack intake
  go tool hookctl events list --stack intake --state open --source contiguity
  go tool hookctl events list --stack intake --since 24h
  go tool hookctl events list --stack intake --state unhandled --json | jq -r .type | sort | uniq -c`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			return list(ctx, e, from, f, limit, all, asJSON)
		}),
	}
	f.add(c, append([]string{stateOpen}, states()...)...)
	c.Flags().BoolVar(&all, "all", false, "any events, not only those that are open")
	cli.Flag(c, &limit, "limit", 50, cli.Whole(1, events.MaxSelected), "list the newest `N`")
	c.Flags().BoolVar(&asJSON, "json", false, "print each group or event as a line of JSON, and on stderr how many are\nleft out")
	from.AddIntake(c, "")
	return c
}

// list lists groups, open events, or any events.
func list(ctx context.Context, e *cli.Env, from cli.StackFlags, f filter, limit int, all, asJSON bool) error {
	timed := f.since != "" || f.until != ""
	if f.state == stateOpen && (all || timed) {
		return cli.Usagef("--state open goes with --source and --type only: the index does not know when an event was received")
	}
	scan, err := f.scan(e.Now())
	if err != nil {
		return err
	}
	in, reader, err := openLedger(ctx, e, from)
	if err != nil {
		return err
	}
	e.TellPaused(ctx, in)
	switch {
	case f.state == "" && !all && !timed:
		return listGroups(ctx, e, in, reader, f, asJSON)
	case f.state == stateOpen:
		found, err := open(ctx, e, reader, f, limit)
		if err != nil {
			return err
		}
		return write(e, events.List{Entries: found.Entries, Matched: found.Count}, asJSON)
	}
	done := reportScan(ctx, e, reader, &scan)
	found, err := events.Newest(ctx, reader, scan, limit)
	done()
	if err != nil {
		return err
	}
	reportSkipped(e, found.Skipped)
	return write(e, found, asJSON)
}

func write(e *cli.Env, list events.List, asJSON bool) error {
	if !asJSON {
		printList(e.Out, list, e.Now())
		return nil
	}
	if left := list.Matched - len(list.Entries); left > 0 {
		e.Err.Print("%s match too; --limit shows more", cli.Count(left, "older event", "older events"))
	}
	for _, entry := range list.Entries {
		if err := e.Out.JSONLine(entry.View()); err != nil {
			return err
		}
	}
	return nil
}

// printList writes the list as a table for people, and how many events match.
func printList(out *cli.Writer, l events.List, now time.Time) {
	if l.Matched == 0 {
		out.Print("No event matches.")
		return
	}
	const stateColumn = 4
	table := cli.Table{
		CutLast: true, Less: []int{6, 5}, // events show has them
		Heading: []string{"RECEIVED", "SOURCE", "ID", "TYPE", "STATE", "ATTEMPTS", "DONE", "NEXT TRY", "LAST ERROR"},
		Style: func(row, column int, cell string) string {
			if column == stateColumn {
				return colour(out, l.Entries[row], cell)
			}
			return cell
		},
	}
	for _, e := range l.Entries {
		table.Rows = append(table.Rows, []string{
			cli.Time(e.Received, now), e.Source(), e.ID(), e.Type, e.StateText(), strconv.Itoa(e.Attempts),
			cli.List(e.Done), nextTry(e, now), cli.OrDash(e.LastError()),
		})
	}
	table.Print(out)
	if len(l.Entries) < l.Matched {
		out.Print("The newest %d of %d events that match; --limit shows more.", len(l.Entries), l.Matched)
		return
	}
	out.Print("%s matched.", cli.Count(l.Matched, "event", "events"))
}

func colour(out *cli.Writer, e events.Entry, text string) string {
	switch e.State {
	case ledger.StateFailed:
		return out.Bad(text)
	case ledger.StateCompleted:
		return out.Good(text)
	}
	return text
}

func nextTry(e events.Entry, now time.Time) string {
	switch e.State {
	case ledger.StateReleased:
		return cli.Time(e.NotBefore, now)
	case ledger.StateClaimed:
		return "lease until " + cli.Time(e.Lease, now)
	}
	return "-"
}
