package events

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
)

// Command returns the command "events".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "events",
		Short: "Look at events, and handle some again",
		Long: `events lists, finds and shows events by their records in the ledger, and replays them.
It also runs waiting events now, and cancels them.`,
	}, "name a command: list, find, show, tail, pull, export, replay, retry, cancel, erase, reindex", listCommand(e), findCommand(e), showCommand(e), tailCommand(e), pullCommand(e),
		exportCommand(e), replayCommand(e), retryCommand(e), cancelCommand(e), eraseCommand(e), reindexCommand(e))
}

// openLedger returns the intake that the flags choose, and its ledger.
func openLedger(ctx context.Context, e *cli.Env, from cli.StackFlags) (in cli.Intake, l operate.Ledger, err error) {
	if in, err = e.Intake(ctx, from); err == nil {
		l, err = in.Ledger()
	}
	return in, l, err
}

// reportSkipped says on standard error how many items of the table are not records of events.
func reportSkipped(e *cli.Env, k events.Skipped) {
	if text := k.Text(); text != "" {
		e.Err.Text("%s", text)
	}
}

// eventKeys returns the keys that SOURCE ID… or SOURCE#ID… name.
func eventKeys(args []string) ([]string, error) {
	if strings.Contains(args[0], "#") {
		for _, key := range args {
			if source, id, ok := strings.Cut(key, "#"); !ok || source == "" || id == "" {
				return nil, cli.Usagef("%q is not SOURCE#ID", key)
			}
		}
		return args, nil
	}
	if len(args) < 2 {
		return nil, cli.Usagef("give the source and the event's id, or SOURCE#ID")
	}
	var keys []string
	for _, id := range args[1:] {
		keys = append(keys, args[0]+"#"+id)
	}
	return keys, nil
}
