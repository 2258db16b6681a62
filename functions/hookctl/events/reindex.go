package events

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

func reindexCommand(e *cli.Env) *cobra.Command {
	var from cli.StackFlags
	c := &cobra.Command{
		Use:   "reindex",
		Short: "Put into the index what failed before it was there",
		Long: `reindex reads the whole table and puts the events that are open into the index that
"events list" reads. Run it once after the upgrade to the version that brought the index,
and after a rollback. It changes nothing else of a record, and nothing of an event that is
handled meanwhile. It can be run again at any time.

` + costOfScan,
		Example: `  go tool hookctl events reindex --stack intake`,
		Args:    cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			_, l, err := openLedger(ctx, e, from)
			if err != nil {
				return err
			}
			var scan ledger.Scan
			done := reportScan(ctx, e, l, &scan)
			found, err := events.Reindex(ctx, l, scan, e.Now())
			done()
			reportSkipped(e, found.Skipped)
			if err != nil {
				return fmt.Errorf("after %s: %w; run it again: what is written stays", cli.Count(found.Records, "record", "records"), err)
			}
			e.Out.Print("Read %s, changed the index for %d of them.", cli.Count(found.Records, "record", "records"), found.Wrote)
			return nil
		}),
	}
	from.AddIntake(c, "")
	return c
}
