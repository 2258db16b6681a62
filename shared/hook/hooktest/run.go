package hooktest

import (
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

// patience is how long, in real time, nothing may happen while handlers run.
const patience = 5 * time.Second

// Run delivers events to the handlers that register adds, as often as their errors and the
// faults require, until nothing is left to do. Each event arrives at its Received, or at
// once if that is zero; waits take no time and have no jitter. If a handler has not
// returned after 5 s of real time, Run fails the test and names it.
func Run(t testing.TB, register func(*hook.Registry), events []webhook.Event, faults ...Fault) Result {
	t.Helper()
	r := newRunner(t, events, faults)
	register(&r.registry)
	if err := process.DefaultTiming.CheckHandlers(&r.registry); err != nil {
		t.Fatalf("hooktest: the function would not start: %v", err)
	}
	r.restart()
	for r.step() {
	}
	for _, f := range r.faults {
		if f.kind != twice && !f.used {
			t.Errorf("hooktest: a fault is set for handler %q, which did not run", f.handler)
		}
	}
	return r.result()
}

// A runner is the world of one Run.
type runner struct {
	testing.TB
	registry hook.Registry
	ledger   *ledgermemory.Store
	queue    *queuememory.Queue
	letters  *queuememory.Queue
	began    time.Time
	arrivals []webhook.Event // yet to arrive, the next one first
	copies   int             // of each event
	faults   []*fault
	process  *instance // the living one
	stirred  chan struct{}

	mu      sync.Mutex // guards what follows, and the instance's
	now     time.Time
	running map[string]int // calls that have not returned, by handler
	events  []*EventResult
	writes  []webhook.Write
	states  []StateMove
}

// A fault is a Fault, and whether it has happened.
type fault struct {
	Fault
	used bool
}

func newRunner(t testing.TB, events []webhook.Event, faults []Fault) *runner {
	r := &runner{
		TB: t, copies: 1, stirred: make(chan struct{}, 1), running: map[string]int{},
		ledger: &ledgermemory.Store{Keep: process.DefaultTiming.Keep()},
	}
	for _, f := range faults {
		if f.kind == twice {
			r.copies = 2
		}
		r.faults = append(r.faults, &fault{Fault: f})
	}
	r.arrive(events)
	timing := process.DefaultTiming
	r.queue = queuememory.New(queuememory.Options{Visibility: timing.Visibility, Retention: timing.QueueRetention, Now: r.Now})
	r.letters = queuememory.New(queuememory.Options{Retention: 100 * 365 * 24 * time.Hour, Now: r.Now}) // none is lost
	return r
}

// arrive plans when events arrive. The clock starts with the first.
func (r *runner) arrive(events []webhook.Event) {
	r.began = Start
	known := slices.Clone(events)
	known = slices.DeleteFunc(known, func(e webhook.Event) bool { return e.Received.IsZero() })
	if len(known) > 0 {
		r.began = slices.MinFunc(known, byArrival).Received
	}
	r.now = r.began
	for _, e := range events {
		if e.Received.IsZero() {
			e.Received = r.began
		}
		r.arrivals = append(r.arrivals, e)
		if r.find(e.Key()) == nil {
			r.events = append(r.events, &EventResult{Event: e})
		}
	}
	slices.SortStableFunc(r.arrivals, byArrival)
}

func byArrival(a, b webhook.Event) int { return a.Received.Compare(b.Received) }

// Now returns the time in this world, which stands still while handlers run.
func (r *runner) Now() time.Time {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.now
}

// step delivers the messages that are due, or moves the clock to the next one. It reports
// whether anything was left to do.
func (r *runner) step() bool {
	r.Helper()
	for len(r.arrivals) > 0 && !r.arrivals[0].Received.After(r.Now()) {
		for range r.copies {
			if err := r.queue.Send(r.Context(), queue.Message{Event: r.arrivals[0]}, 0); err != nil {
				r.Fatalf("hooktest: queue the event: %v", err)
			}
		}
		r.arrivals = r.arrivals[1:]
	}
	messages, err := r.queue.Receive(r.Context(), queue.MaxBatch, 0)
	if err != nil {
		r.Fatalf("hooktest: receive: %v", err)
	}
	if len(messages) > 0 {
		r.deliver(messages)
		return true
	}
	next, ok := r.queue.Next()
	if len(r.arrivals) > 0 && (!ok || r.arrivals[0].Received.Before(next)) {
		next, ok = r.arrivals[0].Received, true
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	r.now = next
	return ok
}

// deliver handles one batch, as one invocation of the function.
func (r *runner) deliver(messages []queue.Message) {
	r.Helper()
	ended := make(chan []process.Result, 1)
	go func() { ended <- r.process.worker.Batch(r.Context(), messages) }()
	results := r.await(ended)
	r.process.endBatch()
	for i, result := range results {
		r.note(messages[i], result)
		if result.Acked && !r.process.dead() {
			r.queue.Delete(r.Context(), []string{messages[i].Wire.Receipt})
		}
	}
	if r.process.dead() {
		r.restart()
	}
}

// await waits for the batch, and fails if nothing happens any more.
func (r *runner) await(ended <-chan []process.Result) []process.Result {
	r.Helper()
	timer := time.NewTimer(patience)
	defer timer.Stop()
	for {
		select {
		case results := <-ended:
			return results
		case <-r.stirred:
			timer.Reset(patience)
		case <-timer.C:
			r.Fatalf("hooktest: nothing has happened for %v; still running: %s", patience, r.stuck())
		}
	}
}

// stir signals that something has happened.
func (r *runner) stir() {
	select {
	case r.stirred <- struct{}{}:
	default:
	}
}

// stuck returns the names of the handlers that are running.
func (r *runner) stuck() string {
	r.mu.Lock()
	defer r.mu.Unlock()
	var names []string
	for name, n := range r.running {
		if n > 0 {
			names = append(names, strconv.Quote(name))
		}
	}
	slices.Sort(names)
	return strings.Join(names, ", ")
}

// find returns the result of the event with the key, or nil.
func (r *runner) find(key string) *EventResult {
	i := slices.IndexFunc(r.events, func(e *EventResult) bool { return e.Event.Key() == key })
	if i < 0 {
		return nil
	}
	return r.events[i]
}

// note records the outcome of a delivery.
func (r *runner) note(m queue.Message, result process.Result) {
	event, outcome := r.find(m.Key()), result.Outcome
	if r.process.dead() {
		outcome = Crashed
	}
	at := r.now.Sub(r.began)
	event.Deliveries = append(event.Deliveries, Delivery{At: at, Outcome: outcome})
	if outcome != process.Duplicate || event.Outcome == "" {
		event.Outcome = outcome
	}
	for _, run := range result.Runs {
		h, ok := r.process.ended(m, run)
		if !ok {
			continue
		}
		h.Attempt, h.At, h.delivery = result.Attempt, at, len(event.Deliveries)-1
		event.Runs = append(event.Runs, h)
	}
}

// committed records what the ledger has committed.
func (r *runner) committed(c ledger.Claim, handler string, tx ledger.Tx) {
	r.writes = append(r.writes, tx.Writes...)
	if tx.State != nil {
		r.states = append(r.states, StateMove{
			Event: r.find(c.Key).Event, Handler: handler, ID: tx.State.ID, State: tx.State.JSON, Result: tx.Result,
		})
	}
}

// result returns the Result of Run.
func (r *runner) result() Result {
	result := Result{Writes: r.writes, States: r.states}
	for _, e := range r.events {
		if record, ok := r.ledger.Record(e.Event.Key()); ok {
			e.Attempts = record.Attempts
		}
		result.Events = append(result.Events, *e)
	}
	for _, m := range r.letters.Messages() {
		result.Letters = append(result.Letters, Letter{
			Event: m.Event, Reason: m.Failure.Reason, Error: m.Failure.Error, Attempts: m.Failure.Attempts,
		})
	}
	return result
}
