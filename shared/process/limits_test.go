package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
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
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				for i, h := range tt.handlers {
					w.on(fmt.Sprint("h", i), failing(h.err), h.opts...)
				}
				w.send(message("evt_1"))
				w.want(w.deliver(), process.DeadLettered, true)
				if f := w.letter(); f.Reason != tt.want || w.state("evt_1") != "FAILED "+string(tt.want) {
					t.Errorf("letter %+v, record %s; want %s", f, w.state("evt_1"), tt.want)
				}
			})
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
		inWorld(t, func(w *world) {
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
	t.Parallel()
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

// mute is a ledger that does not answer before its caller gives up.
type mute struct{ ledger.Store }

func (mute) Claim(ctx context.Context, rs []ledger.Request) []ledger.Answer {
	<-ctx.Done()
	return []ledger.Answer{{Err: ctx.Err()}}
}

// A ledger that does not answer takes four seconds of the function's time, so that the
// messages are put back while the function can still do so.
func TestClaimTimeout(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.worker.Ledger = mute{}
		w.send(message("evt_1"))
		began := time.Now()
		w.want(w.deliver(), process.Unavailable, false)
		if took := time.Since(began); took != 4*time.Second {
			t.Errorf("took %v, want two tries of 2s", took)
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
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.worker.Jitter = tt.jitter
				w.claimFor("evt_1", tt.lease)
				w.send(message("evt_1"))
				if r := w.want(w.deliver(), process.InProgress, false); r.Delay != tt.want {
					t.Errorf("comes again in %v, want %v", r.Delay, tt.want)
				}
			})
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
		inWorld(t, func(w *world) {
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

// A letter that the queue will never accept is not sent again; any other is, three times.
func TestTriesOfALetter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		err   error
		tries int
	}{
		{fmt.Errorf("%w: 2 MB", queue.ErrTooLarge), 1},
		{fmt.Errorf("%w: no source", queue.ErrInvalid), 1},
		{errDown, 4},
	} {
		inWorld(t, func(w *world) {
			tries := 0
			w.deadFault = func(string, string) (bool, error) { tries++; return false, tt.err }
			w.on("charge", failing(hook.Permanent(errBank)))
			w.send(message("evt_1"))
			r := w.want(w.deliver(), process.Unavailable, false)
			if tries != tt.tries || !errors.Is(r.Err, tt.err) {
				t.Errorf("%v: %d tries (%v), want %d", tt.err, tries, r.Err, tt.tries)
			}
		})
	}
}
