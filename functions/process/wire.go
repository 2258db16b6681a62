package main

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"time"

	"webhookintake/functions/process/handlers"
	"webhookintake/shared/environment"
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
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/s3"
	"webhookintake/shared/warm"
)

// newHandler builds the function's handler from the environment. It finds all faults of the
// environment before the first event.
func newHandler(
	ctx context.Context, getenv func(string) string, out io.Writer,
) (lambdasqs.Func, error) {
	c, err := readConfig(getenv)
	if err != nil {
		return nil, err
	}
	log, err := telemetry.NewLogger(out, c.logLevel)
	if err != nil {
		return nil, fmt.Errorf("LOG_LEVEL: %w", err)
	}
	slog.SetDefault(log) // for the handlers, which log through package slog

	store := openLedger(c)
	connected := connect(ctx, store)
	defer connected()
	w := &process.Worker{Timing: c.timing, KeepPayload: c.keepPayload}
	if w.Handlers, err = register(ctx, c, getenv); err != nil {
		return nil, err
	}
	if w.Queue, err = openQueue(c, c.queueURL); err != nil {
		return nil, fmt.Errorf("QUEUE_URL: %w", err)
	}
	if w.DeadLetters, err = openQueue(c, c.deadLetterURL); err != nil {
		return nil, fmt.Errorf("DLQ_URL: %w", err)
	}
	if w.Vault, err = openVault(c); err != nil {
		return nil, fmt.Errorf("VAULT_BUCKET: %w", err)
	}
	w.Ledger, w.Entities, w.States = store, store, store

	o := lambdasqs.Options{Worker: w, Log: log}
	if !c.local { // there they would make the log unreadable
		o.Metrics = telemetry.NewMetrics(out, c.lean, telemetry.Dimension{Name: telemetry.FieldFunction, Value: getenv("AWS_LAMBDA_FUNCTION_NAME")})
	}
	return lambdasqs.Handler(o), nil
}

// register registers the user's handlers. Their settings come from their secret, then from
// HANDLERS, then from the environment.
func register(ctx context.Context, c config, getenv func(string) string) (*hook.Registry, error) {
	var fetcher source.Fetcher
	if c.handlersSecretARN != "" {
		fetcher = secretsmanager.New(secretsmanager.Options{
			ARN: c.handlersSecretARN, Region: c.region, Endpoint: c.secretsEndpoint, Getenv: getenv,
		})
	}
	settings, err := source.LoadHandlerSecrets(ctx, fetcher, c.settings)
	if err != nil {
		return nil, err
	}
	r, err := hook.NewRegistry(func(r *hook.Registry) error { return handlers.Register(r, settings) })
	if err == nil {
		err = c.timing.CheckHandlers(r)
	}
	if err != nil {
		return nil, fmt.Errorf("register handlers: %w", err)
	}
	return r, nil
}

func openQueue(c config, url string) (queue.Queue, error) {
	if url == environment.Memory {
		return queuememory.New(queuememory.Options{}), nil
	}
	return sqs.New(sqs.Options{
		URL: url, Region: c.region, Endpoint: c.sqsEndpoint, Credentials: c.credentials,
	})
}

// openVault returns where the bodies are that do not fit the queue, or nil.
func openVault(c config) (vault.Getter, error) {
	if c.bucket == "" {
		return nil, nil //nolint:nilnil // as documented
	}
	return s3.New(s3.Options{Bucket: c.bucket, Region: c.region, Endpoint: c.s3Endpoint, Credentials: c.credentials})
}

// A store keeps the records and payloads of events.
type store interface {
	ledger.Store
	ledger.Entities
	ledger.States
}

func openLedger(c config) store {
	if c.table == environment.Memory {
		return &ledgermemory.Store{Keep: c.timing.Keep()}
	}
	return dynamo.New(dynamo.Options{
		Table: c.table, Region: c.region, Endpoint: c.dynamoEndpoint,
		Credentials: c.credentials, Keep: c.timing.Keep(), KeepPayload: c.payloadRetention,
		HTTPClient: warm.NewClient(),
	})
}

// connect begins to open the connection to DynamoDB, so that the first event does not wait
// for it, and returns a function that waits until it is open. It gives up after a second;
// then the first event opens it.
func connect(ctx context.Context, s store) (wait func()) {
	var connecting sync.WaitGroup
	if s, ok := s.(*dynamo.Store); ok {
		connecting.Go(func() {
			ctx, stop := context.WithTimeout(ctx, time.Second)
			defer stop()
			s.Warm(ctx)
		})
	}
	return connecting.Wait
}
