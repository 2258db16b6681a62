package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/dynamodb"

	"webhookintake/shared/environment"
	"webhookintake/shared/ledger/dynamo"
	ledgermemory "webhookintake/shared/ledger/memory"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
	"webhookintake/shared/source/secretsmanager"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/upkeep/sns"
	"webhookintake/shared/vault/s3"
	"webhookintake/shared/webhook"
)

// newHandler builds the function from its environment. Logs and metrics go to out. It sends
// nothing. The error lists all faults of the environment.
func newHandler(getenv func(string) string, out io.Writer) (handler, error) {
	env := variables{Reader: environment.New(getenv)}
	log := env.logger(out)
	metrics := env.metrics(out)
	env.aws = env.credentials()
	runner := &upkeep.Runner{Notes: env.notes(), After: after(log, metrics)}
	queue, bucket := env.queue(), env.vault()
	reconcile := &upkeep.Reconcile{Settings: env.settings(), Notes: runner.Notes, Queue: queue, Now: time.Now}
	if env.Get("VAULT_BUCKET") != "" {
		drain := &upkeep.Drain{Vault: bucket, Queue: queue, Hashes: env.hashes()}
		drain.Report = func(r upkeep.DrainReport) { countLeft(metrics, r, time.Now()) }
		runner.Tasks, reconcile.Vault = append(runner.Tasks, drain.Task()), bucket
	}
	if reconcile.Settings != nil {
		runner.Tasks = append(runner.Tasks, reconcile.Task())
	}
	if probe := env.probe(runner.Notes); probe != nil {
		probe.Report = func(took time.Duration) { metrics.Time(telemetry.MetricProbeTime, took) }
		runner.Tasks = append(runner.Tasks, probe.Task())
	}
	for _, digest := range []*upkeep.Digest{env.digest(runner.Notes), env.mail(runner.Notes)} {
		if digest != nil {
			runner.Tasks = append(runner.Tasks, digest.Task())
		}
	}
	if err := env.Err(); err != nil {
		return nil, err
	}
	return handle(runner, log), nil
}

// variables build the parts of the function from the environment, and collect its faults.
type variables struct {
	*environment.Reader
	aws aws.CredentialsProvider
}

func (v variables) logger(out io.Writer) *slog.Logger {
	log, err := telemetry.NewLogger(out, v.Get("LOG_LEVEL"))
	if err != nil {
		v.Fault("LOG_LEVEL", "give debug, info, warn or error")
	}
	return log
}

// metrics returns nil under `sam local`, where metrics would make the log unreadable.
func (v variables) metrics(out io.Writer) *telemetry.Metrics {
	lean := v.Lean()
	if v.Local() {
		return nil
	}
	return telemetry.NewMetrics(out, lean, telemetry.Dimension{Name: telemetry.FieldFunction, Value: v.Get("AWS_LAMBDA_FUNCTION_NAME")})
}

// credentials returns those of the function, which it needs unless all engines are in memory.
func (v variables) credentials() aws.CredentialsProvider {
	if v.Get("QUEUE_URL") == environment.Memory && v.Get("TABLE_NAME") == environment.Memory && v.Get("VAULT_BUCKET") == "" {
		return nil
	}
	v.Region()
	return credentials.NewStaticCredentialsProvider(v.Credentials())
}

func (v variables) notes() upkeep.Notes {
	table, endpoint := v.Table("TABLE_NAME"), v.Endpoint("AWS_ENDPOINT_URL_DYNAMODB")
	if table == environment.Memory {
		return &ledgermemory.Store{}
	}
	return dynamo.New(dynamo.Options{Table: table, Region: v.Get("AWS_REGION"), Endpoint: endpoint, Credentials: v.aws})
}

func (v variables) queue() upkeep.Sender {
	url, endpoint := v.Queue("QUEUE_URL"), v.Endpoint("AWS_ENDPOINT_URL_SQS")
	if url == environment.Memory {
		return queuememory.New(queuememory.Options{})
	}
	if v.Err() != nil {
		return nil
	}
	queue, err := sqs.New(sqs.Options{URL: url, Region: v.Get("AWS_REGION"), Endpoint: endpoint, Credentials: v.aws})
	v.Add(err)
	return queue
}

// vault returns the bucket, nil if there is none.
func (v variables) vault() *s3.Vault {
	endpoint, bucket := v.Endpoint("AWS_ENDPOINT_URL_S3"), v.Bucket("VAULT_BUCKET")
	if bucket == "" || v.Err() != nil {
		return nil
	}
	vault, err := s3.New(s3.Options{Bucket: bucket, Region: v.Get("AWS_REGION"), Endpoint: endpoint, Credentials: v.aws})
	v.Add(err)
	return vault
}

// digest returns the task that tells in Slack what began to fail, nil if there is no handlers' secret,
// which has the address to tell it to.
func (v variables) digest(notes upkeep.Notes) *upkeep.Digest {
	settings, reader := v.settings(), v.reader()
	if settings == nil || reader == nil {
		return nil
	}
	return &upkeep.Digest{
		Name: "digest", Index: reader, Notes: notes, Stack: v.Required("STACK_NAME", "give the name of the stack"),
		Send: upkeep.Slack(http.DefaultClient, settings), Now: time.Now,
	}
}

// mail returns the task that mails what began to fail, nil if there is no topic for that.
func (v variables) mail(notes upkeep.Notes) *upkeep.Digest {
	arn, endpoint, reader := v.Get("DIGEST_TOPIC_ARN"), v.Endpoint("AWS_ENDPOINT_URL_SNS"), v.reader()
	if arn == "" || reader == nil {
		return nil
	}
	topic, err := sns.New(sns.Options{ARN: arn, Endpoint: endpoint, Credentials: v.aws})
	if err != nil {
		v.Fault("DIGEST_TOPIC_ARN", err.Error())
		return nil
	}
	stack := v.Required("STACK_NAME", "give the name of the stack")
	return &upkeep.Digest{Name: "mail", Index: reader, Notes: notes, Stack: stack, Now: time.Now,
		Send: func(ctx context.Context, text string) error {
			err := topic.Publish(ctx, "Webhooks fail in "+stack, text)
			if refused, ok := errors.AsType[*sns.StatusError](err); ok && refused.Status == http.StatusNotFound {
				return fmt.Errorf("%w: the stack's topic of alarms is gone; deploy with an empty AlarmEmail, then with the address again", err)
			}
			return err
		},
	}
}

// reader returns what reads the table, nil if that is in memory.
func (v variables) reader() *dynamo.Reader {
	endpoint, table := v.Endpoint("AWS_ENDPOINT_URL_DYNAMODB"), v.Get("TABLE_NAME")
	if table == environment.Memory {
		return nil
	}
	client := dynamodb.New(dynamodb.Options{Region: v.Get("AWS_REGION"), Credentials: v.aws}, func(o *dynamodb.Options) {
		if endpoint != "" {
			o.BaseEndpoint = &endpoint
		}
	})
	return dynamo.NewReader(client, table)
}

// probe returns the task that tests the stack, nil if it is not known where the stack is
// reached, or under `sam local`, where it is not.
func (v variables) probe(notes upkeep.Notes) *upkeep.Probe {
	url, reader := v.URL("PROBE_URL"), v.reader()
	if url == "" || reader == nil || v.Local() {
		return nil
	}
	return &upkeep.Probe{
		Source: source.Refreshing(v.sources(), source.RefreshOptions{}).Probe, URL: url,
		Client: &http.Client{
			// Lambda freezes the process between two probes, and the other side closes the connection.
			Transport:     &http.Transport{DisableKeepAlives: true},
			CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
		},
		Records: reader, Notes: notes, Now: time.Now,
	}
}

// settings returns the function that reads the handlers' secret, nil if there is none. Under
// `sam local` the settings are in the environment.
func (v variables) settings() func(context.Context) (func(string) string, error) {
	arn := v.Get("HANDLERS_SECRET_ARN")
	if !v.Local() && v.Get("HANDLERS") != "" {
		v.Fault("HANDLERS", "is only for sam local; put secret settings into the handlers' secret")
	}
	if v.Local() && arn == "" {
		getenv, err := source.HandlerSettings(v.Get)
		v.Add(err)
		return func(context.Context) (func(string) string, error) { return getenv, nil }
	}
	if arn == "" {
		return nil
	}
	fetcher := v.secret(arn)
	return func(ctx context.Context) (func(string) string, error) {
		return source.LoadHandlerSecrets(ctx, fetcher, v.Get)
	}
}

func (v variables) sources() source.Fetcher {
	return v.secret(v.Required("SOURCES_SECRET_ARN", "give the ARN of the secret with the sources"))
}

func (v variables) secret(arn string) source.Fetcher {
	endpoint := v.Endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER")
	return secretsmanager.New(secretsmanager.Options{ARN: arn, Region: v.Get("AWS_REGION"), Endpoint: endpoint, Getenv: v.Get})
}

// sourcesTime is the longest that reading the sources takes.
const sourcesTime = 10 * time.Second

// hashes returns the function that reads the keys of the sources' document.
func (v variables) hashes() func(context.Context) ([]webhook.Hasher, error) {
	fetcher := v.sources()
	return func(ctx context.Context) ([]webhook.Hasher, error) {
		ctx, cancel := context.WithTimeout(ctx, sourcesTime)
		defer cancel()
		return source.Hashes(ctx, fetcher)
	}
}
