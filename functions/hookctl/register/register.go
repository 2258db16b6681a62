package register

import (
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
)

// Command returns the command "register".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "register",
		Short: "Tell a provider where to send its webhooks",
		Long: `register enters the webhook URL at a provider that has an API for it: kyc. Contiguity's
URL is entered in its Console, and Compliancely takes one with each request.`,
	}, "name a provider: kyc", kycCommand(e))
}
