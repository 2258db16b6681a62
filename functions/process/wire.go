package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/functions/process/handlers"
	"webhookintake/shared/hook"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/dynamo"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
	"webhookintake/shared/source/secretsmanager"
	"webhookintake/shared/telemetry"
)

// newHandler builds the function's handler out of the environment. Everything that can
// be wrong with it is found here, before the first event.
func newHandler(
	ctx context.Context, getenv func(string) string, out io.Writer,
) (func(context.Context, events.SQSEvent) (events.SQSEventResponse, error), error) {
	c, err := readConfig(getenv)
	if err != nil {
		return nil, err
	}
	log, err := telemetry.NewLogger(out, getenv("LOG_LEVEL"))
	if err != nil {
		return nil, err
	}
	slog.SetDefault(log) // for the handlers, which log through package slog

	registry, err := register(ctx, getenv)
	if err != nil {
		return nil, err
	}
	queue, err := openQueue("QUEUE_URL", getenv)
	if err != nil {
		return nil, err
	}
	deadLetters, err := openQueue("DLQ_URL", getenv)
	if err != nil {
		return nil, err
	}
	w := &process.Worker{
		Handlers: registry, Queue: queue, DeadLetters: deadLetters,
		Timing: c.timing, KeepPayload: c.keepPayload,
	}
	w.Ledger, w.Entities = openLedger(c, getenv)
	o := lambdasqs.Options{Worker: w, Log: log}
	if !c.local {
		o.Metrics = telemetry.NewMetrics(out)
	}
	return lambdasqs.Handler(o), nil
}

// register enters the user's handlers, with the settings from their secret.
func register(ctx context.Context, getenv func(string) string) (*hook.Registry, error) {
	var fetcher source.Fetcher
	if arn := getenv("HANDLERS_SECRET_ARN"); arn != "" {
		fetcher = secretsmanager.New(secretsmanager.Options{
			ARN: arn, Region: getenv("AWS_REGION"),
			Endpoint: getenv("AWS_ENDPOINT_URL_SECRETS_MANAGER"), Getenv: getenv,
		})
	}
	settings, err := source.LoadHandlerSecrets(ctx, fetcher, getenv)
	if err != nil {
		return nil, err
	}
	var r hook.Registry
	if err := handlers.Register(&r, settings); err != nil {
		return nil, fmt.Errorf("register handlers: %w", err)
	}
	return &r, nil
}

// openQueue opens the queue whose URL is in the variable of that name.
func openQueue(name string, getenv func(string) string) (queue.Queue, error) {
	url := getenv(name)
	if url == memoryURL {
		return queuememory.New(queuememory.Options{}), nil
	}
	q, err := sqs.New(sqs.Options{
		URL: url, Region: getenv("AWS_REGION"), Endpoint: getenv("AWS_ENDPOINT_URL_SQS"),
		Credentials: environmentCredentials(getenv),
	})
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return q, nil
}

func openLedger(c config, getenv func(string) string) (ledger.Store, ledger.Entities) {
	if c.table == memoryURL {
		store := &ledgermemory.Store{Keep: c.timing.Keep()}
		return store, store
	}
	store := dynamo.New(dynamo.Options{
		Table: c.table, Region: getenv("AWS_REGION"), Endpoint: getenv("AWS_ENDPOINT_URL_DYNAMODB"),
		Credentials: environmentCredentials(getenv), Keep: c.timing.Keep(),
	})
	return store, store
}

// environmentCredentials are those that Lambda puts into the environment. They are good
// for as long as the process lives.
func environmentCredentials(getenv func(string) string) aws.CredentialsProvider {
	return credentials.NewStaticCredentialsProvider(
		getenv("AWS_ACCESS_KEY_ID"), getenv("AWS_SECRET_ACCESS_KEY"), getenv("AWS_SESSION_TOKEN"))
}
