package events

import (
	"context"
	"fmt"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/ledger"
)

// usdPerUnit is what a read unit costs in us-east-1, in a table that is billed by request.
// Source: https://aws.amazon.com/dynamodb/pricing/on-demand/
const usdPerUnit = 0.125e-6

// reportScan says on standard error what reading the whole table takes, before it begins,
// and then shows the progress on a terminal, until done is called.
func reportScan(ctx context.Context, e *cli.Env, l events.Ledger, s *ledger.Scan) (done func()) {
	s.Segments = events.Segments
	size, err := l.Size(ctx)
	switch {
	case err != nil:
		e.Err.Text("Reading the whole table, whose size is not known: %v", err)
	case size.Bytes > 0:
		e.Err.Text("%s", sizeText(size))
	}
	progress := e.Progress()
	s.Progress = func(items int) {
		if size.Items > 0 {
			progress.Showf("%d of about %d items read", items, size.Items)
			return
		}
		progress.Showf("%d items read", items)
	}
	return progress.Clear
}

// sizeText says how large the table is, and what reading it costs.
func sizeText(size ledger.Size) string {
	units := size.ReadUnits()
	return fmt.Sprintf("Reading the whole table: about %d items, %.1f MB, %d read units (US$ %.4f in us-east-1).",
		size.Items, float64(size.Bytes)/1e6, units, float64(units)*usdPerUnit)
}
