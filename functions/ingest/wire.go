package main

import (
	"context"
	"io"
	"log/slog"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdahttp"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
	"webhookintake/shared/source/secretsmanager"
	"webhookintake/shared/telemetry"
)

// newHandler builds the function from its environment and reads the sources, so that
// the first webhook need not wait for them. Logs and metrics go to out. Its error
// lists everything that is wrong with the environment.
func newHandler(getenv func(string) string, out io.Writer) (lambdahttp.Func, error) {
	env := environment{getenv: getenv}
	log := env.logger(out)
	metrics := env.metrics(out)
	sources := env.sources(log, metrics)
	queue := env.queue()
	if err := env.err(); err != nil {
		return nil, err
	}
	// Where they cannot be read now, requests try again; the failure is logged.
	_ = sources.Load(context.Background())
	flush(metrics)
	return lambdahttp.Handler(&ingest.Handler{
		Sources: sources,
		Queue:   queue,
		Report:  report(log, metrics),
	}), nil
}

func (e *environment) logger(out io.Writer) *slog.Logger {
	log, err := telemetry.NewLogger(out, e.getenv("LOG_LEVEL"))
	if err != nil {
		e.fault("LOG_LEVEL", "give debug, info, warn or error")
	}
	return log
}

// metrics are left out under `sam local`, where they would only bury the log.
func (e *environment) metrics(out io.Writer) *telemetry.Metrics {
	if e.local() {
		return nil
	}
	return telemetry.NewMetrics(out)
}

func (e *environment) sources(log *slog.Logger, metrics *telemetry.Metrics) *source.Sources {
	endpoint := e.endpoint("AWS_ENDPOINT_URL_SECRETS_MANAGER")
	fetcher := func(arn string) source.Fetcher {
		e.credentials()
		return secretsmanager.New(secretsmanager.Options{
			ARN: arn, Region: e.region(), Endpoint: endpoint, Getenv: e.getenv,
		})
	}
	sources, err := source.FromEnv(e.getenv, fetcher, source.RefreshOptions{
		Parse:  source.ParseOptions{AllowSample: e.local()},
		Logger: log,
		Report: func(s source.Status) { countRead(metrics, s) },
	})
	e.add(err)
	return sources
}

func (e *environment) queue() ingest.Sender {
	endpoint := e.endpoint("AWS_ENDPOINT_URL_SQS")
	url := e.getenv("QUEUE_URL")
	switch {
	case url == "memory:" && e.local():
		return memory.New(memory.Options{})
	case url == "memory:":
		e.fault("QUEUE_URL", "memory: keeps nothing and is for sam local alone; give the queue's URL")
		return nil
	case !isURL(url):
		e.fault("QUEUE_URL", "give the queue's URL, as https://sqs.<region>.amazonaws.com/<account>/<name>")
		return nil
	}
	key, secret, token := e.credentials()
	region := e.region()
	if region == "" {
		return nil
	}
	queue, err := sqs.New(sqs.Options{
		URL: url, Region: region, Endpoint: endpoint,
		Credentials: credentials.NewStaticCredentialsProvider(key, secret, token),
	})
	e.add(err)
	return queue
}
