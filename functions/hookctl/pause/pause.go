package pause

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
)

// Command returns the command "pause".
func Command(e *cli.Env) *cobra.Command {
	var f cli.StackFlags
	var drain bool
	c := &cobra.Command{
		Use:   "pause",
		Short: "Stop handling events; they wait in the queue",
		Long: `pause disables the event source mapping between the queue and the function process, or
stops the workers of the hookctl run of this clone. Webhooks are received all the same, and
wait in the queue, for at most 7 days. What is being handled is finished. Lists say that
processing is paused as long as it is.

With --drain it first waits until the queue is empty. An event that waits for its next try is
in the queue, so this can last for hours; Ctrl-C ends it, and nothing is paused then.

A deploy that changes the mapping may enable it again. That of a hookctl run is open again
when the program starts again.`,
		Example: `  go tool hookctl pause --stack webhook-intake
  go tool hookctl pause --drain --stack webhook-intake
  go tool hookctl resume --stack webhook-intake`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			in, err := e.Intake(ctx, f)
			if err != nil {
				return err
			}
			progress := e.Progress()
			if drain {
				err := operate.Drain(ctx, in, progress.Show)
				progress.Clear()
				if err != nil {
					return fmt.Errorf("processing is not paused: %w", err)
				}
			}
			return set(ctx, e, in, operate.Paused, "Processing is paused. Events wait in the queue; hookctl resume"+in.Flags+" continues with them.")
		}),
	}
	c.Flags().BoolVar(&drain, "drain", false, "first wait until the queue is empty")
	f.AddIntake(c, "")
	return c
}

// ResumeCommand returns the command "resume".
func ResumeCommand(e *cli.Env) *cobra.Command {
	var f cli.StackFlags
	c := &cobra.Command{
		Use:     "resume",
		Short:   "Handle events again, after a pause",
		Long:    `resume handles events again after hookctl pause, those that wait in the queue included.`,
		Example: `  go tool hookctl resume --stack webhook-intake`,
		Args:    cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			in, err := e.Intake(ctx, f)
			if err != nil {
				return err
			}
			return set(ctx, e, in, operate.Running, "Processing is resumed.")
		}),
	}
	f.AddIntake(c, "")
	return c
}

// set asks for a state, waits for it, and says what holds then.
func set(ctx context.Context, e *cli.Env, in cli.Intake, want operate.ProcessingState, text string) error {
	progress := e.Progress()
	err := operate.SwitchProcessing(ctx, in, want, progress.Show)
	progress.Clear()
	if err != nil {
		return err
	}
	e.Out.Text("%s", text)
	return nil
}
