package dead_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

var (
	errBank = errors.New("bank is closed")
	errLost = errors.New("lost")
)

// A world is the worker of process between engines in memory, and a client of its
// dead-letter queue, in a synctest bubble.
type world struct {
	*testing.T
	queue, dead           *queuememory.Queue
	queueFault, deadFault func(op, id string) (bool, error)
	ledger                *ledgermemory.Store
	registry              hook.Registry
	worker                *process.Worker
	client                dead.Client

	mu    sync.Mutex
	calls []string          // calls of handlers, as "name id"
	fails map[string]error  // what a handler returns
	lost  map[string]string // the error for an event's record
}

func inWorld(t *testing.T, test func(w *world)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		w := &world{T: t, ledger: &ledgermemory.Store{}, fails: map[string]error{}}
		timing := process.DefaultTiming
		w.queue = queuememory.New(queuememory.Options{
			Visibility: timing.Visibility, Retention: timing.QueueRetention,
			Fault: func(op, id string) (bool, error) { return ask(w.queueFault, op, id) },
		})
		w.dead = queuememory.New(queuememory.Options{
			Retention: timing.DeadLetterRetention,
			Fault:     func(op, id string) (bool, error) { return ask(w.deadFault, op, id) },
		})
		w.worker = &process.Worker{
			Handlers: &w.registry, Ledger: w.ledger, Entities: w.ledger, Queue: w.queue, DeadLetters: w.dead,
		}
		w.client = dead.Client{
			Dead: w.dead, Queue: w.queue, Records: w,
			Planner: dead.Planner{Handlers: operate.Handlers{All: &w.registry}, Now: time.Now},
		}
		test(w)
	})
}

func ask(fault func(op, id string) (bool, error), op, id string) (bool, error) {
	if fault == nil {
		return true, nil
	}
	return fault(op, id)
}

// Record implements dead.Records.
func (w *world) Record(_ context.Context, key string) (ledger.Record, bool, error) {
	if problem := w.lost[key]; problem != "" {
		return ledger.Record{}, false, errors.New(problem)
	}
	r, ok := w.ledger.Record(key)
	return r, ok, nil
}

// on registers a handler that notes its calls and returns its error in w.fails.
func (w *world) on(name string, opts ...hook.Option) {
	hook.On(&w.registry, contiguity.TextIncomingSMS, name, func(_ context.Context, e hook.Event[contiguity.Text]) error {
		w.mu.Lock()
		defer w.mu.Unlock()
		w.calls = append(w.calls, name+" "+e.ID)
		return w.fails[name]
	}, opts...)
}

func message(id string) queue.Message {
	body := fmt.Sprintf(`{"id":%q,"type":"text.incoming.sms","timestamp":1,"data":{"from":"+15005550001","body":"hello"}}`, id)
	return queue.Message{Event: webhook.Event{
		Source: "texts", Provider: "contiguity", ID: id, Type: "text.incoming.sms",
		Received: time.Now().Truncate(time.Millisecond), Raw: []byte(body),
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

// deadLetter puts letters into the dead-letter queue.
func (w *world) deadLetter(ms ...queue.Message) {
	w.Helper()
	for _, m := range ms {
		if err := w.dead.Send(w.Context(), m, 0); err != nil {
			w.Fatal(err)
		}
	}
}

// letter returns message(id) with a failure.
func letter(id string, reason queue.Reason) queue.Message {
	m := message(id)
	m.Failure = &queue.Failure{Reason: reason, Fence: 1, At: time.Now().UnixMilli(), Error: errBank.Error(), Attempts: 1}
	return m
}

// charge sends an event whose one handler, "charge", fails for good, so that its letter is in
// the dead-letter queue. After that the handler succeeds.
func (w *world) charge(id string) {
	w.Helper()
	w.on("charge")
	w.fails["charge"] = hook.Permanent(errBank)
	w.send(message(id))
	w.work()
	w.fails, w.calls = nil, nil
}

// work handles the messages that are visible in the queue, and returns the outcomes.
func (w *world) work() []process.Outcome {
	w.Helper()
	ms, err := w.queue.Receive(w.Context(), queue.MaxBatch, 0)
	if err != nil {
		w.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(w.Context(), process.DefaultTiming.Function)
	defer cancel()
	var outcomes []process.Outcome
	for i, r := range w.worker.Batch(ctx, ms) {
		outcomes = append(outcomes, r.Outcome)
		if r.Acked {
			w.queue.Delete(w.Context(), []string{ms[i].Wire.Receipt})
		}
	}
	return outcomes
}

// wantWork handles the queue's messages, and wants these outcomes, and these calls since the
// last time.
func (w *world) wantWork(want []process.Outcome, calls ...string) {
	w.Helper()
	if got := w.work(); !slices.Equal(got, want) {
		w.Errorf("outcomes %q, want %q", got, want)
	}
	w.wantCalls(calls...)
}

func (w *world) wantCalls(want ...string) {
	w.Helper()
	if !slices.Equal(w.calls, want) {
		w.Errorf("called %q, want %q", w.calls, want)
	}
	w.calls = nil
}

// plans returns the plans of the letters that match f.
func (w *world) plans(f dead.Filter) []dead.Plan {
	w.Helper()
	plans, _, err := w.client.Plans(w.Context(), f, 0)
	if err != nil {
		w.Fatal(err)
	}
	return plans
}

// results redrives the planned letters.
func (w *world) results(plans []dead.Plan) (all []dead.Result) {
	w.Helper()
	if err := w.client.Redrive(w.Context(), plans, func(r dead.Result) { all = append(all, r) }); err != nil {
		w.Fatal(err)
	}
	return all
}

// redrive redrives all letters and returns the outcome of each, as "id outcome".
func (w *world) redrive() (words []string, err error) {
	w.Helper()
	err = w.client.Redrive(w.Context(), w.plans(dead.Filter{}), func(r dead.Result) {
		words = append(words, r.Letter.Name()+" "+r.Outcome())
	})
	slices.Sort(words)
	return words, err
}

func (w *world) wantRedriven(want ...string) {
	w.Helper()
	got, err := w.redrive()
	if err != nil || !slices.Equal(got, want) {
		w.Fatalf("redriven %q, %v; want %q", got, err, want)
	}
}

// wantVisible wants that many letters, all visible.
func (w *world) wantVisible(n int) {
	w.Helper()
	if got := w.dead.Counts(); got != (queuememory.Counts{Visible: n}) {
		w.Errorf("dead letters: %+v, want %d, all visible", got, n)
	}
}

// clock formats a time of the bubble's first day.
func clock(t time.Time) string { return t.UTC().Format(time.TimeOnly) }
