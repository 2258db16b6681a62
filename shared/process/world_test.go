package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// shop is a provider whose body is {"id":…,"at":unix seconds,…}, which is also the payload.
type shop struct{}

func (shop) Name() string                                         { return "shop" }
func (shop) Configure(webhook.Settings) (webhook.Verifier, error) { return nil, nil }
func (shop) Sign(webhook.Settings, string, []byte, time.Time) webhook.Request {
	return webhook.Request{}
}

func (shop) Open(body []byte) (webhook.Envelope, error) {
	o, err := webhook.ParseObject(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	return webhook.Envelope{Time: o.Seconds("at"), Data: body}, nil
}

type order struct {
	ID    string `json:"id"`
	At    int64  `json:"at"`
	Cents int    `json:"cents"`
}

func (o order) Entity() string { return o.ID }

var paid = webhook.NewType[order](shop{}, "order.paid")

var errBank = errors.New("bank is closed")

// world is a worker with in-memory engines, in a synctest bubble.
type world struct {
	*testing.T
	queue, dead           *queuememory.Queue
	ledger                *ledgermemory.Store
	registry              hook.Registry
	worker                *process.Worker
	vault                 *vaultmemory.Vault
	queueFault, deadFault func(op, id string) (bool, error)
	vaultFault            func(op, key string) (bool, error)

	mu    sync.Mutex
	calls []string // what handlers were called for, as "name id"
}

// row runs a subtest, a row of a table, in a world of its own.
func row(t *testing.T, name string, test func(w *world)) {
	t.Helper()
	t.Run(name, func(t *testing.T) { inWorld(t, test) })
}

// inWorld runs a test in its own bubble, parallel to others.
func inWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, ledger: &ledgermemory.Store{Keep: process.DefaultTiming.Keep()}}
		w.queue = queuememory.New(queuememory.Options{
			Visibility: process.DefaultTiming.Visibility, Retention: process.DefaultTiming.QueueRetention,
			Fault: func(op, id string) (bool, error) { return ask(w.queueFault, op, id) },
		})
		w.dead = queuememory.New(queuememory.Options{
			Retention: process.DefaultTiming.DeadLetterRetention,
			Fault:     func(op, id string) (bool, error) { return ask(w.deadFault, op, id) },
		})
		w.vault = vaultmemory.New(vaultmemory.Options{Fault: func(op, key string) (bool, error) { return ask(w.vaultFault, op, key) }})
		w.worker = w.newWorker()
		test(w)
	})
}

// newWorker is another process between the same engines.
func (w *world) newWorker() *process.Worker {
	return &process.Worker{
		Handlers: &w.registry, Ledger: w.ledger, Entities: w.ledger, States: w.ledger,
		Queue: w.queue, DeadLetters: w.dead, Vault: w.vault,
	}
}

func ask(fault func(op, id string) (bool, error), op, id string) (bool, error) {
	if fault == nil {
		return true, nil
	}
	return fault(op, id)
}

// on registers a handler for paid that records its calls and returns the result of fn.
func (w *world) on(name string, fn func(context.Context, hook.Event[order]) error, opts ...hook.Option) {
	hook.On(&w.registry, paid, name, func(ctx context.Context, e hook.Event[order]) error {
		w.mu.Lock()
		w.calls = append(w.calls, name+" "+e.ID)
		w.mu.Unlock()
		if fn == nil {
			return nil
		}
		return fn(ctx, e)
	}, opts...)
}

// failing returns a handler that always returns err.
func failing(err error) func(context.Context, hook.Event[order]) error {
	return func(context.Context, hook.Event[order]) error { return err }
}

func message(id string) queue.Message {
	body, _ := json.Marshal(order{ID: "o-" + id, At: 1_790_000_000, Cents: 5})
	return queue.Message{Event: webhook.Event{
		Source: "shop", Provider: "shop", ID: id, Type: "order.paid",
		Received: time.Now().Truncate(time.Millisecond), Raw: body,
	}}
}

func (w *world) send(ms ...queue.Message) {
	w.Helper()
	for _, m := range ms {
		if err := w.queue.Send(w.Context(), m, 0); err != nil {
			w.Fatal(err)
		}
	}
}

// deliver receives the visible messages and handles them, as one invocation of the
// function.
func (w *world) deliver() []process.Result {
	w.Helper()
	ms, err := w.queue.Receive(w.Context(), queue.MaxBatch, 0)
	if err != nil {
		w.Fatal(err)
	}
	return w.invoke(w.worker, ms)
}

// invoke handles messages and deletes those that are acknowledged.
func (w *world) invoke(worker *process.Worker, ms []queue.Message) []process.Result {
	w.Helper()
	ctx, cancel := context.WithTimeout(w.Context(), process.DefaultTiming.Function)
	defer cancel()
	results := worker.Batch(ctx, ms)
	if len(results) != len(ms) {
		w.Fatalf("Batch gave %d results for %d messages", len(results), len(ms))
	}
	for i, r := range results {
		if r.Message.Wire.MessageID != ms[i].Wire.MessageID {
			w.Fatalf("result %d is of message %s, want %s", i, r.Message.Wire.MessageID, ms[i].Wire.MessageID)
		}
		if r.Acked {
			w.queue.Delete(w.Context(), []string{ms[i].Wire.Receipt})
		}
	}
	return results
}

// one returns the only result.
func (w *world) one(results []process.Result) process.Result {
	w.Helper()
	if len(results) != 1 {
		w.Fatalf("%d messages were delivered, want 1", len(results))
	}
	return results[0]
}

// want checks outcome and acknowledgement of the only result, and returns it.
func (w *world) want(results []process.Result, o process.Outcome, acked bool) process.Result {
	w.Helper()
	r := w.one(results)
	if r.Outcome != o || r.Acked != acked {
		w.Fatalf("outcome %s, acked %v (%v, runs %v); want %s, acked %v", r.Outcome, r.Acked, r.Err, r.Runs, o, acked)
	}
	return r
}

// handle sends an event, delivers it, and checks its result as want does.
func (w *world) handle(id string, o process.Outcome, acked bool) process.Result {
	w.Helper()
	w.send(message(id))
	return w.want(w.deliver(), o, acked)
}

// wantCalls checks which handlers were called since the last time.
func (w *world) wantCalls(want ...string) {
	w.Helper()
	if !slices.Equal(w.calls, want) {
		w.Errorf("called %q, want %q", w.calls, want)
	}
	w.calls = nil
}

// again waits until a message is visible, checks how long that took, and delivers it.
func (w *world) again(least, most time.Duration) []process.Result {
	w.Helper()
	began := time.Now()
	next, ok := w.queue.Next()
	if !ok || time.Until(next) > 24*time.Hour {
		w.Fatal("no message comes again")
	}
	time.Sleep(time.Until(next))
	if took := time.Since(began); took < least || took > most {
		w.Errorf("visible again after %v, want %v to %v", took, least, most)
	}
	return w.deliver()
}

// letter returns the failure of the only dead letter.
func (w *world) letter() queue.Failure {
	w.Helper()
	letters := w.dead.Messages()
	if len(letters) != 1 {
		w.Fatalf("%d dead letters, want 1", len(letters))
	}
	if letters[0].Failure == nil {
		w.Fatalf("letter %v has no failure", letters[0])
	}
	return *letters[0].Failure
}

// redrive moves the dead letter back to the queue, as an operator does.
func (w *world) redrive(edit func(*queue.Failure)) {
	w.Helper()
	ms, err := w.dead.Receive(w.Context(), 1, 0)
	if err != nil || len(ms) != 1 {
		w.Fatalf("receive the letter: %d, %v", len(ms), err)
	}
	if edit != nil {
		edit(ms[0].Failure)
	}
	w.send(ms[0])
	w.dead.Delete(w.Context(), []string{ms[0].Wire.Receipt})
}

// state returns the state in an event's record.
func (w *world) state(id string) string {
	w.Helper()
	r, ok := w.ledger.Record("shop#" + id)
	if !ok {
		return "none"
	}
	return fmt.Sprintf("%s %s", r.State, r.Reason)
}

func (w *world) wantState(id, want string) {
	w.Helper()
	if got := w.state(id); got != want {
		w.Errorf("the record of %s is %q, want %q", id, got, want)
	}
}

func (w *world) wantHandled(results []process.Result) {
	w.Helper()
	for _, r := range results {
		if r.Outcome != process.Handled {
			w.Errorf("%s %s (%v), want it handled", r.Message.ID, r.Outcome, r.Err)
		}
	}
}

func (w *world) wantNoLetters() {
	w.Helper()
	if letters := w.dead.Messages(); len(letters) > 0 {
		w.Errorf("letters: %v", letters)
	}
}
