package events_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/queue"
)

// waiting returns a world in which n events wait for hours, one has failed for good and one
// is handled; a registry whose handler works now; and an order on the real ledger and queue.
func waiting(t *testing.T, n int) (*world, *hook.Registry, *events.Order) {
	w := newWorld(t)
	good := w.register([]handler{{name: "a"}})
	w.receive(approved("good"))
	w.work(good)
	w.receive(approved("failed"))
	w.work(w.register([]handler{{name: "a", err: errHandler}}))
	failing := w.register([]handler{{name: "a", err: hook.RetryAfter(3*time.Hour, errClosed)}})
	for i := range n {
		w.receive(approved(fmt.Sprintf("evt_%02d", i)))
		if i%10 == 9 || i == n-1 {
			w.work(failing)
		}
	}
	w.now = w.now.Add(time.Minute)
	return w, good, &events.Order{
		Ledger: memory.NewReader(w.store), Queue: w.queue, Now: func() time.Time { return w.now }, Handlers: operate.Handlers{All: good},
	}
}

func (w *world) items(m events.Match) events.Items {
	return events.Each(memory.NewReader(w.store), &m, w.now)
}

// do runs an act and wants this many items done, and no others.
func do(t *testing.T, a act.Act[events.Entry], want act.Tally) {
	t.Helper()
	got, err := a.Run(t.Context(), func(act.Result[events.Entry]) {})
	if err != nil || got != want {
		t.Fatalf("%+v, %v; want %+v", got, err, want)
	}
}

// workAll handles messages until none is visible, and returns how many handlers ran.
func (w *world) workAll(r *hook.Registry) (ran int) {
	for w.queue.Counts().Visible > 0 {
		ran += len(w.work(r))
	}
	return ran
}

// Everything that matches is retried, not a page of it, and once. Cancelled, it ends without
// a run. Neither touches what has ended.
func TestActsOnEverything(t *testing.T) {
	t.Parallel()
	const n = 150 // more than one page of the index holds, over all partitions
	for name, m := range map[string]events.Match{
		"open": {Open: true}, "of one cause": {Open: true, Kind: "a: *errors.errorString"},
		"released": {Scan: ledger.Scan{State: ledger.StateReleased, Source: "kyc"}},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, registry, o := waiting(t, n)
			a := o.RetryAll(w.items(m))
			survey, err := a.Survey(t.Context(), nil)
			if err != nil || survey.Act != n || survey.Groups[0].Text != "runs a; no handler is done" || w.queue.Counts().Visible > 0 {
				t.Fatalf("%+v, %v", survey, err)
			}
			do(t, a, act.Tally{Done: n})
			if ran := w.workAll(registry); ran != n {
				t.Errorf("ran %d, want %d", ran, n)
			}
			do(t, a, act.Tally{})

			w, registry, o = waiting(t, n)
			do(t, o.CancelAll(w.items(m)), act.Tally{Done: n})
			if ran := w.workAll(registry); ran != 0 || w.entry("kyc#evt_149").StateText() != "failed (cancelled)" || w.entry("kyc#failed").StateText() != "failed (permanent)" {
				t.Errorf("ran %d; %s", ran, w.entry("kyc#evt_149").StateText())
			}
			do(t, o.CancelAll(w.items(m)), act.Tally{})
		})
	}
}

// A fault at any step loses nothing and repeats nothing: the act, run again, does the rest,
// and each event is handled once.
func TestActsUnderFaults(t *testing.T) {
	t.Parallel()
	const n = 12
	for _, op := range []string{"record", "payload", "send"} {
		for _, applied := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, applied %v", op, applied), func(t *testing.T) {
				t.Parallel()
				w, registry, o := waiting(t, n)
				flaky := &flaky{OpenLedger: memory.NewReader(w.store), sender: w.queue, op: op, applied: applied}
				o.Ledger, o.Queue = flaky, flaky
				a := o.RetryAll(w.items(events.Match{Open: true}))
				tally, err := a.Run(t.Context(), func(r act.Result[events.Entry]) {
					if r.Err != nil && !errors.Is(r.Err, errAway) {
						t.Error(r.Err)
					}
				})
				if err != nil || tally.Failed != 4 || tally.Done != n-4 {
					t.Fatalf("%+v, %v; want 4 failures", tally, err)
				}
				flaky.op = ""
				began := w.now
				w.now = w.now.Add(time.Second)
				w.workAll(registry)
				_, err = o.RetryAll(w.items(events.Match{Open: true, HandledBefore: began})).Run(t.Context(), func(act.Result[events.Entry]) {})
				if err != nil {
					t.Fatal(err)
				}
				w.workAll(registry)
				for i := range n {
					if e := w.entry(fmt.Sprintf("kyc#evt_%02d", i)); e.State != ledger.StateCompleted || e.Runs != 2 {
						t.Errorf("%s is %s after %d runs", e.Key, e.StateText(), e.Runs)
					}
				}
			})
		}
	}
}

// A flaky answers one of three calls of an operation with an error, before or after it
// applied.
type flaky struct {
	events.OpenLedger
	sender  events.Sender
	op      string
	applied bool

	mu sync.Mutex
	n  int
}

func (f *flaky) fails(op string) bool {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.op != op {
		return false
	}
	f.n++
	return f.n%3 == 0
}

func (f *flaky) Record(ctx context.Context, key string) (ledger.Record, bool, error) {
	if f.fails("record") {
		return ledger.Record{}, false, errAway
	}
	return f.OpenLedger.Record(ctx, key)
}

func (f *flaky) Payload(ctx context.Context, key string) ([]byte, error) {
	if f.fails("payload") {
		return nil, errAway
	}
	return f.OpenLedger.Payload(ctx, key)
}

func (f *flaky) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	if f.fails("send") {
		if f.applied {
			return errors.Join(errAway, f.sender.Send(ctx, m, delay))
		}
		return errAway
	}
	return f.sender.Send(ctx, m, delay)
}

// An act that was interrupted goes on with what it has not reached, also where what it did
// failed again and waits once more.
func TestActGoesOn(t *testing.T) {
	t.Parallel()
	const n = 30
	w, _, o := waiting(t, n)
	began := w.now
	ctx, interrupt := context.WithCancel(t.Context())
	done := 0
	_, err := o.RetryAll(w.items(events.Match{Open: true})).Run(ctx, func(act.Result[events.Entry]) {
		if done++; done == 10 {
			interrupt()
		}
	})
	if !errors.Is(err, context.Canceled) || done < 10 || done == n {
		t.Fatalf("%v after %d events", err, done)
	}
	w.now = w.now.Add(time.Minute)
	failing := w.register([]handler{{name: "a", err: hook.RetryAfter(3*time.Hour, errClosed)}})
	if ran := w.workAll(failing); ran != done {
		t.Fatalf("ran %d, want %d", ran, done)
	}
	do(t, o.RetryAll(w.items(events.Match{Open: true, HandledBefore: began})), act.Tally{Done: n - done})
}

// A handler that is taken as done does not run, is said so in the plan, and is done in the
// record.
func TestActAssumesDone(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	once := []hook.Option{hook.AtMostOnce}
	w.receive(approved("evt_1"))
	w.work(w.register([]handler{{name: "call", err: hook.NotSent(errClosed), options: once}, {name: "b", err: hook.RetryAfter(time.Hour, errClosed)}}))
	w.now = w.now.Add(time.Minute)
	registry := w.register([]handler{{name: "call", options: once}, {name: "b"}})
	o := &events.Order{
		Ledger: memory.NewReader(w.store), Queue: w.queue, Now: func() time.Time { return w.now }, Handlers: operate.Handlers{All: registry},
		AssumeDone: []string{"call"},
	}
	a := o.RetryAll(w.items(events.Match{Keys: []string{"kyc#evt_1"}}))
	if survey, err := a.Survey(t.Context(), nil); err != nil || survey.Groups[0].Text != "runs b; done: call" {
		t.Fatalf("%+v, %v", survey, err)
	}
	do(t, a, act.Tally{Done: 1})
	if ran := w.work(registry); !slices.Equal(ran, []string{"b"}) {
		t.Errorf("ran %q, want b alone", ran)
	}
	if got := w.entry("kyc#evt_1"); got.State != ledger.StateCompleted || !slices.Contains(got.Done, "call") {
		t.Errorf("it is %s, done %q", got.StateText(), got.Done)
	}
	w.now = w.now.Add(time.Minute)
	r := w.replay(registry)
	r.AssumeDone = []string{"call"}
	w.mustRun(r, w.entry("kyc#evt_1"))
	if ran := w.work(registry); !slices.Equal(ran, []string{"b"}) {
		t.Errorf("the replay ran %q, want b alone", ran)
	}
}

// The whole table is not held: replays go on as they are found.
func TestReplayAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	const n = 35
	for i := range n {
		w.receive(approved(fmt.Sprint("evt_", i)))
	}
	w.workAll(registry)
	w.now = w.now.Add(time.Minute)
	r := w.replay(registry)
	r.Ledger = memory.NewReader(w.store)
	m := events.Match{Ended: true, Scan: ledger.Scan{Source: "kyc", State: ledger.StateCompleted}}
	began := w.now
	do(t, r.ReplayAll(w.items(m)), act.Tally{Done: n})
	if ran := w.workAll(registry); ran != n {
		t.Errorf("ran %d, want %d", ran, n)
	}
	m.HandledBefore = began
	do(t, r.ReplayAll(w.items(m)), act.Tally{})
}
