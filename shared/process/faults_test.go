package process_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

var errDown = errors.New("engine is down")

// failOp makes every call of op fail, before or after it is applied, until stop is called.
func failOp(op string, apply bool) (fault func(string, string) (bool, error), stop func()) {
	on := true
	return func(o, _ string) (bool, error) {
		if on && o == op {
			return apply, errDown
		}
		return true, nil
	}, func() { on = false }
}

// failOnce makes just the next call of op fail.
func failOnce(op string, apply bool) func(string, string) (bool, error) {
	done := false
	return func(o, _ string) (bool, error) {
		if !done && o == op {
			done = true
			return apply, errDown
		}
		return true, nil
	}
}

// Any call to the ledger may be lost once, before or after it is applied: the event is
// still handled in the same invocation, once.
func TestLostOnce(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"claim", "start", "commit", "end"} {
		for _, apply := range []bool{false, true} {
			row(t, lost(op, apply), func(w *world) {
				w.on("once", nil, hook.AtMostOnce)
				w.on("plain", nil)
				w.ledger.Fault = failOnce(op, apply)
				w.handle("evt_1", process.Handled, true)
				w.wantCalls("once evt_1", "plain evt_1")
			})
		}
	}
}

func lost(op string, apply bool) string {
	if apply {
		return op + " lost after it applied"
	}
	return op + " lost before"
}

// While the ledger is down nothing is acknowledged; when it is back the event is handled.
// An ordinary handler may run again, an at-most-once handler may not.
func TestLedgerOutage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		op        string
		apply     bool
		calls     []string // during the outage
		after     []string // after the outage
		deadAfter bool     // the outcome of an at-most-once handler is unknown
	}{
		{op: "claim", after: []string{"once evt_1", "plain evt_1"}},
		{op: "claim", apply: true, after: []string{"once evt_1", "plain evt_1"}},
		{op: "start", calls: []string{"plain evt_1"}, after: []string{"once evt_1"}},
		{op: "start", apply: true, calls: []string{"plain evt_1"}, after: []string{"once evt_1"}},
		{op: "commit", calls: []string{"once evt_1"}, after: []string{"plain evt_1"}, deadAfter: true},
		{op: "commit", apply: true, calls: []string{"once evt_1"}, after: []string{"plain evt_1"}},
		{op: "end", calls: []string{"once evt_1", "plain evt_1"}, after: []string{"plain evt_1"}},
		{op: "end", apply: true, calls: []string{"once evt_1", "plain evt_1"}},
	} {
		row(t, lost(tt.op, tt.apply), func(w *world) {
			w.on("once", nil, hook.AtMostOnce)
			w.on("plain", nil)
			fault, stop := failOp(tt.op, tt.apply)
			w.ledger.Fault = fault
			w.handle("evt_1", process.Unavailable, false)
			w.wantCalls(tt.calls...)
			if got := w.state("evt_1"); tt.op == "commit" && got != "CLAIMED " {
				w.Errorf("record = %s: ending a claim that may still be written to is not ours to do", got)
			}
			stop()
			var last process.Result
			for n := 0; len(w.queue.Messages()) > 0; n++ {
				if n == 10 {
					w.Fatalf("still not acknowledged: %+v", last)
				}
				last = w.one(w.again(0, 10*time.Minute))
			}
			w.wantCalls(tt.after...)
			if dead := last.Outcome == process.DeadLettered; dead != tt.deadAfter {
				w.Errorf("last outcome = %s, dead letter wanted: %v", last.Outcome, tt.deadAfter)
			}
		})
	}
}

// A letter that cannot be sent is sent by the next claim, without another run.
func TestLetterCannotBeSent(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", failing(hook.Permanent(errBank)))
		fault, stop := failOp("send", false)
		w.deadFault = fault
		w.handle("evt_1", process.Unavailable, false)
		w.wantState("evt_1", "RELEASED permanent")
		stop()
		w.want(w.again(0, time.Minute), process.DeadLettered, true)
		w.wantCalls("charge evt_1")
		if f := w.letter(); f.Reason != queue.ReasonPermanent || f.Attempts != 1 {
			t.Errorf("letter = %+v, want permanent after 1 run", f)
		}
		w.wantState("evt_1", "FAILED permanent")
	})
}

// The letter is in its queue before the record says FAILED: when the record cannot be
// written, the message comes again, and no event is lost between the two.
func TestFailedAfterLetter(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", failing(hook.Permanent(errBank)))
		fault, stop := failOp("end", false)
		w.ledger.Fault = fault
		w.handle("evt_1", process.Unavailable, false)
		if n := len(w.dead.Messages()); n != 1 {
			t.Fatalf("%d letters, want 1 although the record is not written", n)
		}
		stop()
		for len(w.queue.Messages()) > 0 {
			w.one(w.again(0, 10*time.Minute))
		}
		w.wantState("evt_1", "FAILED permanent")
	})
}

// A worker that lost the claim neither acknowledges nor records anything.
func TestFenced(t *testing.T) {
	t.Parallel()
	for _, opts := range [][]hook.Option{nil, {hook.AtMostOnce}} {
		row(t, fmt.Sprint(opts), func(w *world) {
			w.on("slow", func(context.Context, hook.Event[order]) error {
				time.Sleep(5 * time.Second)
				return nil
			}, opts...)
			other := w.newWorker()
			w.send(message("evt_1"))
			late := make(chan process.Result)
			ms, _ := w.queue.Receive(w.Context(), 1, 0)
			go func() {
				ctx, cancel := context.WithTimeout(context.Background(), process.DefaultTiming.Function)
				defer cancel()
				late <- w.worker.Batch(ctx, ms)[0]
			}()
			time.Sleep(time.Second)
			// By the other worker's clock the lease has passed.
			answers := other.Ledger.Claim(w.Context(), []ledger.Request{{
				Key: "shop#evt_1", Owner: "other", Type: "order.paid", At: time.Now().Add(2 * time.Minute),
				Lease: time.Now().Add(time.Hour), Received: ms[0].Received, DedupUntil: ms[0].Received.Add(time.Hour),
			}})
			if answers[0].Status != ledger.Claimed {
				t.Fatalf("second claim: %+v", answers[0])
			}
			if r := <-late; r.Outcome != process.Fenced || r.Acked || r.Delay < 2*time.Second || r.Delay > 5*time.Second {
				t.Errorf("late worker: %s, acked %v, comes again in %v; want fenced, not acked, in 2.5s to 5s", r.Outcome, r.Acked, r.Delay)
			}
			if r, _ := w.ledger.Record("shop#evt_1"); r.Owner != "other" || r.State != ledger.StateClaimed || len(r.Done) > 0 {
				t.Errorf("record = %+v, want the other's, untouched", r)
			}
		})
	}
}
