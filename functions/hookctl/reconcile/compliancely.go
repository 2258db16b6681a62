package reconcile

import (
	"context"
	"errors"
	"strings"

	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/reconcile"
)

func compliancelyCommand(e *cli.Env) *cobra.Command {
	var api cli.APIFlags
	var to queueFlags
	var username string
	var product string
	var ids []string
	var withPending bool
	password := cli.CredentialFlags{Name: "password"}
	c := &cobra.Command{
		Use:   "compliancely --id N",
		Short: "Ask Compliancely for requests by their ids",
		Long: `reconcile compliancely asks for requests that you submitted, in their current state. The
API does not list them, so keep their ids; the provider's retries end after about ten
minutes.

An event is what the webhook would have been, and its id is the hash of the answer, made with
the key of the stack's sources if they have one (with --queue-url, without). The ledger
remembers that id for one hour, or for the source's dedup_window_s. In that time the same
answer, or a webhook with the same bytes, is a duplicate; later, or if one byte differs,
handlers run again. So ask only once for each request without a webhook. Requests that are
not final yet are only listed, because their webhooks are still to come. If the source has a
"key", the webhook's id is made from that, and the two are never duplicates of each other.`,
		Example: `  go tool hookctl reconcile compliancely --id 70001,70002 --username me --dry-run
  go tool hookctl reconcile compliancely --id 70001 --product transcript --username me \
    --password-env COMPLIANCELY_PASSWORD --queue-url https://sqs.…`,
		Args: cli.Args(0, 0),
		RunE: e.Run(func(ctx context.Context, _ []string) error {
			send, err := to.sender(ctx, e)
			if err != nil {
				return err
			}
			settings, err := to.settings(ctx, e)
			if err != nil {
				return err
			}
			client, err := newClient(e, api, username, password)
			if err != nil {
				return err
			}
			found, pending, err := reconcile.Compliancely(ctx, client, reconcile.CompliancelyQuery{
				Source: to.source, Received: e.Now(), Product: product, IDs: ids, Pending: withPending, Settings: settings, Waiting: waiting(e.Err),
			})
			for _, id := range pending {
				e.Out.Print("%s %s is not final yet: not queued (--pending queues it)", product, id)
			}
			return errors.Join(err, to.deliver(ctx, e.Out, found, send))
		}),
	}
	c.Flags().StringSliceVar(&ids, "id", nil, "`IDS` of the requests, separated by commas")
	_ = c.MarkFlagRequired("id") // fails only for an unknown flag
	c.Flags().BoolVar(&withPending, "pending", false, "also queue requests that are not final yet")
	cli.Flag(c, &product, "product", reconcile.Products()[0], cli.OneOf(reconcile.Products()...), "the `PRODUCT`: "+strings.Join(reconcile.Products(), " or "))
	c.Flags().StringVar(&username, "username", "", "log in with this `NAME` and a password")
	password.Add(c, "the password")
	api.Add(c, "an old token, instead of a login,")
	to.add(c, "compliancely")
	return c
}

// newClient returns a client of Compliancely's API that logs in, or has an old token.
func newClient(e *cli.Env, api cli.APIFlags, username string, password cli.CredentialFlags) (*compliancely.Client, error) {
	base, err := api.Base(compliancely.LiveURL)
	if err != nil {
		return nil, err
	}
	o := compliancely.ClientOptions{BaseURL: base, Username: username}
	switch withToken := api.Token.Given(); {
	case withToken == (username != ""):
		return nil, cli.Usagef("give --username to log in, or a token of the old version")
	case withToken:
		o.Token, err = e.Credential(api.Token)
	default:
		o.Password, err = e.Credential(password)
	}
	if err != nil {
		return nil, err
	}
	return compliancely.NewClient(o)
}
