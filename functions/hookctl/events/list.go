package events

import (
	"context"
	"strconv"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func listCommand(e *cli.Env) *cobra.Command {
	var filter filter
	var from cli.StackFlags
	var limit int
	var asJSON bool
	c := &cobra.Command{
		Use:   "list",
		Short: "List events, the newest first",
		Long: `list shows the state of events: when they were received, how often they were tried, which
handlers finished, when the next try is, and why the last one failed. Times are local.

` + costOfScan,
		Example: `  go tool hookctl events list --stack intake --since 24h
  go tool hookctl events list --stack intake --state failed --source contiguity
  go tool hookctl events list --stack intake --state unhandled --json | jq -r .type | sort | uniq -c`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			scan, err := filter.scan(e.Now())
			if err != nil {
				return err
			}
			in, err := e.Intake(ctx, from)
			if err != nil {
				return err
			}
			reader, err := in.Ledger()
			if err != nil {
				return err
			}
			done := reportScan(e, &scan)
			list, err := events.Newest(ctx, reader, scan, limit)
			done()
			if err != nil {
				return err
			}
			reportSkipped(e, list.Skipped)
			return write(e, list, asJSON)
		}),
	}
	filter.add(c)
	cli.Flag(c, &limit, "limit", 50, cli.Whole(1, events.MaxSelected), "list the newest `N`")
	c.Flags().BoolVar(&asJSON, "json", false, "print each event as a line of JSON, and on stderr how many are left out")
	from.Add(c, "")
	return c
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

// How much of the finished handlers' names, and of the last error, a list shows.
const (
	doneWidth  = 48
	errorWidth = 80
)

// printList writes the list as a table for people, and how many events match.
func printList(out *cli.Writer, l events.List, now time.Time) {
	if l.Matched == 0 {
		out.Print("No event matches.")
		return
	}
	const stateColumn = 4
	table := cli.Table{
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
			cli.OrDash(cli.Cut(strings.Join(e.Done, ","), doneWidth)), nextTry(e, now),
			cli.OrDash(cli.Cut(e.LastError(), errorWidth)),
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
