package reconcile

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/spf13/cobra"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/environment"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// Command returns the command "reconcile".
func Command(e *cli.Env) *cobra.Command {
	return cli.Group(&cobra.Command{
		Use:   "reconcile",
		Short: "Ask a provider for what its webhooks did not report",
		Long: `reconcile asks a provider's API for what webhooks should have reported, and puts what it
finds into the queue, as if ingest had received it. No signature vouches for these events;
your own authenticated request does.`,
	}, "name a provider: kyc, compliancely", kycCommand(e), compliancelyCommand(e))
}

// queueFlags name the queue for events, and the source that they belong to.
type queueFlags struct {
	url    string
	stack  cli.StackFlags
	dryRun bool
	source string
}

func (f *queueFlags) add(c *cobra.Command, source string) {
	c.Flags().StringVar(&f.url, "queue-url", "", "put the events into this queue, by its SQS `URL`; credentials come\nfrom AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN")
	c.Flags().BoolVar(&f.dryRun, "dry-run", false, "only list what would be queued")
	c.Flags().StringVar(&f.source, "source", source, "`NAME` of the source that the events belong to")
	f.stack.Add(c, "queue the events in the deployed stack with this `NAME`")
	c.MarkFlagsMutuallyExclusive("queue-url", "stack")
	c.MarkFlagsMutuallyExclusive("queue-url", "dry-run")
}

// shortWait is the longest wait that is not reported.
const shortWait = 3 * time.Second

// waiting returns a function that reports long waits.
func waiting(to *cli.Writer) func(time.Duration) {
	return func(d time.Duration) {
		if d > shortWait {
			to.Print("waiting %s before the next request: the API asked for it, or did not answer", cli.Duration(d.Round(time.Second)))
		}
	}
}

// A sendFunc puts a message into a queue.
type sendFunc func(ctx context.Context, m queue.Message) error

// sender prepares the queue, so that faults are found before the provider is asked. In a dry
// run it checks messages as a queue would.
func (f queueFlags) sender(ctx context.Context, e *cli.Env) (sendFunc, error) {
	if f.dryRun {
		return func(_ context.Context, m queue.Message) error {
			_, err := queue.Encode(m)
			return err
		}, nil
	}
	q, err := f.queue(ctx, e)
	if err != nil {
		return nil, err
	}
	return func(ctx context.Context, m queue.Message) error { return q.Send(ctx, m, 0) }, nil
}

// queue returns the stack's queue, or the one of --queue-url.
func (f queueFlags) queue(ctx context.Context, e *cli.Env) (*sqs.Queue, error) {
	if f.url == "" {
		s, err := e.Stack(ctx, f.stack)
		if err != nil {
			return nil, err
		}
		return s.Queue(stack.Queue)
	}
	env := environment.New(e.Getenv)
	key, secret, token := env.Credentials()
	region := sqs.RegionOf(f.url)
	if region == "" {
		region = env.Region()
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	q, err := sqs.New(sqs.Options{
		URL: f.url, Region: region, Endpoint: stack.Endpoint(e.Getenv, "SQS"),
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
	})
	if err != nil {
		return nil, cli.Usagef("--queue-url: %w", err)
	}
	return q, nil
}

// settings returns the settings of the stack's source, so that ids are made as ingest makes
// them. They are the zero Settings for --queue-url, for engines, for a dry run without --stack, which
// asks AWS nothing, and if the stack has no such source.
func (f queueFlags) settings(ctx context.Context, e *cli.Env) (none webhook.Settings, err error) {
	if f.url != "" || f.dryRun && f.stack.Name == "" {
		return none, nil
	}
	s, err := e.Stack(ctx, f.stack)
	if err != nil || s.Name == "" {
		return none, err
	}
	id, err := s.Get(stack.SourcesSecret)
	if err != nil {
		return none, err
	}
	current, err := sources.NewSecret(s.SecretsManager(), id).Read(ctx, source.Current)
	if errors.Is(err, source.ErrNoVersion) {
		return none, nil
	}
	if err != nil {
		return none, fmt.Errorf("read how the source's ids are made: %w", err)
	}
	set, err := source.Parse(current.Document, source.ParseOptions{})
	if err != nil {
		return none, fmt.Errorf("read how the source's ids are made: %w", err)
	}
	return set[f.source].Settings, nil
}

// deliver sends the events and lists them by id and type, without their payloads.
func (f queueFlags) deliver(ctx context.Context, out *cli.Writer, found []queue.Message, send sendFunc) error {
	var errs []error
	sent := 0
	for _, m := range found {
		if err := send(ctx, m); err != nil {
			errs = append(errs, fmt.Errorf("queue %s: %w", m.ID, err))
			continue
		}
		sent++
		out.Print("%s  %s", m.Type, m.ID)
	}
	done := "put into the queue"
	if f.dryRun {
		done = "found; none was queued"
	}
	out.Print("%s of source %s %s", cli.Count(sent, "event", "events"), f.source, done)
	if len(errs) > 0 {
		errs = append(errs, errors.New("run it again within an hour: what was queued is then a duplicate, and is not handled twice"))
	}
	return errors.Join(errs...)
}
