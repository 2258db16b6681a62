package main

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/records"
	"webhookintake/functions/hookctl/stack"
	"webhookintake/shared/environment"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/reconcile"
)

func (a *app) reconcileCommand() *cobra.Command {
	c := &cobra.Command{
		Use:   "reconcile",
		Short: "Ask a provider for what its webhooks did not tell",
		Long: `reconcile asks a provider's API for what webhooks should have told, and puts what it finds
into the queue, as if ingest had. No signature vouches for these events: that you asked
for them yourself, with your own credentials, does.`,
		Args: cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			return &usageError{errors.New("name a provider: kyc, compliancely")}
		},
	}
	c.AddCommand(a.reconcileKYCCommand(), a.reconcileCompliancelyCommand())
	return c
}

// A queueFlags says where events go, and as whose.
type queueFlags struct {
	url    string
	stack  stackFlags
	dryRun bool
	source string
}

func (f *queueFlags) add(c *cobra.Command, source string) {
	c.Flags().StringVar(&f.url, "queue-url", "", "put the events into this queue, by its SQS `URL`; credentials come\nfrom AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only list what would be queued")
	c.Flags().StringVar(&f.source, "source", source, "`NAME` of the source whose events they are")
	f.stack.add(c, "put the events into the queue of the deployed stack with this `NAME`")
	c.MarkFlagsOneRequired("queue-url", "stack", "dry-run")
	c.MarkFlagsMutuallyExclusive("queue-url", "stack")
	c.MarkFlagsMutuallyExclusive("queue-url", "dry-run")
}

func (a *app) reconcileKYCCommand() *cobra.Command {
	var api kycFlags
	var to queueFlags
	var since time.Duration
	var sessions []string
	var kept bool
	c := &cobra.Command{
		Use:   "kyc",
		Short: "Ask Legal Talent KYC for watchlists and sessions",
		Long: `reconcile kyc asks for the watchlists that were checked lately, and for the sessions that
you name, as they are now. How sessions are listed is not documented: with --kept it asks
for those that webhooks of the source told of, and of which no webhook said that they were
approved or rejected. It finds them in the payloads that the ledger keeps.

The events are of their own kinds, ` + reconcile.TypeWatchlist + ` and
` + reconcile.TypeSession + `, so a webhook that comes late is another event. Their ids
are made from what they tell: what a run finds again is a duplicate for 30 days, and so is
a session that returned to an older status. The provider keeps the results of the newest
check alone: run this at least as often as it checks.

Where the API asks to wait, as it does over 1,000 requests in 5 minutes, it waits: at most
ten minutes at a time, and four times for a request.`,
		Example: `  go tool hookctl reconcile kyc --since 24h --dry-run
  go tool hookctl reconcile kyc --kept --since 72h --stack intake
  go tool hookctl reconcile kyc --session ID,ID --token-env KYC_TOKEN --queue-url https://sqs.…`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			if since <= 0 {
				return &usageError{errors.New("--since has to be above 0")}
			}
			send, err := a.sender(ctx, to)
			if err != nil {
				return err
			}
			client, err := a.kycClient(api)
			if err != nil {
				return err
			}
			now := a.now()
			if kept {
				open, err := a.keptSessions(ctx, to, now.Add(-since))
				if err != nil {
					return err
				}
				sessions = append(sessions, open...)
			}
			found, err := reconcile.KYC(ctx, client, reconcile.KYCQuery{
				Source: to.source, Received: now, Since: now.Add(-since), Sessions: ledger.Union(sessions, nil), Waiting: a.waiting,
			})
			return errors.Join(err, a.deliver(ctx, found, send, to))
		}),
	}
	c.Flags().DurationVar(&since, "since", 24*time.Hour, "watchlists that were checked so `LONG` ago or later, and with --kept\nthe webhooks that came since")
	c.Flags().StringSliceVar(&sessions, "session", nil, "`IDS` of sessions, with commas between them")
	c.Flags().BoolVar(&kept, "kept", false, "and sessions that kept payloads tell of as undecided; reads the whole\ntable of --stack, or the one that TABLE_NAME names")
	api.add(c)
	to.add(c, "kyc")
	return c
}

// keptSessions are the ids of the sessions that webhooks told of since, and none said
// were decided.
func (a *app) keptSessions(ctx context.Context, f queueFlags, since time.Time) ([]string, error) {
	reader, _, err := a.records(ctx, f.stack)
	if err != nil {
		return nil, fmt.Errorf("--kept: %w", err)
	}
	scan := dynamo.Scan{Source: f.source, From: since}
	done := a.scanning(&scan)
	found, err := records.KeptSessions(ctx, reader, scan)
	done()
	if err != nil {
		return nil, fmt.Errorf("--kept: %w", err)
	}
	if found.NotKept > 0 {
		fmt.Fprintf(a.stderr, "of %d of %d events of source %s no payload is kept\n%s\n", found.NotKept, found.Events, f.source, records.HowToKeep)
	}
	return found.Sessions.Open(), nil
}

func (a *app) reconcileCompliancelyCommand() *cobra.Command {
	var api apiFlags
	var to queueFlags
	var username string
	var product string
	var ids []string
	var withPending bool
	password := credentialFlags{name: "password"}
	c := &cobra.Command{
		Use:   "compliancely --id N",
		Short: "Ask Compliancely for requests by their ids",
		Long: `reconcile compliancely asks for requests that you submitted, as they are now. The API
lists none, so keep their ids; the provider itself gives up after about ten minutes.

An event is what the webhook would have been: its id is the hash of the answer. That is
known for one hour. Within it, the same answer again, or a webhook of the same bytes, is a
duplicate; after it, or with another byte, handlers run again. So ask once for each
request of which no webhook came. What is not final yet is only listed: its webhook is
still to come. Where the source has a "key", the webhook's id is made by that one, and the
two are never duplicates of each other.`,
		Example: `  go tool hookctl reconcile compliancely --id 70001,70002 --username me --dry-run
  go tool hookctl reconcile compliancely --id 70001 --product transcript --username me \
    --password-env COMPLIANCELY_PASSWORD --queue-url https://sqs.…`,
		Args: cobra.NoArgs,
		RunE: a.command(func(ctx context.Context, _ []string) error {
			if !slices.Contains(reconcile.Products(), product) {
				return &usageError{errors.New("--product has to be " + strings.Join(reconcile.Products(), " or "))}
			}
			send, err := a.sender(ctx, to)
			if err != nil {
				return err
			}
			client, err := a.compliancelyClient(api, username, password)
			if err != nil {
				return err
			}
			found, pending, err := reconcile.Compliancely(ctx, client, reconcile.CompliancelyQuery{
				Source: to.source, Received: a.now(), Product: product, IDs: ids, Pending: withPending, Waiting: a.waiting,
			})
			for _, id := range pending {
				fmt.Fprintf(a.stdout, "%s %s is not final yet: not queued (--pending queues it)\n", product, id)
			}
			return errors.Join(err, a.deliver(ctx, found, send, to))
		}),
	}
	c.Flags().StringSliceVar(&ids, "id", nil, "`IDS` of the requests, with commas between them")
	_ = c.MarkFlagRequired("id") // it fails for an unknown flag only
	c.Flags().BoolVar(&withPending, "pending", false, "queue also what is not final yet")
	c.Flags().StringVar(&product, "product", reconcile.Products()[0], "the `PRODUCT`: "+strings.Join(reconcile.Products(), " or "))
	c.Flags().StringVar(&username, "username", "", "log in with this `NAME` and a password")
	password.add(c, "the password")
	api.add(c, "an old token, in place of a login,")
	to.add(c, "compliancely")
	return c
}

func (a *app) compliancelyClient(api apiFlags, username string, password credentialFlags) (*compliancely.Client, error) {
	base, err := api.base(compliancely.LiveURL)
	if err != nil {
		return nil, err
	}
	o := compliancely.ClientOptions{BaseURL: base, Username: username}
	switch withToken := api.token.file+api.token.env != ""; {
	case withToken == (username != ""):
		return nil, &usageError{errors.New("give --username to log in, or a token of the old version")}
	case withToken:
		o.Token, err = a.credential(api.token)
	default:
		o.Password, err = a.credential(password)
	}
	if err != nil {
		return nil, err
	}
	return compliancely.NewClient(o)
}

// shortWait is up to how long a wait needs no word.
const shortWait = 3 * time.Second

// waiting tells why nothing happens.
func (a *app) waiting(d time.Duration) {
	if d > shortWait {
		fmt.Fprintf(a.stderr, "waiting %s, then asking again: the API asked for it, or did not answer\n", d.Round(time.Second))
	}
}

// A sendFunc puts a message into a queue.
type sendFunc func(ctx context.Context, m queue.Message) error

// sender prepares where events go, so that what is wrong with it is found before the
// provider is asked. A dry run checks what a queue would.
func (a *app) sender(ctx context.Context, f queueFlags) (sendFunc, error) {
	switch {
	case f.dryRun:
		return func(_ context.Context, m queue.Message) error {
			_, err := queue.Encode(m)
			return err
		}, nil
	case f.stack.name != "":
		s, err := a.stack(ctx, f.stack)
		if err != nil {
			return nil, err
		}
		q, err := s.Queue(stack.Queue)
		if err != nil {
			return nil, err
		}
		return func(ctx context.Context, m queue.Message) error { return q.Send(ctx, m, 0) }, nil
	}
	env := environment.New(a.getenv)
	key, secret, token := env.Credentials()
	o := sqs.Options{
		URL: f.url, Endpoint: env.Endpoint("AWS_ENDPOINT_URL_SQS"),
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
	}
	if u, err := url.Parse(f.url); err != nil || !strings.Contains(u.Host, ".amazonaws.com") {
		o.Region = env.Region() // another service's URL does not show one
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	q, err := sqs.New(o)
	if err != nil {
		return nil, &usageError{fmt.Errorf("--queue-url: %w", err)}
	}
	return func(ctx context.Context, m queue.Message) error { return q.Send(ctx, m, 0) }, nil
}

// deliver sends the events and lists them, by ids and types and nothing of their
// payloads.
func (a *app) deliver(ctx context.Context, found []queue.Message, send sendFunc, f queueFlags) error {
	var errs []error
	sent := 0
	for _, m := range found {
		if err := send(ctx, m); err != nil {
			errs = append(errs, fmt.Errorf("queue %s: %w", m.ID, err))
			continue
		}
		sent++
		fmt.Fprintf(a.stdout, "%s  %s\n", m.Type, m.ID)
	}
	done := "put into the queue"
	if f.dryRun {
		done = "found; none was queued"
	}
	fmt.Fprintf(a.stdout, "%d events of source %s %s\n", sent, f.source, done)
	if len(errs) > 0 {
		errs = append(errs, errors.New("run it again within an hour: what was queued is then a duplicate, and not handled twice"))
	}
	return errors.Join(errs...)
}
