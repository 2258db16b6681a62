package process_test

import (
	"context"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// asking returns what an operator sends for the event; a cancel has no body.
func asking(id string, reason queue.Reason, fence int64) queue.Message {
	m := message(id)
	m.Failure = &queue.Failure{Reason: reason, Fence: fence}
	if reason == queue.ReasonCancel {
		m.NoBody, m.Raw = true, nil
	}
	return m
}

// failOnceThenWait lets evt_1 wait for an hour after its first run.
func (w *world) failOnceThenWait() {
	w.Helper()
	w.on("charge", func(_ context.Context, e hook.Event[order]) error {
		if e.Attempt == 1 {
			return hook.RetryAfter(time.Hour, errBank)
		}
		return nil
	})
	w.handle("evt_1", process.Retried, false)
	w.wantCalls("charge evt_1")
}

// A retry runs a waiting event now. The event's own message finds it done.
func TestRetryRunsNow(t *testing.T) {
	inWorld(t, func(w *world) {
		w.failOnceThenWait()
		w.send(asking("evt_1", queue.ReasonRetry, 1))
		if r := w.want(w.deliver(), process.Handled, true); !r.Reopened || r.Attempt != 2 {
			t.Errorf("reopened %v, attempt %d, want the second", r.Reopened, r.Attempt)
		}
		w.wantCalls("charge evt_1")
		if r := w.want(w.again(59*time.Minute, 2*time.Hour), process.Duplicate, true); r.Reopened || r.Stale() {
			t.Errorf("reopened %v, stale %v, want an ordinary duplicate", r.Reopened, r.Stale())
		}
		w.wantCalls()
	})
}

// A cancel ends an event without a run and without a letter, and does nothing else: not
// where there is no such event, nor to another claim of it, nor to an event that has
// ended.
func TestCancel(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		before  func(w *world)
		fence   int64
		outcome process.Outcome
		acked   bool
		stale   bool
		state   string
	}{
		{"waiting", (*world).failOnceThenWait, 1, process.Cancelled, true, false, "FAILED cancelled"},
		{"its process died", func(w *world) {
			w.claimFor("evt_1", time.Minute)
			time.Sleep(2 * time.Minute)
		}, 1, process.Cancelled, true, false, "FAILED cancelled"},
		{"being handled", func(w *world) { w.claimFor("evt_1", time.Minute) }, 1, process.InProgress, false, false, "CLAIMED "},
		{"no record", func(*world) {}, 1, process.Duplicate, true, true, "none"},
		{"a later fence", (*world).failOnceThenWait, 0, process.Duplicate, true, true, "RELEASED "},
		{"completed", func(w *world) {
			w.send(message("evt_1"))
			w.on("charge", nil)
			w.want(w.deliver(), process.Handled, true)
		}, 1, process.Duplicate, true, true, "COMPLETED "},
	} {
		row(t, tt.name, func(w *world) {
			tt.before(w)
			w.calls = nil
			w.send(asking("evt_1", queue.ReasonCancel, tt.fence))
			r := w.want(w.deliver(), tt.outcome, tt.acked)
			if r.Stale() != tt.stale || r.Reopened != (tt.outcome == process.Cancelled) {
				w.Errorf("stale %v, reopened %v", r.Stale(), r.Reopened)
			}
			w.wantState("evt_1", tt.state)
			w.wantCalls()
			w.wantNoLetters()
		})
	}
}

// A cancel keeps what was done and begun, gives back the attempt, and says if it ended a
// run that died.
func TestCancelKeepsTheRecord(t *testing.T) {
	inWorld(t, func(w *world) {
		c := w.claimFor("evt_1", time.Minute)
		if err := w.ledger.Start(w.Context(), c, "charge"); err != nil {
			t.Fatal(err)
		}
		if err := w.ledger.Commit(w.Context(), c, "note", ledger.Tx{}); err != nil {
			t.Fatal(err)
		}
		time.Sleep(2 * time.Minute)
		w.send(asking("evt_1", queue.ReasonCancel, 1))
		w.want(w.deliver(), process.Cancelled, true)
		rec, _ := w.ledger.Record("shop#evt_1")
		if !slices.Equal(rec.Done, []string{"note"}) || !slices.Equal(rec.Started, []string{"charge"}) || rec.Attempts != 1 || rec.Runs != 1 {
			t.Errorf("done %q, started %q, attempts %d, runs %d; want note, charge, 1, 1", rec.Done, rec.Started, rec.Attempts, rec.Runs)
		}
		w.wantTries("evt_1", "1 died : the process died during this run, or could not record how it ended")
	})
}

// A cancel whose process died before it could end the event runs nothing when it comes
// again; the event's own message ends it, without a run and without a letter.
func TestCancelWhoseProcessDied(t *testing.T) {
	inWorld(t, func(w *world) {
		w.failOnceThenWait()
		var stop func()
		w.ledger.Fault, stop = failOp("end", false)
		w.send(asking("evt_1", queue.ReasonCancel, 1))
		w.want(w.deliver(), process.Unavailable, false)
		stop()
		if got := w.state("evt_1"); got != "CLAIMED cancelled" {
			t.Fatalf("the record is %q", got)
		}
		var outcomes []process.Outcome
		for len(outcomes) == 0 || outcomes[len(outcomes)-1] != process.Cancelled {
			r := w.one(w.again(0, 2*time.Hour))
			if r.Reopened {
				t.Errorf("%s as reopened", r.Outcome)
			}
			if outcomes = append(outcomes, r.Outcome); len(outcomes) > 9 {
				t.Fatalf("outcomes %q", outcomes)
			}
		}
		if !slices.Contains(outcomes, process.Duplicate) {
			t.Errorf("outcomes %q, want the cancel dropped as a duplicate", outcomes)
		}
		w.wantState("evt_1", "FAILED cancelled")
		w.wantCalls()
		w.wantNoLetters()
	})
}

// What has no body never runs a handler, whatever else it says.
func TestNoBodyNeverRuns(t *testing.T) {
	t.Parallel()
	for _, reason := range []queue.Reason{"", queue.ReasonRetry, queue.ReasonReplay, queue.ReasonPermanent} {
		row(t, string(reason), func(w *world) {
			w.on("charge", nil)
			m := message("evt_1")
			m.NoBody, m.Raw = true, nil
			if reason != "" {
				m.Failure = &queue.Failure{Reason: reason, Fence: 1}
			}
			w.send(m)
			if r := w.want(w.deliver(), process.Duplicate, true); !r.Stale() {
				w.Error("it is not stale")
			}
			w.wantCalls()
			w.wantState("evt_1", "none")
		})
	}
}

// A cancel that the ledger does not take before the queue would drop it is a letter, as any
// message is. It has no body, so it never runs a handler later.
func TestExpiredCancel(t *testing.T) {
	inWorld(t, func(w *world) {
		w.failOnceThenWait()
		cancel := asking("evt_1", queue.ReasonCancel, 1)
		cancel.NoBody, cancel.Raw = false, message("evt_1").Raw // as nobody sends it but by hand
		w.send(cancel)
		w.fail("claim")
		time.Sleep(6*24*time.Hour + time.Minute)
		for range 2 { // its event's own message expires too
			for _, r := range w.deliver() {
				if r.Outcome != process.DeadLettered || r.Reason != queue.ReasonExpired {
					t.Errorf("%s %s, want a letter", r.Outcome, r.Reason)
				}
			}
		}
		bodies := 0
		for _, letter := range w.dead.Messages() {
			if !letter.NoBody {
				bodies++
			}
		}
		if letters := w.dead.Messages(); len(letters) != 2 || bodies != 1 {
			t.Errorf("%d letters, %d with a body; want only the event's to have one", len(letters), bodies)
		}
	})
}

// Whatever an operator's message changes is reported; what it leaves as it would be is not.
func TestReopenedIsReported(t *testing.T) {
	t.Parallel()
	fails := func(w *world) {
		w.on("charge", failing(hook.Permanent(errBank)))
		w.handle("evt_1", process.DeadLettered, true)
	}
	for _, tt := range []struct {
		name   string
		before func(w *world)
		ask    queue.Failure
		want   bool
	}{
		{"redriven", fails, queue.Failure{Reason: queue.ReasonPermanent, Fence: 1}, true},
		{"replayed", fails, queue.Failure{Reason: queue.ReasonReplay, Fence: 1}, true},
		{"assumed done", func(w *world) { w.on("charge", nil) },
			queue.Failure{Reason: queue.ReasonOutcomeUnknown, Fence: 9, AssumeDone: []string{"charge"}}, true},
		{"of another fence", fails, queue.Failure{Reason: queue.ReasonPermanent, Fence: 9}, false},
		{"nothing to reopen", func(w *world) { w.on("charge", nil) }, queue.Failure{Reason: queue.ReasonPermanent, Fence: 1}, false},
	} {
		row(t, tt.name, func(w *world) {
			tt.before(w)
			m := message("evt_1")
			m.Failure = &tt.ask
			w.send(m)
			if r := w.one(w.deliver()); r.Reopened != tt.want {
				w.Errorf("%s with reopened %v, want %v", r.Outcome, r.Reopened, tt.want)
			}
		})
	}
}
