package dead_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

var (
	handled   = []process.Outcome{process.Handled}
	duplicate = []process.Outcome{process.Duplicate}
	died      = []process.Outcome{process.DeadLettered}
)

// TestRedrive fixes a handler that failed for good. Only that handler runs again, once.
func TestRedrive(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.on("charge")
		w.fails["charge"] = hook.Permanent(errBank)
		w.send(message("evt_1"))
		w.wantWork(died, "note evt_1", "charge evt_1")

		w.fails = nil
		w.wantRedriven("evt_1 redriven")
		w.wantVisible(0)
		w.wantWork(handled, "charge evt_1")
	})
}

// TestRedriveMany redrives letters in groups. Letters that do not match stay.
func TestRedriveMany(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		plans := w.plans(dead.Filter{Reasons: []queue.Reason{queue.ReasonAttempts}})
		var progress []string
		w.client.Progress = func(text string) { progress = append(progress, text) }
		var tally dead.Tally
		if err := w.client.Redrive(w.Context(), plans, tally.Add); err != nil {
			t.Fatal(err)
		}
		if tally != (dead.Tally{Redriven: 15}) || tally.Err() != nil {
			t.Errorf("tally = %+v", tally)
		}
		if last := progress[len(progress)-1]; last != "sent back 15 of 15 letters" {
			t.Errorf("last progress: %q", last)
		}
		w.wantVisible(30)
		if got := len(w.queue.Messages()); got != 15 {
			t.Errorf("%d messages in the queue, want 15", got)
		}
	})
}

// TestLostOnTheWay loses one call, before or after it takes effect. The letter is gone in the
// end, and its event is handled once.
func TestLostOnTheWay(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"send", "delete", "defer"} {
		for _, applied := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, applied %v", op, applied), func(t *testing.T) {
				t.Parallel()
				inWorld(t, func(w *world) {
					w.charge("evt_1")

					lost := false
					lose := func(got, _ string) (bool, error) {
						if got != op || lost {
							return true, nil
						}
						lost = true
						return applied, errLost
					}
					plans := w.plans(dead.Filter{})
					w.deadFault, w.queueFault = lose, lose
					var results []dead.Result
					if err := w.client.Redrive(w.Context(), plans, func(r dead.Result) { results = append(results, r) }); err != nil {
						t.Fatal(err)
					}
					if len(results) != 1 || op != "defer" && !errors.Is(results[0].Fail, errLost) {
						t.Errorf("results = %v, %v", results[0].Outcome(), results[0].Fail)
					}
					w.work()
					if got := len(w.dead.Messages()); got > 0 {
						w.wantRedriven("evt_1 redriven")
						w.work()
					}
					w.wantCalls("charge evt_1")
					w.wantVisible(0)
					if got := len(w.queue.Messages()); got > 0 {
						t.Errorf("%d messages are left in the queue", got)
					}
				})
			})
		}
	}
}

// TestDiesBetweenSendAndDelete ends the redriving process after the queue accepted the
// letter. The letter becomes visible again, its plan says that it is a duplicate, and the
// ledger drops it.
func TestDiesBetweenSendAndDelete(t *testing.T) {
	t.Parallel()
	for _, workedOff := range []bool{true, false} {
		t.Run(fmt.Sprintf("copy is handled first: %v", workedOff), func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.charge("evt_1")

				plans := w.plans(dead.Filter{})
				w.deadFault = func(op, _ string) (bool, error) { return op == "receive", nil } // as if the process had died
				if err := w.client.Redrive(w.Context(), plans, func(dead.Result) {}); err != nil {
					t.Fatal(err)
				}
				w.deadFault = nil
				time.Sleep(queuememory.DefaultVisibility)
				if workedOff {
					w.wantWork(handled, "charge evt_1")
					if plan := w.plans(dead.Filter{})[0]; plan.Fate != dead.FateDuplicate || !strings.Contains(plan.Text(clock), "COMPLETED") {
						t.Errorf("plan: %s", plan.Text(clock))
					}
				}
				w.wantRedriven("evt_1 redriven")
				w.work()
				w.work()
				if !workedOff {
					w.wantCalls("charge evt_1")
				}
				w.wantCalls()
				w.wantVisible(0)
			})
		})
	}
}

// TestQueueIsAway has a queue that accepts nothing. All letters stay.
func TestQueueIsAway(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		w.queueFault = func(string, string) (bool, error) { return false, errLost }
		plans := w.plans(dead.Filter{})
		var tally dead.Tally
		notReached := 0
		err := w.client.Redrive(w.Context(), plans, func(r dead.Result) {
			tally.Add(r)
			if errors.Is(r.Fail, dead.ErrNotReached) {
				notReached++
			}
		})
		if !errors.Is(err, dead.ErrStopped) || tally != (dead.Tally{Failed: 45}) || notReached != 35 || tally.Err() == nil {
			t.Errorf("Redrive = %v, %+v, %d not reached; want it stopped after 10 of 45", err, tally, notReached)
		}
		w.wantVisible(45)
	})
}

// TestInterruptedRedrive wants the group under way finished, and the rest visible again.
func TestInterruptedRedrive(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		plans := w.plans(dead.Filter{})
		ctx, interrupt := context.WithCancel(w.Context())
		w.queueFault = func(string, string) (bool, error) { interrupt(); return true, nil }
		var tally dead.Tally
		err := w.client.Redrive(ctx, plans, tally.Add)
		if !errors.Is(err, context.Canceled) || tally != (dead.Tally{Redriven: 10, Failed: 35}) {
			t.Errorf("Redrive = %v, %+v; want 10 redriven", err, tally)
		}
		w.wantVisible(35)
	})
}

// TestNotSeenAgain hides a planned letter, as another receiver does.
func TestNotSeenAgain(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetter(letter("evt_1", queue.ReasonPermanent))
		plans := w.plans(dead.Filter{})
		if got, err := w.dead.Receive(w.Context(), 1, 0); err != nil || len(got) != 1 {
			t.Fatal(got, err)
		}
		var results []dead.Result
		if err := w.client.Redrive(w.Context(), plans, func(r dead.Result) { results = append(results, r) }); err != nil {
			t.Fatal(err)
		}
		if len(results) != 1 || !errors.Is(results[0].Fail, dead.ErrNotSeen) {
			t.Errorf("results = %v", results)
		}
	})
}

// TestRecordCannotBeRead wants a letter to stay if its event's record cannot be read.
func TestRecordCannotBeRead(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetter(letter("evt_1", queue.ReasonPermanent), letter("evt_2", queue.ReasonPermanent))
		plans := w.plans(dead.Filter{})
		w.lost = map[string]string{"texts#evt_2": "table is away"}
		if _, _, err := w.client.Plans(w.Context(), dead.Filter{}, 0); err == nil {
			t.Error("Plans without a record = nil")
		}
		last := ""
		w.client.Progress = func(text string) { last = text }
		var tally dead.Tally
		if err := w.client.Redrive(w.Context(), plans, tally.Add); err != nil || tally != (dead.Tally{Redriven: 1, Failed: 1}) {
			t.Errorf("Redrive = %v, %+v", err, tally)
		}
		if last != "sent back 1 of 2 letters" {
			t.Errorf("last progress: %q", last)
		}
		w.wantVisible(1)
	})
}

// TestPlannedAgain wants letters planned again when they are sent.
func TestPlannedAgain(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("reply", hook.AtMostOnce)
		w.client.Planner.AssumeDone = []string{"reply"}
		w.fail(queue.ReasonOutcomeUnknown, nil, []string{"reply"})
		plans := w.plans(dead.Filter{})
		w.client.Planner.AssumeDone = nil
		var results []dead.Result
		if err := w.client.Redrive(w.Context(), plans, func(r dead.Result) { results = append(results, r) }); err != nil {
			t.Fatal(err)
		}
		if plans[0].Fate != dead.FateRun || len(results) != 1 || !errors.Is(results[0].Why, dead.ErrOutcomeUnknown) {
			t.Errorf("planned %s, then %v", plans[0].Text(clock), results)
		}
		w.wantVisible(1)
		w.wantWork(nil)
	})
}
