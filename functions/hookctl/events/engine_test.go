package events

import (
	"context"
	"crypto/rand"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/webhook"
)

// eventEngines are a ledger and a queue on real engines, and a worker as in
// functions/process.
type eventEngines struct {
	*testing.T
	env    map[string]string
	queue  *sqs.Queue
	worker *process.Worker

	mu  sync.Mutex
	ran []string // "handler id"
}

func newEventEngines(t *testing.T) *eventEngines {
	t.Helper()
	on, name := clitest.NeedEngines(t, os.Getenv("WEBHOOK_TEST_SQS"), os.Getenv("WEBHOOK_TEST_DYNAMODB")), "events-"+rand.Text()
	e := &eventEngines{T: t, env: map[string]string{
		"AWS_ENDPOINT_URL_SQS": on.SQS, "AWS_ENDPOINT_URL_DYNAMODB": on.DynamoDB, "TABLE_NAME": name,
		"QUEUE_URL": on.NewQueue(t, name, nil),
	}}
	e.queue = on.Queue(t, e.env["QUEUE_URL"])
	on.NewTable(t, name)
	store := on.Store(name)
	e.worker = &process.Worker{
		Handlers: &hook.Registry{}, Ledger: store, Entities: store, Queue: e.queue, DeadLetters: e.queue,
		KeepPayload: func(string) bool { return true },
	}
	if err := e.register(e.worker.Handlers, nil); err != nil {
		t.Fatal(err)
	}
	return e
}

// register registers two handlers that note their runs, one of them at most once.
func (e *eventEngines) register(r *hook.Registry, _ func(string) string) error {
	for name, options := range map[string][]hook.Option{"note": nil, "call": {hook.AtMostOnce}} {
		hook.On(r, kyc.SessionApproved, name, func(_ context.Context, event hook.Event[kyc.Session]) error {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.ran = append(e.ran, name+" "+event.ID)
			return nil
		}, options...)
	}
	return nil
}

// received is when the events were.
var received = clitest.Noon.Add(-time.Hour)

// receive sends events as ingest does.
func (e *eventEngines) receive(ids ...string) {
	e.Helper()
	for _, id := range ids {
		m := queue.Message{Event: webhook.Event{
			Source: "kyc", Provider: "kyc", ID: id, Type: kyc.SessionApproved.Name(), Received: received,
			Raw: fmt.Appendf(nil, `{"id":%q,"type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1"}}`, id),
		}}
		if err := e.queue.Send(e.Context(), m, 0); err != nil {
			e.Fatal(err)
		}
	}
}

// work handles messages until n have ended, and returns which handlers ran for which events.
// An engine that is busy may be too slow for the worker, which then handles a message again.
func (e *eventEngines) work(n int) []string {
	e.Helper()
	e.ran = nil
	for began := time.Now(); n > 0; {
		ms, err := e.queue.Receive(e.Context(), queue.MaxBatch, queue.MaxWait)
		if err != nil {
			e.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(e.Context(), 20*time.Second) // short leases
		for i, r := range e.worker.Batch(ctx, ms) {
			if !r.Acked {
				e.Logf("%v: %s, %v", r.Message.Event, r.Outcome, r.Err)
				continue
			}
			if err := e.queue.Delete(e.Context(), []string{ms[i].Wire.Receipt})[0]; err != nil {
				e.Fatal(err)
			}
			n--
		}
		cancel()
		if time.Since(began) > 5*time.Minute {
			e.Fatalf("%d messages have not ended", n)
		}
	}
	slices.Sort(e.ran)
	return slices.Compact(e.ran)
}

func (e *eventEngines) hookctl(args string) string {
	e.Helper()
	return e.call(strings.Fields(args))
}

func (e *eventEngines) call(args []string) string {
	e.Helper()
	out, err := clitest.Call{Commands: commands, Env: e.env, Args: args, Register: e.register}.Run(e.Context())
	if err != nil {
		e.Fatalf("%q: %v\n%s", args, err, out)
	}
	return out
}

// TestEngineReplay handles events and replays them. Only the named handlers run, and only for
// the selected events.
func TestEngineReplay(t *testing.T) {
	t.Parallel()
	e := newEventEngines(t)
	e.receive("evt_1", "evt_2")
	if ran := e.work(2); len(ran) != 4 {
		t.Fatalf("ran %q, want both handlers for both events", ran)
	}

	for _, tt := range []struct {
		args string
		sent int
		ran  string
	}{
		{"kyc evt_1 --handler note --dry-run", 0, ""},
		{"kyc evt_1 --handler note --yes", 1, "note evt_1"},
		{"kyc#evt_2 --yes", 1, "call evt_2 note evt_2"},
		{"--source kyc --since 24h --type kyc.session.approved --state completed --handler call --yes", 2, "call evt_1 call evt_2"},
	} {
		out := e.hookctl("events replay " + tt.args)
		if ran := strings.Join(e.work(tt.sent), " "); ran != tt.ran {
			t.Errorf("replay %s: ran %q, want %q\n%s", tt.args, ran, tt.ran, out)
		}
	}

	if out := e.hookctl("events list --all --source kyc --json"); strings.Count(out, `"state":"COMPLETED"`) != 2 {
		t.Errorf("list:\n%s", out)
	}
	for filter, want := range map[string]string{
		"--state unhandled": "No event matches.", "--all --type other": "No event matches.", "--state open": "No event matches.", "": "No event is open", "--until 2h": "No event matches.",
		"--since 61m": "2 events matched.",
	} {
		if out := e.hookctl("events list " + filter); !strings.Contains(out, want) {
			t.Errorf("list %s, want %q:\n%s", filter, want, out)
		}
	}
	if out := e.hookctl("events show kyc evt_1 --payload"); !strings.Contains(out, `"session_id": "s-1"`) || !strings.Contains(out, "(1h ago)") {
		t.Errorf("show:\n%s", out)
	}
}
