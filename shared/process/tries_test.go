package process_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// tries returns the record's tries, as "attempt outcome handler: error".
func (w *world) tries(id string) []string {
	w.Helper()
	rec, ok := w.ledger.Record("shop#" + id)
	if !ok {
		w.Fatalf("no record of %s", id)
	}
	var texts []string
	for _, t := range rec.Tries {
		if age := time.Since(t.At); age < 0 || age > 24*time.Hour {
			w.Errorf("a try was %v ago", age)
		}
		texts = append(texts, strings.TrimSpace(string(rune('0'+t.Attempt))+" "+t.Outcome+" "+t.Handler+": "+t.Error))
	}
	return texts
}

func (w *world) wantTries(id string, want ...string) {
	w.Helper()
	if got := w.tries(id); !slices.Equal(got, want) {
		w.Errorf("tries of %s = %q, want %q", id, got, want)
	}
}

// Each run that leaves the event unfinished says why, and an event that goes well keeps no
// tries.
func TestTries(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("a", nil)
		w.on("b", func(_ context.Context, e hook.Event[order]) error {
			if e.Attempt < 3 {
				return errBank
			}
			return nil
		})
		w.on("c", func(_ context.Context, e hook.Event[order]) error {
			if e.Attempt == 1 {
				return hook.RetryAfter(time.Minute, errors.New("slow down"))
			}
			return nil
		})
		w.handle("evt_1", process.Retried, false)
		w.wantTries("evt_1", "1 failed b: bank is closed", "1 failed c: slow down")
		w.want(w.again(time.Minute, 2*time.Minute), process.Retried, false)
		last := []string{"1 failed b: bank is closed", "1 failed c: slow down", "2 failed b: bank is closed"}
		w.wantTries("evt_1", last...)
		w.want(w.again(0, 2*time.Minute), process.Handled, true)
		w.wantTries("evt_1", last...)
	})
}

// What leaves an event open is named after the first handler that failed and its error's
// type, and goes with the event's completion.
func TestKindOfAnOpenEvent(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("a", nil)
		w.on("b", func(_ context.Context, e hook.Event[order]) error {
			switch e.Attempt {
			case 1:
				return errBank
			case 2:
				return fmt.Errorf("ship: %w", context.DeadlineExceeded)
			}
			return nil
		})
		w.on("c", failing(errBank), hook.Attempts(2))
		w.send(message("evt_1"))
		began := time.Now()
		for _, want := range []string{"b: *errors.errorString", "b: context.deadlineExceededError"} {
			w.again(0, 2*time.Minute)
			rec, _ := w.ledger.Record("shop#evt_1")
			if rec.Kind != want || !rec.Since.Equal(began) {
				t.Errorf("open since %v as %q, want since %v as %q", rec.Since, rec.Kind, began, want)
			}
		}
	})
}

// A run that was stopped for lack of time says which handlers are left.
func TestTriesOfARunWithoutTime(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("slow", func(context.Context, hook.Event[order]) error { time.Sleep(59 * time.Second); return nil })
		w.on("next", nil)
		w.send(message("evt_1"))
		w.one(w.deliver())
		w.wantTries("evt_1", "1 not_started next: no time left")
	})
}

// A letter says why, even if it is sent later than the run that failed.
func TestLetterCarriesItsCause(t *testing.T) {
	t.Parallel()
	sendFails := func(w *world) (stop func()) { w.deadFault, stop = failOp("send", false); return stop }
	endFails := func(w *world) (stop func()) { w.ledger.Fault, stop = failOp("end", false); return stop }
	for _, tt := range []struct {
		name   string
		fn     func(context.Context, hook.Event[order]) error
		opts   []hook.Option
		before func(w *world) // the letter is sent
		reason queue.Reason
		want   string
	}{
		{"with the run", failing(hook.Permanent(errBank)), nil, nil, queue.ReasonPermanent, "charge: bank is closed"},
		{"after the run", failing(hook.Permanent(errBank)), nil, func(w *world) {
			stop := sendFails(w)
			w.want(w.deliver(), process.Unavailable, false)
			stop()
		}, queue.ReasonPermanent, "charge: bank is closed"},
		{"its last run died", nil, nil, func(w *world) {
			for range process.MaxAttempts {
				w.claimFor("evt_1", time.Minute)
				time.Sleep(2 * time.Minute)
			}
		}, queue.ReasonAttempts, "the process died during this run, or could not record how it ended"},
		{"an at-most-once run died", nil, []hook.Option{hook.AtMostOnce}, func(w *world) {
			if err := w.ledger.Start(w.Context(), w.claimFor("evt_1", time.Minute), "charge"); err != nil {
				w.Fatal(err)
			}
			time.Sleep(2 * time.Minute)
		}, queue.ReasonOutcomeUnknown, "charge: an earlier run's process died, or could not record its end: whether it acted is not known"},
		{"expired after a run", failing(hook.RetryAfter(6*time.Hour, errBank)), nil, func(w *world) {
			w.deliver()
			time.Sleep(6*24*time.Hour + time.Hour)
		}, queue.ReasonExpired, "charge: bank is closed"},
		{"expired without a run", nil, nil, func(*world) {
			time.Sleep(6*24*time.Hour + time.Hour)
		}, queue.ReasonExpired, "the event was not run before the queue would have dropped its message"},
		{"of a version that kept no errors", nil, nil, func(w *world) {
			end := ledger.End{Claim: w.claimFor("evt_1", time.Minute), At: time.Now(), State: ledger.StateReleased,
				Ran: true, Counted: true, Reason: string(queue.ReasonPermanent)}
			if err := w.ledger.End(w.Context(), []ledger.End{end})[0]; err != nil {
				w.Fatal(err)
			}
		}, queue.ReasonPermanent, "why the earlier runs failed was not recorded"},
		{"the letter before was not recorded", failing(hook.Permanent(errBank)), nil, func(w *world) {
			stop := endFails(w)
			w.want(w.deliver(), process.Unavailable, false)
			w.dead.Delete(w.Context(), w.receiptsOfLetters())
			stop()
		}, queue.ReasonPermanent, "charge: bank is closed"},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", tt.fn, tt.opts...)
			w.send(message("evt_1"))
			if tt.before != nil {
				tt.before(w)
			}
			r := w.one(w.again(0, 24*time.Hour))
			for r.Outcome == process.InProgress {
				r = w.one(w.again(0, 24*time.Hour))
			}
			if r.Outcome != process.DeadLettered || !r.Acked {
				w.Fatalf("outcome %s, want a letter", r.Outcome)
			}
			if f := w.letter(); f.Reason != tt.reason || f.Error != tt.want {
				w.Errorf("letter says %s: %q, want %s: %q", f.Reason, f.Error, tt.reason, tt.want)
			}
		})
	}
}

// receiptsOfLetters receives all dead letters.
func (w *world) receiptsOfLetters() []string {
	w.Helper()
	ms, err := w.dead.Receive(w.Context(), queue.MaxBatch, 0)
	if err != nil {
		w.Fatal(err)
	}
	var receipts []string
	for _, m := range ms {
		receipts = append(receipts, m.Wire.Receipt)
	}
	return receipts
}

// An event whose process died runs alone, even after it was put back for lack of time.
func TestLapsedRunsAloneAfterItWasPutBack(t *testing.T) {
	inWorld(t, func(w *world) {
		w.claimFor("evt_1", time.Minute)
		time.Sleep(2 * time.Minute)
		w.on("charge", func(_ context.Context, e hook.Event[order]) error {
			if e.ID == "evt_2" {
				time.Sleep(55 * time.Second) // leaves too little for another
				return nil
			}
			if e.ID == "evt_1" {
				synctest.Wait()
				w.wantState("evt_3", "COMPLETED ")
				return nil
			}
			time.Sleep(3 * time.Second)
			return nil
		})
		w.send(message("evt_1"), message("evt_2"))
		for _, r := range w.deliver() {
			if want := map[string]process.Outcome{"evt_1": process.PutBack, "evt_2": process.Handled}[r.Message.ID]; r.Outcome != want {
				t.Fatalf("%s %s, want %s", r.Message.ID, r.Outcome, want)
			}
		}
		w.wantTries("evt_1", "1 died : the process died during this run, or could not record how it ended")
		time.Sleep(10 * time.Second)
		w.calls = nil
		w.send(message("evt_3"))
		w.wantHandled(w.deliver())
		w.wantCalls("charge evt_3", "charge evt_1")
	})
}
