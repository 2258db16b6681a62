package console_test

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/tail"
	"webhookintake/shared/hook"
	"webhookintake/shared/ingest"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// onEngines are ingest and process on real engines, and a console that reaches them by the
// variables that the functions read.
type onEngines struct {
	*world
	queue  *sqs.Queue
	ingest http.Handler
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
	e := &onEngines{world: &world{}, queue: on.Queue(t, env["QUEUE_URL"])}
	var handlers hook.Registry
	hook.On(&handlers, kyc.SessionApproved, "open-account", func(context.Context, hook.Event[kyc.Session]) error {
		return e.unlessMended(hook.Permanent(errors.New("the bank does not know this customer")))
	})
	e.worker = &process.Worker{Handlers: &handlers, Ledger: store, Entities: store, Queue: e.queue, DeadLetters: on.Queue(t, env["DLQ_URL"])}
	var refusals tail.Refusals
	e.ingest = &ingest.Handler{Sources: source.Fixed(dialect.Sources()), Queue: e.queue, Report: func(_ context.Context, r ingest.Report) {
		if r.Status != http.StatusOK {
			refusals.Add(r.Source, string(r.Code), r.Status, time.Now())
		}
	}}
	config := aws.Config{Region: clitest.EngineRegion, Credentials: clitest.EngineCredentials()}
	e.options = console.Options{
		Intake: stack.FromEnvironment(config, func(name string) string { return env[name] }).Intake(), Handlers: operate.Handlers{All: &handlers},
		Now: time.Now, Port: port, Access: console.NewAccess(), Name: "the engines of the environment", Write: true,
		Refused: func(context.Context, time.Time) (tail.Refusals, error) { return refusals, nil },
	}
	e.enter(t)
	return e
}

// post sends a request to ingest, which has to answer with the status.
func (e *onEngines) post(t *testing.T, r webhook.Request, status int) {
	t.Helper()
	in := httptest.NewRequestWithContext(t.Context(), http.MethodPost, "/hooks/kyc", bytes.NewReader(r.Body))
	in.Header = r.Header
	answer := httptest.NewRecorder()
	if e.ingest.ServeHTTP(answer, in); answer.Code != status {
		t.Fatalf("answered %d %s, want %d", answer.Code, answer.Body, status)
	}
}

// handle handles messages until so many have ended.
func (e *onEngines) handle(t *testing.T, n int, want process.Outcome) {
	t.Helper()
	for began := time.Now(); n > 0; {
		if time.Since(began) > 5*time.Minute {
			t.Fatalf("%d messages have not ended", n)
		}
		ms, err := e.queue.Receive(t.Context(), queue.MaxBatch, time.Second)
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second) // short leases
		for i, r := range e.worker.Batch(ctx, ms) {
			if r.Acked {
				n--
				e.queue.Delete(t.Context(), []string{ms[i].Wire.Receipt})
				if r.Outcome != want {
					t.Errorf("%s: %s, want %s", ms[i].Key(), r.Outcome, want)
				}
			}
		}
		cancel()
	}
}

// TestEngineMendAndRedrive goes the way of an operator on the queue and the table of a stack:
// failing and forged webhooks come, two clicks say why, the handler is mended, and what
// failed is sent back and done.
func TestEngineMendAndRedrive(t *testing.T) {
	t.Parallel()
	e := newOnEngines(t)
	s, err := dialect.Find(kyc1)
	if err != nil {
		t.Fatal(err)
	}
	src := dialect.Sources()["kyc"]
	for _, id := range []string{"evt_1", "evt_2"} {
		body, err := s.WithID(id)
		if err != nil {
			t.Fatal(err)
		}
		e.post(t, dialect.Sign(src.Provider, src.Settings, body, time.Now()), http.StatusOK)
	}
	e.post(t, dialect.SignWrong(src.Provider, src.Settings, s.Body, time.Now()), http.StatusUnauthorized)
	e.handle(t, 2, process.DeadLettered)

	e.get(t, "refused", http.StatusOK).wants(t, "signature_mismatch 401 kyc 1")
	overview := e.get(t, "", http.StatusOK)
	overview.wants(t, "Needs you: 2 dead letters wait for you", "the bank does not know this customer")
	group := slices.IndexFunc(overview.elements, func(x el) bool { return strings.HasPrefix(attribute(x, "href"), "events?kind=open-account") })
	if group < 0 {
		t.Fatalf("no group of open-account: %v", overview.links)
	}
	list := e.get(t, attribute(overview.elements[group], "href"), http.StatusOK)
	e.get(t, list.links["evt_2"], http.StatusOK).wants(t, "open-account permanent in run", "Became a dead letter: permanent", "the bank does not know this customer")

	e.mended.Store(true)
	letters := e.get(t, "dead", http.StatusOK)
	plan := e.get(t, letters.links["Send back all 2 that match…"], http.StatusOK)
	plan.wants(t, "Would act on 2.", "runs open-account")
	e.confirm(t, plan, "2").wants(t, "Done.", "redriven 2")
	e.handle(t, 2, process.Handled)
	e.get(t, list.links["evt_2"], http.StatusOK).wants(t, "All of its handlers are done.", "Completed")
	e.get(t, "", http.StatusOK).wants(t, "Healthy: nothing is failing.")
}
