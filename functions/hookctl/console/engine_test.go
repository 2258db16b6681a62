package console_test

import (
	"context"
	"crypto/rand"
	"net/http"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/ingest"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
)

// onEngines are ingest and process on real engines, and a console that reaches them by the
// variables that the functions read.
type onEngines struct {
	*world
	queue  *sqs.Queue
	worker *process.Worker
}

func newOnEngines(t *testing.T) *onEngines {
	t.Helper()
	on, name := clitest.NeedEngines(t, os.Getenv("WEBHOOK_TEST_SQS"), os.Getenv("WEBHOOK_TEST_DYNAMODB")), "console-"+rand.Text()
	env := map[string]string{
		"AWS_ENDPOINT_URL_SQS": on.SQS, "AWS_ENDPOINT_URL_DYNAMODB": on.DynamoDB, "TABLE_NAME": name,
		"QUEUE_URL": on.NewQueue(t, name, nil), "DLQ_URL": on.NewQueue(t, name+"-dead", nil),
	}
	on.NewTable(t, name)
	store := on.Store(name)
	config := aws.Config{Region: clitest.EngineRegion, Credentials: clitest.EngineCredentials()}
	e := &onEngines{queue: on.Queue(t, env["QUEUE_URL"])}
	e.world = newStack(t, nil, func(o *console.Options) {
		o.Intake = stack.FromEnvironment(config, func(name string) string { return env[name] }).Intake()
	})
	e.options.Refused = e.journal.Refused
	e.enter(t)
	e.worker = &process.Worker{Handlers: e.options.Handlers.All, Ledger: store, Entities: store, Queue: e.queue, DeadLetters: on.Queue(t, env["DLQ_URL"])}
	e.ingest = &ingest.Handler{Sources: source.Fixed(dialect.Sources()), Queue: e.queue, Report: func(_ context.Context, r ingest.Report) { e.journal.Answered(r) }}
	return e
}

// receive sends a sample to ingest, again while a busy engine refuses it, and handles it.
func (e *onEngines) receive(t *testing.T, sample, id string) {
	t.Helper()
	s, body := sampleWith(t, sample, id)
	for began := time.Now(); ; {
		answer := e.answer(t, s, dialect.Sign, body)
		if answer.Code == http.StatusOK {
			break
		}
		if answer.Code != http.StatusServiceUnavailable || time.Since(began) > 5*time.Minute {
			t.Fatalf("answered %d %s", answer.Code, answer.Body)
		}
	}
	e.workAll(t)
}

// workAll handles messages until the queue has none.
func (e *onEngines) workAll(t *testing.T) {
	t.Helper()
	for began := time.Now(); ; {
		counts, err := e.options.Intake.Counts(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		if counts.Queue.All() == 0 {
			return
		}
		if time.Since(began) > 5*time.Minute {
			t.Fatalf("the queue still has %+v", counts.Queue)
		}
		ms, err := e.queue.Receive(t.Context(), queue.MaxBatch, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // short leases
		for i, r := range e.worker.Batch(ctx, ms) {
			if r.Acked {
				e.queue.Delete(t.Context(), []string{ms[i].Wire.Receipt})
			}
		}
		cancel()
	}
}

// TestEngineMendAndRedrive goes the way of an operator on the queue and the table of a stack.
func TestEngineMendAndRedrive(t *testing.T) {
	t.Parallel()
	e := newOnEngines(t)
	tell(t, "mend_and_redrive.txt", e, &reader{w: e.world})
}

// TestBrowserStack goes the same way in a browser.
func TestBrowserStack(t *testing.T) {
	b, e := newBrowser(t), newOnEngines(t)
	b.enter(t, e.world)
	tell(t, "mend_and_redrive.txt", e, b)
	b.isQuiet(t)
}
