package main

import (
	"context"
	"io"
	"log/slog"
	"sync"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/environment"
	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdahttp"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
	"webhookintake/shared/source/secretsmanager"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/s3"
	"webhookintake/shared/warm"
)

// newHandler builds the function from its environment and reads the sources, so that the
// first webhook does not wait for them. Logs and metrics go to out. The error lists all
// faults of the environment.
func newHandler(getenv func(string) string, out io.Writer) (lambdahttp.Func, error) {
	env := variables{environment.New(getenv)}
	log := env.logger(out)
	metrics := env.metrics(out)
	sources := env.sources(log, metrics)
	queue := env.queue()
	vault := env.vault()
	spill, keep := env.ofVault("SPILL"), env.ofVault("QUARANTINE")
	if err := env.Err(); err != nil {
		return nil, err
	}
	var connected sync.WaitGroup
	connected.Go(func() { connect(queue) })
	// If they cannot be read now, requests try again; the failure is logged.
	_ = sources.Load(context.Background())
	connected.Wait()
	flush(metrics)
	handler := &ingest.Handler{
		Sources: sources,
		Queue:   queue,
		Vault:   vault,
		Spill:   spill,
		Report:  report(log, metrics),
	}
	if keep {
		handler.Quarantine = &ingest.Quarantine{Vault: vault}
	}
	return lambdahttp.Handler(handler), nil
}

// variables build the parts of the function from the environment, and collect its faults.
type variables struct{ *environment.Reader }

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

func (v variables) sources(log *slog.Logger, metrics *telemetry.Metrics) *source.Sources {
	endpoint := v.Endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER")
	fetcher := func(arn string) source.Fetcher {
		v.Credentials()
		return secretsmanager.New(secretsmanager.Options{
			ARN: arn, Region: v.Region(), Endpoint: endpoint, Getenv: v.Get,
		})
	}
	sources, err := source.FromEnv(v.Get, fetcher, source.RefreshOptions{
		Parse:  source.ParseOptions{AllowSample: v.Local()},
		Logger: log,
		Report: func(s source.Status) { countRead(metrics, s) },
	})
	v.Add(err)
	return sources
}

func (v variables) queue() ingest.Sender {
	url, endpoint := v.Queue("QUEUE_URL"), v.Endpoint("AWS_ENDPOINT_URL_SQS")
	if url == environment.Memory {
		return memory.New(memory.Options{})
	}
	key, secret, token := v.Credentials()
	region := v.Region()
	if v.Err() != nil {
		return nil
	}
	queue, err := sqs.New(sqs.Options{
		URL: url, Region: region, Endpoint: endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
		HTTPClient:  warm.NewClient(),
	})
	v.Add(err)
	return queue
}

// connect opens the connection to SQS, so that the first webhook does not wait for it. It
// gives up after a second; then the first webhook opens it.
func connect(queue ingest.Sender) {
	if queue, ok := queue.(*sqs.Queue); ok {
		ctx, stop := context.WithTimeout(context.Background(), time.Second)
		defer stop()
		queue.Warm(ctx)
	}
}

// ofVault returns whether the vault is also used for what the switch names: SPILL, what the
// queue does not take, or QUARANTINE, requests that are refused for their signature.
func (v variables) ofVault(name string) bool {
	on := v.Switch(name)
	if on && v.Get("VAULT_BUCKET") == "" {
		v.Fault(name, "give VAULT_BUCKET too, or leave it empty")
	}
	return on
}

// vault returns what keeps the bodies that do not fit the queue, nil if there is none. It
// sends nothing.
func (v variables) vault() vault.Putter {
	endpoint, bucket := v.Endpoint("AWS_ENDPOINT_URL_S3"), v.Bucket("VAULT_BUCKET")
	if bucket == "" {
		return nil
	}
	key, secret, token := v.Credentials()
	region := v.Region()
	if v.Err() != nil {
		return nil
	}
	store, err := s3.New(s3.Options{
		Bucket: bucket, Region: region, Endpoint: endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
	})
	v.Add(err)
	return store
}
