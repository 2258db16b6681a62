package cost

import (
	"context"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
)

// Command returns the command "cost".
func Command(e *cli.Env) *cobra.Command {
	u := DefaultUsage()
	var from cli.StackFlags
	var asJSON, markdown, scale bool
	c := &cobra.Command{
		Use:   "cost",
		Short: "Estimate what a month on AWS costs, line by line",
		Long: `cost estimates what a number of events a month costs, with Watch=lean and with Watch=full,
and names the parameters that make a line less. It computes with AWS's prices of one day and
with measurements of the built functions, which come with it. Free tiers are not subtracted,
and what your handlers call costs extra.

With --stack it takes from a deployed stack its parameters, and from CloudWatch how many
webhooks, events and batches it had within 30 days and how long its functions took; it
makes no other request. Without it, it makes none.

With --scale it prints instead what limits the stack at 10, 1,000 and 100,000 events a
second, as in the README.`,
		Example: `  go tool hookctl cost
  go tool hookctl cost --events 50000000 --batch 4 --handler-wait 300ms
  go tool hookctl cost --stack webhook-intake
  go tool hookctl cost --json | jq .total_usd`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			p, err := DefaultPrices()
			if err != nil {
				return err
			}
			m, err := DefaultMeasured()
			if err != nil {
				return err
			}
			if scale {
				return At(p, m, u.HandlerWait, 10, 1000, 100_000).WriteMarkdown(e.Out)
			}
			if from.Name != "" {
				if u, err = observed(ctx, e, from, u); err != nil {
					return err
				}
			}
			return writeBill(e.Out, p, m, u, asJSON, markdown)
		}),
	}
	addUsage(c, &u)
	f := c.Flags()
	f.BoolVar(&asJSON, "json", false, "print one JSON document")
	f.BoolVar(&markdown, "markdown", false, "print it in Markdown, as in the README")
	f.BoolVar(&scale, "scale", false, "print what limits the stack at some rates, in Markdown")
	from.AddNamed(c, "take the numbers of the deployed stack with this `NAME`")
	c.MarkFlagsMutuallyExclusive("json", "markdown", "scale")
	for _, other := range []string{"events", "batch", "sources", "arm64", "payloads", "large", "memory", "stack"} {
		c.MarkFlagsMutuallyExclusive("scale", other)
	}
	for _, other := range []string{"events", "batch", "arm64", "payloads", "memory", "handler-wait"} {
		c.MarkFlagsMutuallyExclusive("stack", other)
	}
	return c
}

// addUsage adds the flags that say what the bill is for.
func addUsage(c *cobra.Command, u *Usage) {
	f := c.Flags()
	cli.Flag(c, &u.Events, "events", u.Events, cli.Number(1, most), "`EVENTS` a month")
	cli.Flag(c, &u.Batch, "batch", u.Batch, cli.Number(1, 10), "`EVENTS` in a batch of process, on average: 1 to 10")
	cli.Flag(c, &u.Large, "large", u.Large, cli.Number(0, most), "`EVENTS` a month that do not fit the queue, such as e-mails with photos")
	cli.Flag(c, &u.Sources, "sources", u.Sources, cli.Whole(1, 0), "`N` sources that send all the time; full counts by source")
	f.BoolVar(&u.Arm64, "arm64", u.Arm64, "run the functions on arm64; --arm64=false is x86_64")
	cli.Flag(c, &u.MemoryMB, "memory", u.MemoryMB, cli.Number(256, 10240), "`MB` of each function, 512 by default")
	f.BoolVar(&u.Payloads, "payloads", u.Payloads, "keep all payloads (KeepPayloads=all)")
	cli.Flag(c, &u.HandlerWait, "handler-wait", u.HandlerWait, cli.Span(0), "handlers wait this `DURATION` for each batch, as for an API")
}

func writeBill(out *cli.Writer, p Prices, m Measured, u Usage, asJSON, markdown bool) error {
	if markdown {
		report, err := Report(p, m, u)
		if err != nil {
			return err
		}
		_, err = out.Write([]byte(report))
		return err
	}
	bill, err := Both(p, m, u)
	if err != nil {
		return err
	}
	if asJSON {
		return out.JSON(bill)
	}
	bill.Print(out)
	return nil
}
