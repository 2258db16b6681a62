package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// An at-most-once handler of unknown outcome decides the letter's reason, whatever else the
// event's handlers did: redriving any other letter runs them again without asking.
func TestReasonOfSeveralFailures(t *testing.T) {
	t.Parallel()
	type handler struct {
		err  error
		opts []hook.Option
	}
	unknown := handler{errBank, []hook.Option{hook.AtMostOnce}}
	permanent := handler{err: hook.Permanent(errBank)}
	last := handler{errBank, []hook.Option{hook.Attempts(1)}}
	later := handler{err: errBank}
	for _, tt := range []struct {
		name     string
		handlers []handler
		want     queue.Reason
	}{
		{"permanent, then unknown", []handler{permanent, unknown}, queue.ReasonOutcomeUnknown},
		{"unknown, then permanent", []handler{unknown, permanent}, queue.ReasonOutcomeUnknown},
		{"unknown, and the last attempt", []handler{last, unknown}, queue.ReasonOutcomeUnknown},
		{"unknown, and one that may be retried", []handler{later, unknown}, queue.ReasonOutcomeUnknown},
		{"permanent, and the last attempt", []handler{last, permanent}, queue.ReasonPermanent},
		{"permanent, and one that may be retried", []handler{later, permanent}, queue.ReasonPermanent},
		{"the last attempt, and one that may be retried", []handler{later, last}, queue.ReasonAttempts},
	} {
		row(t, tt.name, func(w *world) {
			for i, h := range tt.handlers {
				w.on(fmt.Sprint("h", i), failing(h.err), h.opts...)
			}
			w.handle("evt_1", process.DeadLettered, true)
			if f := w.letter(); f.Reason != tt.want || w.state("evt_1") != "FAILED "+string(tt.want) {
				w.Errorf("letter %+v, record %s; want %s", f, w.state("evt_1"), tt.want)
			}
		})
	}
}

// A payload that does not fit decides the reason only where nothing worse happened.
func TestReasonOfAMisfit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err  error
		want queue.Reason
	}{
		{nil, queue.ReasonPayload},
		{errBank, queue.ReasonPayload},
		{hook.Permanent(errBank), queue.ReasonPermanent},
	} {
		row(t, string(tt.want), func(w *world) {
			w.on("typed", nil)
			hook.OnProvider(&w.registry, shop{}, "untyped", func(context.Context, hook.Event[json.RawMessage]) error { return tt.err })
			m := message("evt_1")
			m.Raw = []byte(`{"id":"o-1","cents":"many"}`)
			w.send(m)
			w.want(w.deliver(), process.DeadLettered, true)
			if f := w.letter(); f.Reason != tt.want {
				t.Errorf("beside %v: letter %+v, want %s", tt.err, f, tt.want)
			}
		})
	}
}

// The caller's context ends with the function; what its handlers did is recorded all the
// same.
func TestRecordsAfterTheCallersContext(t *testing.T) {
	inWorld(t, func(w *world) {
		ctx, cancel := context.WithTimeout(w.Context(), process.DefaultTiming.Function)
		w.on("charge", func(ctx context.Context, _ hook.Event[order]) error { cancel(); return ctx.Err() })
		w.send(message("evt_1"))
		ms, _ := w.queue.Receive(w.Context(), 1, 0)
		if r := w.one(w.worker.Batch(ctx, ms)); r.Outcome != process.Handled || w.state("evt_1") != "COMPLETED " {
			t.Errorf("%s (%v), record %s; want it handled", r.Outcome, r.Err, w.state("evt_1"))
		}
	})
}

// mute is a ledger that does not answer one operation before its caller gives up.
type mute struct {
	ledger.Store
	op string
}

func (m mute) Claim(ctx context.Context, rs []ledger.Request) []ledger.Answer {
	if m.op != "claim" {
		return m.Store.Claim(ctx, rs)
	}
	<-ctx.Done()
	return []ledger.Answer{{Err: ctx.Err()}}
}

func (m mute) End(ctx context.Context, _ []ledger.End) []error {
	<-ctx.Done()
	return []error{ctx.Err()}
}

// A ledger that does not answer takes a few seconds of the function's time, so that the
// messages are put back while the function can still do so.
func TestLedgerTimeouts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		op   string
		want time.Duration
	}{
		{"claim", 2 * 2 * time.Second},
		{"end", 4*500*time.Millisecond + 3*100*time.Millisecond},
	} {
		row(t, tt.op, func(w *world) {
			w.on("charge", nil)
			w.worker.Ledger, w.worker.Jitter = mute{w.ledger, tt.op}, noJitter
			w.send(message("evt_1"))
			began := time.Now()
			w.want(w.deliver(), process.Unavailable, false)
			if took := time.Since(began); took != tt.want {
				t.Errorf("%s took %v, want %v", tt.op, took, tt.want)
			}
		})
	}
}

// A lease is longer than the function runs, by more than clocks differ.
func TestLease(t *testing.T) {
	inWorld(t, func(w *world) {
		spy := &asked{Store: w.ledger}
		w.worker.Ledger = spy
		w.send(message("evt_1"))
		want := time.Now().Add(process.DefaultTiming.Function + 5*time.Second)
		w.deliver()
		if got := spy.requests[0].Lease; !got.Equal(want) {
			t.Errorf("lease until %v, want %v", got, want)
		}
	})
}

// After a lost claim no other handler of the event runs.
func TestFencedRunsNoMore(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("once", func(context.Context, hook.Event[order]) error {
			w.ledger.Claim(w.Context(), []ledger.Request{{Key: "shop#evt_1", Owner: "other", At: time.Now().Add(time.Hour), DedupUntil: time.Now().Add(24 * time.Hour)}})
			return nil
		}, hook.AtMostOnce)
		w.on("next", nil)
		w.handle("evt_1", process.Fenced, false)
		w.wantCalls("once evt_1")
	})
}

// The record of a letter says which at-most-once handlers began.
func TestLetterKeepsStarted(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("send", failing(errBank), hook.AtMostOnce)
		w.handle("evt_1", process.DeadLettered, true)
		if rec, _ := w.ledger.Record("shop#evt_1"); !slices.Equal(rec.Started, []string{"send"}) {
			t.Errorf("started = %q, want send", rec.Started)
		}
	})
}

// A message waits until its event may be claimed, spread over five seconds, but never for
// longer than SQS can hide it.
func TestWaitInProgress(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		lease  time.Duration
		jitter func(time.Duration) time.Duration
		want   time.Duration
	}{
		{"until the lease ends", time.Minute, noJitter, time.Minute},
		{"and a little longer", time.Minute, allJitter, time.Minute + 5*time.Second - 1},
		{"at most 12 hours", 13 * time.Hour, noJitter, 12 * time.Hour},
		{"at most 12 hours, spread included", 12*time.Hour - time.Second, allJitter, 12 * time.Hour},
	} {
		row(t, tt.name, func(w *world) {
			w.worker.Jitter = tt.jitter
			w.claimFor("evt_1", tt.lease)
			if r := w.handle("evt_1", process.InProgress, false); r.Delay != tt.want {
				w.Errorf("comes again in %v, want %v", r.Delay, tt.want)
			}
		})
	}
}

// What is put back for want of time comes again after one to five seconds.
func TestWaitPutBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		jitter func(time.Duration) time.Duration
		want   time.Duration
	}{{noJitter, time.Second}, {allJitter, 5*time.Second - 1}} {
		row(t, fmt.Sprint(tt.want), func(w *world) {
			w.worker.Jitter = tt.jitter
			w.send(message("evt_1"))
			ms, _ := w.queue.Receive(w.Context(), 1, 0)
			ctx, cancel := context.WithTimeout(w.Context(), 9*time.Second)
			defer cancel()
			if r := w.one(w.worker.Batch(ctx, ms)); r.Outcome != process.PutBack || r.Delay != tt.want {
				t.Errorf("%s, comes again in %v; want %v", r.Outcome, r.Delay, tt.want)
			}
		})
	}
}

// A letter that the queue will never accept is not sent again, unless its body came in a form
// that is shorter; any other is, three times.
func TestTriesOfALetter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err   error
		tries int
	}{
		{fmt.Errorf("%w: 2 MB", queue.ErrTooLarge), 2},
		{fmt.Errorf("%w: no source", queue.ErrInvalid), 1},
		{errDown, 4},
	} {
		row(t, tt.err.Error(), func(w *world) {
			tries := 0
			w.deadFault = func(string, string) (bool, error) { tries++; return false, tt.err }
			w.on("charge", failing(hook.Permanent(errBank)))
			r := w.handle("evt_1", process.Unavailable, false)
			if tries != tt.tries || !errors.Is(r.Err, tt.err) {
				t.Errorf("%v: %d tries (%v), want %d", tt.err, tries, r.Err, tt.tries)
			}
		})
	}
}
