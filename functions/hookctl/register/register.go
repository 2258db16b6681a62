package register

import (
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
)

// Command returns the command "register".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "register",
		Short: "Set a provider's webhook URL",
		Long: `register sets the webhook URL of a provider that has an API for it: kyc. For Contiguity,
enter the URL in its Console; for Compliancely, send it with each request.`,
	}, "name a provider: kyc", kycCommand(e))
}
