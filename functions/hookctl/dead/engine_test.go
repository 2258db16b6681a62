package dead

import (
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/cli"
	"webhookintake/functions/hookctl/cli/clitest"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/webhook"
)

// deadEngines are a queue, its dead-letter queue and a table on real engines, and a worker as
// in functions/process, made for one test.
type deadEngines struct {
	*testing.T
	env         map[string]string
	queue, dead *sqs.Queue
	worker      *process.Worker

	mu    sync.Mutex
	calls []string
	fails map[string]error // by handler
}

func newDeadEngines(t *testing.T) *deadEngines {
	t.Helper()
	on, name := clitest.NeedEngines(t, os.Getenv("WEBHOOK_TEST_SQS"), os.Getenv("WEBHOOK_TEST_DYNAMODB")), "dead-"+rand.Text()
	e := &deadEngines{T: t, fails: map[string]error{}, env: map[string]string{
		"AWS_ENDPOINT_URL_SQS": on.SQS, "AWS_ENDPOINT_URL_DYNAMODB": on.DynamoDB, "TABLE_NAME": name,
		"QUEUE_URL": on.NewQueue(t, name, nil), "DLQ_URL": on.NewQueue(t, name+"-dead", nil),
	}}
	e.queue, e.dead = on.Queue(t, e.env["QUEUE_URL"]), on.Queue(t, e.env["DLQ_URL"])
	on.NewTable(t, name)
	store := on.Store(name)
	var handlers hook.Registry
	if err := e.register(&handlers, nil); err != nil {
		t.Fatal(err)
	}
	e.worker = &process.Worker{Handlers: &handlers, Ledger: store, Entities: store, Queue: e.queue, DeadLetters: e.dead}
	return e
}

// register registers two handlers that note their calls and return their errors in fails.
func (e *deadEngines) register(r *hook.Registry, _ func(string) string) error {
	noting := func(name string) func(context.Context, hook.Event[contiguity.Text]) error {
		return func(_ context.Context, ev hook.Event[contiguity.Text]) error {
			e.mu.Lock()
			defer e.mu.Unlock()
			e.calls = append(e.calls, name+" "+ev.ID)
			return e.fails[name]
		}
	}
	hook.On(r, contiguity.TextIncomingSMS, "note", noting("note"))
	hook.On(r, contiguity.TextIncomingSMS, "reply", noting("reply"), hook.AtMostOnce)
	return nil
}

func textMessage(id, text string) queue.Message {
	return queue.Message{Event: webhook.Event{
		Source: "texts", Provider: "contiguity", ID: id, Type: "text.incoming.sms", Received: time.Now(),
		Raw: fmt.Appendf(nil, `{"id":%q,"type":"text.incoming.sms","timestamp":1,"data":{"from":"+15005550001","body":%q}}`, id, text),
	}}
}

func (e *deadEngines) send(id, text string) {
	e.Helper()
	if err := e.queue.Send(e.Context(), textMessage(id, text), 0); err != nil {
		e.Fatal(err)
	}
}

// complete writes the record of an event that was handled, with its payload.
func (e *deadEngines) complete(id, text string) {
	e.Helper()
	m := textMessage(id, text)
	r := process.RequestFor(m, true)
	r.Owner, r.At, r.Lease, r.Payload = "o", time.Now(), time.Now().Add(time.Minute), m.Raw
	answer := e.worker.Ledger.Claim(e.Context(), []ledger.Request{r})[0]
	end := ledger.End{Claim: answer.Claim, At: time.Now(), State: ledger.StateCompleted, Ran: true, Done: []string{"note", "reply"}}
	if err := errors.Join(answer.Err, e.worker.Ledger.End(e.Context(), []ledger.End{end})[0]); err != nil {
		e.Fatal(err)
	}
}

// wantWork handles messages until as many have ended, and wants these outcomes, and these
// calls since the last time. An engine that is busy with other tests may be too slow for the
// worker, which then handles a message again.
func (e *deadEngines) wantWork(outcomes []process.Outcome, calls ...string) {
	e.Helper()
	var got []process.Outcome
	for began := time.Now(); ; {
		ms, err := e.queue.Receive(e.Context(), queue.MaxBatch, time.Second)
		if err != nil {
			e.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(e.Context(), 20*time.Second) // short leases
		for i, r := range e.worker.Batch(ctx, ms) {
			if r.Acked {
				got = append(got, r.Outcome)
				e.queue.Delete(e.Context(), []string{ms[i].Wire.Receipt})
			}
		}
		cancel()
		if len(got) >= len(outcomes) || time.Since(began) > 5*time.Minute {
			break
		}
	}
	slices.Sort(e.calls)
	if !slices.Equal(got, outcomes) || !slices.Equal(e.calls, calls) {
		e.Fatalf("outcomes %q, called %q; want %q and %q", got, e.calls, outcomes, calls)
	}
	e.calls = nil
}

// hookctl runs a command line and wants its exit code, and texts in its output.
func (e *deadEngines) hookctl(args string, code int, want ...string) string {
	e.Helper()
	out, err := clitest.Call{Commands: commands, Args: strings.Fields(args), Env: e.env, Register: e.register}.Run(e.Context())
	if cli.ExitCode(err) != code {
		e.Fatalf("%s: exit code %d, %v; want %d\n%s", args, cli.ExitCode(err), err, code, out)
	}
	if err != nil {
		out += err.Error()
	}
	for _, text := range want {
		if !strings.Contains(out, text) {
			e.Errorf("%s: no %q in\n%s", args, text, out)
		}
	}
	return out
}

var errClosed = errors.New("bank is closed")

// TestEngineDeadRedrive redrives an event whose handler is fixed. The event is handled once,
// and the handler that had finished does not run again.
func TestEngineDeadRedrive(t *testing.T) {
	t.Parallel()
	e := newDeadEngines(t)
	e.hookctl("dead list", cli.ExitDone, "There are no dead letters.")
	e.fails["reply"] = hook.Permanent(errClosed)
	e.send("evt_1", "hello")
	e.wantWork([]process.Outcome{process.DeadLettered}, "note evt_1", "reply evt_1")

	e.hookctl("dead list", cli.ExitDone, "evt_1", "permanent", "reply: bank is closed", "1 dead letter")
	e.hookctl("dead list --source other", cli.ExitDone, "No dead letter matches; 1 other is there.")
	e.hookctl("dead list --json --reason permanent", cli.ExitDone, `"id":"evt_1"`, `"fence":1`)
	shown := e.hookctl("dead show evt_1", cli.ExitDone, "FAILED permanent, fence 1", "done     note", "runs reply; done: note")
	if strings.Contains(shown, "hello") {
		t.Errorf("it shows the payload:\n%s", shown)
	}
	e.hookctl("dead show evt_1 --payload", cli.ExitDone, `"body":"hello"`)
	e.hookctl("dead show evt_2", cli.ExitFailed, "no dead letter has the event or message id evt_2")
	e.hookctl("dead redrive evt_1 --dry-run", cli.ExitDone, "runs reply; done: note", "1 to send back, 0 refused")
	e.hookctl("dead redrive evt_1 --dry-run --json", cli.ExitDone, `"fate":"run","run":["reply"],"done":["note"]`)
	e.hookctl("dead redrive evt_1 evt_2 --yes", cli.ExitFailed, "nothing was sent", "the id evt_2,")
	e.hookctl("dead redrive evt_1 --yes --assume-done repply", cli.ExitFailed, "nothing was sent", "repply")
	e.hookctl("dead redrive evt_1", cli.ExitFailed, "runs reply; done: note", "nothing was changed", "add --yes")
	e.wantWork(nil)

	e.fails = nil
	e.hookctl("dead redrive evt_1 --yes", cli.ExitDone, "1 letter sent back")
	e.wantWork([]process.Outcome{process.Handled}, "reply evt_1")
	e.hookctl("dead list", cli.ExitDone, "There are no dead letters.")
	e.hookctl("dead redrive --all --yes", cli.ExitDone, "There are no dead letters.")
	e.wantWork(nil)
}

// TestEngineDeadOutcomeUnknown redrives an event whose handler may have acted only with the
// operator's confirmation, and then takes the handler as done.
func TestEngineDeadOutcomeUnknown(t *testing.T) {
	t.Parallel()
	e := newDeadEngines(t)
	e.fails["note"], e.fails["reply"] = errClosed, errClosed
	e.send("evt_1", "hello")
	e.send("evt_2", "hello")
	died := []process.Outcome{process.DeadLettered, process.DeadLettered}
	e.wantWork(died, "note evt_1", "note evt_2", "reply evt_1", "reply evt_2")

	e.fails = nil
	e.hookctl("dead redrive --all", cli.ExitFailed, "0 to send back, 2 refused", "no letter was redriven")
	e.hookctl("dead redrive --all --yes", cli.ExitFailed, "2 refused", "reply may have acted", "no letter was redriven")
	e.wantWork(nil)
	e.hookctl("dead redrive evt_1 --yes --json --assume-done reply", cli.ExitDone, `"assumed_done":["reply"]`, `"outcome":"redriven"`)
	e.wantWork([]process.Outcome{process.Handled}, "note evt_1")
	e.hookctl("dead redrive --reason outcome_unknown --run-again --yes", cli.ExitDone, "1 letter sent back")
	e.wantWork([]process.Outcome{process.Handled}, "note evt_2", "reply evt_2")
}

// TestEngineDeadConflict shows another body with the id of an event, and the kept one. The
// letter stays.
func TestEngineDeadConflict(t *testing.T) {
	t.Parallel()
	e := newDeadEngines(t)
	e.complete("evt_1", "hello")
	e.send("evt_1", "good-bye")
	e.wantWork([]process.Outcome{process.DeadLettered})
	e.hookctl("dead show evt_1 --payload", cli.ExitDone, `"body":"good-bye"`, "payload of the record", `"body":"hello"`)
	e.hookctl("dead show evt_1 --payload --json", cli.ExitDone, `good-bye`, `"kept_payload":"{\"id\":\"evt_1\"`)
	e.hookctl("dead redrive evt_1 --yes", cli.ExitFailed, "another body arrived with the same event id")
	e.wantWork(nil)
	e.hookctl("dead list", cli.ExitDone, "conflict")
	e.hookctl("dead drop --reason conflict", cli.ExitFailed, "deleted; the event that arrived first stays as it is", "1 letter to delete for good", "add --yes")
	e.hookctl("dead drop --reason conflict --yes", cli.ExitDone, "1 letter deleted.")
	e.hookctl("dead list", cli.ExitDone, "There are no dead letters.")
}

// TestEngineDeadDrop drops a letter. Its event is given up, and comes to life neither by the
// provider's retry nor by dropping again.
func TestEngineDeadDrop(t *testing.T) {
	t.Parallel()
	e := newDeadEngines(t)
	e.fails["reply"] = hook.Permanent(errClosed)
	e.send("evt_1", "hello")
	e.wantWork([]process.Outcome{process.DeadLettered}, "note evt_1", "reply evt_1")
	e.hookctl("dead drop evt_1 --dry-run --json", cli.ExitDone, `"closes_event":true`)
	e.hookctl("dead drop --since 1h --until 2h --yes", cli.ExitUsage, "--since is not before --until")
	e.hookctl("dead drop --until 1h --yes", cli.ExitDone, "No dead letter matches; 1 other is there.")
	e.hookctl("dead drop evt_1 --yes --json", cli.ExitDone, `"outcome":"dropped"`)
	e.hookctl("dead list", cli.ExitDone, "There are no dead letters.")
	e.hookctl("dead drop --all --yes", cli.ExitDone, "There are no dead letters.")
	e.send("evt_1", "hello")
	e.wantWork([]process.Outcome{process.Duplicate})
}

// TestEngineDeadMany lists and redrives more letters than one receive returns.
func TestEngineDeadMany(t *testing.T) {
	t.Parallel()
	e := newDeadEngines(t)
	const n = 64
	for i := range n {
		m := textMessage(fmt.Sprint("evt_", i), "hello")
		m.Failure = &queue.Failure{Reason: queue.ReasonPermanent, Fence: 1}
		if err := e.dead.Send(t.Context(), m, 0); err != nil {
			t.Fatal(err)
		}
	}
	for range 2 {
		e.hookctl("dead list", cli.ExitDone, "64 dead letters", "    64  permanent  texts")
	}
	e.hookctl("dead redrive --type text.incoming.sms --limit 40 --assume-done reply --yes", cli.ExitDone, "40 letters sent back")
	e.hookctl("dead list", cli.ExitDone, "24 dead letters")
}
