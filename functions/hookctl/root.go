package main

import (
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/completion"
	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/cost"
	"webhookintake/functions/hookctl/dead"
	"webhookintake/functions/hookctl/doctor"
	"webhookintake/functions/hookctl/events"
	"webhookintake/functions/hookctl/pause"
	"webhookintake/functions/hookctl/quarantine"
	"webhookintake/functions/hookctl/reconcile"
	"webhookintake/functions/hookctl/register"
	"webhookintake/functions/hookctl/run"
	"webhookintake/functions/hookctl/samples"
	"webhookintake/functions/hookctl/send"
	"webhookintake/functions/hookctl/sign"
	"webhookintake/functions/hookctl/sources"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/functions/hookctl/types"
	"webhookintake/functions/hookctl/upkeep"
)

// newRoot returns the command that holds all others.
func newRoot(e *cli.Env) *cobra.Command {
	root := cli.Root(&cobra.Command{
		Short: "Run the webhook intake here, and look after a deployed one",
		Long: `hookctl runs the webhook intake on this machine, signs and sends webhooks to it, and looks
after a deployed one: its sources, its events and its dead letters.

It exits with 0 on success, with 1 if the result is not what was wanted, and with 2 if the
command line is wrong.`,
		Example: `  go tool hookctl run                                  # the whole intake, in this terminal
  go tool hookctl send contiguity.text.incoming.sms    # a signed webhook, from another terminal
  go tool hookctl types                                # what can be sent and handled
  go tool hookctl doctor --stack webhook-intake        # check a deployed stack`,
	})
	for _, group := range []struct {
		title    string
		commands []func(*cli.Env) *cobra.Command
	}{
		{"On this machine", []func(*cli.Env) *cobra.Command{
			run.Command, send.Command, sign.Command, traffic.Command, types.Command, samples.Command, cost.Command,
			completion.Command,
		}},
		{"On a deployed stack", []func(*cli.Env) *cobra.Command{
			sources.Command, doctor.Command, console.Command, events.Command, dead.Command, quarantine.Command,
			pause.Command, pause.ResumeCommand, upkeep.Command,
		}},
		{"At the providers", []func(*cli.Env) *cobra.Command{register.Command, reconcile.Command}},
	} {
		root.AddGroup(&cobra.Group{ID: group.title, Title: group.title + ":"})
		for _, command := range group.commands {
			c := command(e)
			c.GroupID = group.title
			root.AddCommand(c)
		}
	}
	return root
}
