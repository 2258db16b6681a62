package sign

import (
	"context"
	"maps"
	"net/http"
	"slices"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// Command returns the command "sign".
func Command(e *cli.Env) *cobra.Command {
	var flags MessageFlags
	var curl, showToken bool
	c := &cobra.Command{
		Use:   "sign [SAMPLE]",
		Short: "Print the signed headers of a webhook, or a curl command",
		Long: `sign signs a body as its provider would, with the current time, and prints the headers.
With --curl it prints a whole command. It signs with the provider's sample secret, which
"hookctl run" accepts, unless a flag names another one. The token of Contiguity's format v1 is
masked unless it is the sample one.`,
		Example: `  go tool hookctl sign text.incoming.sms --curl
  go tool hookctl sign --provider kyc --file body.json --secret-env KYC_SECRET
  jq -c . body.json | go tool hookctl sign --provider compliancely --file -`,
		Args:              cli.Args(0, 1),
		ValidArgsFunction: cli.Words(dialect.Words()...),
		RunE: e.Run(func(_ context.Context, args []string) error {
			m, err := flags.Message(e, args)
			if err != nil {
				return err
			}
			if showToken && !e.Out.IsTerminal() {
				return cli.Usagef("--show-token prints a secret, and standard output is not a terminal")
			}
			r := m.Sign(e.Now())
			if !showToken {
				r = m.masked(r)
			}
			if !curl {
				printAuthentication(e.Out, r)
				return nil
			}
			text, err := Curl(dialect.URL(m.URL, r), r, m.File, e.Out.Width())
			if err != nil {
				return err
			}
			e.Out.Print("%s", text)
			return nil
		}),
	}
	flags.Add(c)
	c.Flags().BoolVar(&curl, "curl", false, "print a command that sends the webhook")
	c.Flags().BoolVar(&showToken, "show-token", false, "show the token of Contiguity's format v1; only on a terminal")
	return c
}

// printAuthentication prints the signature of r: its headers, or the query of its URL.
func printAuthentication(out *cli.Writer, r webhook.Request) {
	if len(r.Query) > 0 {
		out.Print("?%s", r.Query.Encode())
	}
	for _, line := range headerLines(r.Header) {
		out.Print("%s", line)
	}
}

func headerLines(h http.Header) []string {
	var lines []string
	for _, name := range slices.Sorted(maps.Keys(h)) {
		for _, value := range h[name] {
			lines = append(lines, name+": "+value)
		}
	}
	return lines
}
