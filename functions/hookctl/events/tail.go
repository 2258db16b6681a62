package events

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate/tail"
)

func tailCommand(e *cli.Env) *cobra.Command {
	var f tail.Filter
	var from cli.StackFlags
	var asJSON bool
	c := &cobra.Command{
		Use:   "tail",
		Short: "Follow what arrives, and what happens to it",
		Long: `tail prints a line for each webhook that is refused and for each event that is processed, some
seconds after it happened, until Ctrl-C. Of a stack it reads the functions' logs, which do
not have events that go well if the parameter LogLevel is warn or error. Of a hookctl run it
reads the records, which do not have refused webhooks and duplicates.`,
		Example: `  go tool hookctl events tail --stack intake
  go tool hookctl events tail --stack intake --source kyc --json`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			feed, err := newFeed(ctx, e, from)
			if err != nil {
				return err
			}
			e.Err.Print("Following; Ctrl-C ends it.")
			return tail.Follow(ctx, feed, f, func(l tail.Line) { printTail(e, l, asJSON) })
		}),
	}
	c.Flags().StringVar(&f.Source, "source", "", "of the source with this `NAME`")
	c.Flags().StringVar(&f.Type, "type", "", "of this `TYPE`")
	c.Flags().StringVar(&f.ID, "id", "", "of the event with this `ID`")
	cli.Complete(c, "source", cli.SourceNames()...)
	cli.Complete(c, "type", dialect.TypeNames()...)
	c.Flags().BoolVar(&asJSON, "json", false, "print each as a line of JSON")
	from.AddIntake(c, "")
	return c
}

// newFeed returns the feed of the intake that the flags choose.
func newFeed(ctx context.Context, e *cli.Env, from cli.StackFlags) (tail.Feed, error) {
	in, err := e.Intake(ctx, from)
	if err != nil {
		return nil, err
	}
	if in.Stack == nil {
		l, err := in.Ledger()
		return &tail.Records{Ledger: l}, err
	}
	ingest, err := in.Stack.Get(stack.IngestLogs)
	if err != nil {
		return nil, err
	}
	process, err := in.Stack.Get(stack.ProcessLogs)
	if err != nil {
		return nil, err
	}
	return tail.NewLogs(in.Stack.Logs(), ingest, process, e.Now), nil
}

// whatWidth is that of "completed" and "duplicate".
const whatWidth = 9

func printTail(e *cli.Env, l tail.Line, asJSON bool) {
	if asJSON {
		_ = e.Out.JSONLine(l) // if it fails, nobody reads it
		return
	}
	text := cli.Time(l.At, e.Now()) + "  " + cli.Pad(l.What, whatWidth)
	for _, part := range []string{l.Source, l.ID, l.Type, l.Code, l.Reason, l.Error} {
		if part != "" {
			text += "  " + part
		}
	}
	if l.Handled > 0 {
		text += fmt.Sprintf("  %d handlers done", l.Handled)
	}
	for _, h := range l.Handlers {
		text += "  " + h.Name + " " + h.End
		if h.Took > 0 {
			text += fmt.Sprintf(" in %.1f ms", h.Took)
		}
		if h.Error != "" {
			text += " (" + h.Error + ")"
		}
	}
	if l.Took > 0 {
		text += fmt.Sprintf("  in %.1f ms", l.Took)
	}
	e.Out.Print("%s", cli.OneLine(text))
}
