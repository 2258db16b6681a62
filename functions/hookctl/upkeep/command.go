package upkeep

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/upkeep"
)

// Command returns the command "upkeep".
func Command(e *cli.Env) *cobra.Command {
	var f cli.StackFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "upkeep",
		Short: "Run now what upkeep does every five minutes",
		Long: `upkeep invokes the function upkeep, or has the hookctl run of this clone do the same, waits
for it, and shows the outcome of each task:

  drain      sends the events that the queue did not take when they arrived
  reconcile  asks providers for what their webhooks did not report
  probe      sends a webhook to the stack's own URL, and follows it to the ledger
  digest     tells the people on call what began to fail

A run takes up to four minutes. While another one is at work, nothing is done. What a task
does twice has its effect once, so this can be run at any time.

It exits with 1 if a task failed, or if nothing was done.`,
		Example: `  go tool hookctl upkeep --stack webhook-intake
  go tool hookctl upkeep --stack webhook-intake --json`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			in, err := e.Intake(ctx, f)
			if err != nil {
				return err
			}
			progress := e.Progress()
			progress.Show("upkeep runs…")
			answer, err := in.RunUpkeep(ctx)
			progress.Clear()
			if err != nil {
				return err
			}
			if asJSON {
				if err := e.Out.JSON(answer); err != nil {
					return err
				}
			} else if answer.BusyUntil.IsZero() {
				table(answer.Tasks, e.Out).Print(e.Out)
			}
			return problem(answer)
		}),
	}
	c.Flags().BoolVar(&asJSON, "json", false, "write the answer as JSON")
	f.AddIntake(c, "")
	return c
}

// table shows the outcome of each task.
func table(results []upkeep.Result, out *cli.Writer) cli.Table {
	t := cli.Table{Heading: []string{"TASK", "RESULT", "TOOK", "OUTCOME"}, Numbers: []int{2}}
	for _, r := range results {
		result, outcome := "done", r.Summary
		if r.Error != "" {
			result, outcome = "failed", strings.TrimPrefix(r.Summary+": "+r.Error, ": ")
		}
		took := time.Duration(r.TookMS) * time.Millisecond
		t.Rows = append(t.Rows, []string{r.Task, result, took.String(), cli.OrDash(outcome)})
	}
	t.Style = func(row, column int, cell string) string {
		if column == 1 && results[row].Error != "" {
			return out.Bad(cell)
		}
		return cell
	}
	return t
}

// problem returns why not everything was done, or nil.
func problem(answer upkeep.Answer) error {
	if !answer.BusyUntil.IsZero() {
		busy := upkeep.BusyError{Until: answer.BusyUntil}
		return fmt.Errorf("nothing was done: %w; run this again after that", &busy)
	}
	var failed []string
	for _, r := range answer.Tasks {
		if r.Error != "" {
			failed = append(failed, r.Task)
		}
	}
	if len(failed) > 0 {
		return errors.New(cli.Count(len(failed), "task", "tasks") + " failed: " + strings.Join(failed, ", "))
	}
	return nil
}
