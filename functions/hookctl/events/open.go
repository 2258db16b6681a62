package events

import (
	"context"
	"errors"
	"strconv"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// noIndex says why what is open takes long to find.
const noIndex = "The table has no index of what is open: the deployed version is older than this hookctl. This reads the whole table."

// open returns the open events that the filter selects, from the index or, if the table has
// none yet, from the whole table.
func open(ctx context.Context, e *cli.Env, l events.OpenLedger, f filter, limit int) (events.Open, error) {
	found, err := events.OpenEvents(ctx, l, f.source, f.eventType, limit)
	if !errors.Is(err, ledger.ErrNoIndex) {
		return found, err
	}
	e.Err.Text("%s", noIndex)
	scan := ledger.Scan{Source: f.source, Type: f.eventType}
	done := reportScan(ctx, e, l, &scan)
	found, err = events.OpenByScan(ctx, l, scan, limit, e.Now())
	done()
	reportSkipped(e, found.Skipped)
	return found, err
}

// listGroups prints what is open in groups, and what the index cannot hold.
func listGroups(ctx context.Context, e *cli.Env, in cli.Intake, l events.OpenLedger, f filter, asJSON bool) error {
	found, err := open(ctx, e, l, f, 0)
	if err != nil {
		return err
	}
	if asJSON {
		for _, g := range found.Groups {
			if err := e.Out.JSONLine(g.View()); err != nil {
				return err
			}
		}
	} else {
		printGroups(e.Out, found, e.Now())
	}
	if f.source != "" || f.eventType != "" || found.Partial {
		return nil // the queue counts the letters of all
	}
	counts, err := in.Counts(ctx)
	if err != nil {
		e.Err.Text("The dead letters could not be counted, so some may not be in the index: %v", err)
		return nil
	}
	if n := found.NotInIndex(counts.DeadLetters); n > 0 {
		e.Err.Text("%s not in the index: hookctl dead list%s shows all. What failed before the index was there is put into it by: hookctl events reindex%s",
			cli.Count(n, "dead letter is", "dead letters are"), in.Flags, in.Flags)
	}
	return nil
}

// printGroups writes the groups as a table for people, and how many events they hold.
func printGroups(out *cli.Writer, o events.Open, now time.Time) {
	if o.Count == 0 {
		out.Print("No event is open: none waits for another try, and none has a dead letter.")
		return
	}
	table := cli.Table{Heading: []string{"EVENTS", "FAILED", "SOURCE", "TYPE", "CAUSE", "SINCE", "LAST", "NEXT TRY", "NEWEST ERROR"}, Numbers: []int{0, 1}, CutLast: true}
	for _, g := range o.Groups {
		next := "-"
		if !g.NextTry.IsZero() {
			next = cli.Time(g.NextTry, now)
		}
		table.Rows = append(table.Rows, []string{
			strconv.Itoa(g.Count), strconv.Itoa(g.Failed), g.Source, g.Type, cli.OrDash(events.Cause(g.Kind)),
			cli.Time(g.First, now), cli.Time(g.Last, now), next, cli.OrDash(g.Error),
		})
	}
	table.Print(out)
	more := ""
	if o.Partial {
		more = "At least "
	}
	out.Print("%s%s in %s, of which %d failed for good. Each of them: --state open", more,
		cli.Count(o.Count, "open event", "open events"), cli.Count(len(o.Groups), "group", "groups"), o.Failed)
}
