package main

import (
	"context"
	"encoding/json"
	"io"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cost"
)

func (a *app) costCommand() *cobra.Command {
	u := cost.DefaultUsage()
	var asJSON, markdown, scale bool
	c := &cobra.Command{
		Use:   "cost",
		Short: "Say what a month on AWS costs, line by line",
		Long: `cost prints what so many events a month cost, from AWS's prices of a day and from what
the built functions were measured to do. It asks nobody: both are files that came with it.
Free tiers are not subtracted, and what your handlers call costs extra.

With --scale it prints instead what limits the stack at 10, 1,000 and 100,000 events a
second, as the README shows it.`,
		Example: `  go tool hookctl cost
  go tool hookctl cost --events 50000000 --batch 4 --handler-wait 300ms
  go tool hookctl cost --json | jq .total_usd`,
		Args: cobra.NoArgs,
		RunE: a.command(func(context.Context, []string) error {
			if err := u.Check(); err != nil {
				return &usageError{err}
			}
			p, err := cost.DefaultPrices()
			if err != nil {
				return err
			}
			m, err := cost.DefaultMeasured()
			if err != nil {
				return err
			}
			if scale {
				return cost.At(p, m, u.HandlerWait, 10, 1000, 100_000).WriteMarkdown(a.stdout)
			}
			return a.writeBill(p, m, u, asJSON, markdown)
		}),
	}
	f := c.Flags()
	f.Float64Var(&u.Events, "events", u.Events, "`EVENTS` a month")
	f.Float64Var(&u.Batch, "batch", u.Batch, "events that process gets at a time, on average; 1 to 10")
	f.IntVar(&u.Sources, "sources", u.Sources, "sources that send all the time; each has metrics of its own")
	f.BoolVar(&u.Arm64, "arm64", u.Arm64, "functions on arm64; else x86_64")
	f.BoolVar(&u.Payloads, "payloads", u.Payloads, "all payloads are kept (KeepPayloads=all)")
	f.DurationVar(&u.HandlerWait, "handler-wait", u.HandlerWait, "what handlers wait for in a batch, as for an API")
	f.BoolVar(&asJSON, "json", false, "print one JSON document")
	f.BoolVar(&markdown, "markdown", false, "print it as the README shows it")
	f.BoolVar(&scale, "scale", false, "print what limits the stack at some rates, in Markdown")
	c.MarkFlagsMutuallyExclusive("json", "markdown", "scale")
	for _, other := range []string{"events", "batch", "sources", "arm64", "payloads"} {
		c.MarkFlagsMutuallyExclusive("scale", other)
	}
	return c
}

func (a *app) writeBill(p cost.Prices, m cost.Measured, u cost.Usage, asJSON, markdown bool) error {
	if markdown {
		report, err := cost.Report(p, m, u)
		if err != nil {
			return err
		}
		_, err = io.WriteString(a.stdout, report)
		return err
	}
	bill, err := cost.Month(p, m, u)
	if err != nil {
		return err
	}
	if asJSON {
		e := json.NewEncoder(a.stdout)
		e.SetIndent("", "  ")
		return e.Encode(bill)
	}
	return bill.WriteTable(a.stdout)
}
