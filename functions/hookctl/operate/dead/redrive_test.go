package dead_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
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
		for _, plan := range plans {
			if len(plan.Letter.Raw)+len(plan.Letter.Wire.Body) > 0 {
				t.Errorf("the plan of %s keeps a body", plan.Letter.ID)
			}
		}
		var progress []string
		w.client.Progress = func(text string) { progress = append(progress, text) }
		var tally dead.Tally
		if err := w.client.Redrive(w.Context(), plans, tally.Add); err != nil {
			t.Fatal(err)
		}
		if tally != (dead.Tally{Redriven: 15}) || tally.Err() != nil {
			t.Errorf("tally = %+v", tally)
		}
		if last := progress[len(progress)-1]; last != "15 of 15 letters" {
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
					results := w.results(plans)
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

// TestTokenExpires has a queue that accepts nothing after some letters. The others stay, also
// those that were not reached, of which nothing is reported. Another redrive goes on with them.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		var accepted atomic.Int32
		w.queueFault = func(string, string) (bool, error) {
			if accepted.Add(1) > 15 {
				return false, errLost
			}
			return true, nil
		}
		var tally dead.Tally
		err := w.client.Redrive(w.Context(), w.plans(dead.Filter{}), tally.Add)
		if !errors.Is(err, act.ErrStopped) || tally != (dead.Tally{Redriven: 15, Failed: 15}) || tally.Err() == nil {
			t.Errorf("Redrive = %v, %+v; want it stopped after 10 failures in a row", err, tally)
		}
		w.wantVisible(30)
		w.queueFault, tally = nil, dead.Tally{}
		if err := w.client.Redrive(w.Context(), w.plans(dead.Filter{}), tally.Add); err != nil || tally != (dead.Tally{Redriven: 30}) {
			t.Errorf("the second Redrive = %v, %+v", err, tally)
		}
		if n := len(w.queue.Messages()); n != 45 {
			t.Errorf("%d messages in the queue, want each letter once", n)
		}
	})
}

// TestTwoOperators redrives the same letters twice at once. Each is sent once.
func TestTwoOperators(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		plans := w.plans(dead.Filter{})
		var both sync.WaitGroup
		var tallies [2]dead.Tally
		for i := range tallies {
			both.Go(func() {
				if err := w.client.Redrive(w.Context(), plans, tallies[i].Add); err != nil {
					t.Error(err)
				}
			})
		}
		both.Wait()
		if sent := tallies[0].Redriven + tallies[1].Redriven; sent != 45 || len(w.queue.Messages()) != 45 {
			t.Errorf("redriven %+v, %d messages in the queue; want 45", tallies, len(w.queue.Messages()))
		}
		w.wantVisible(0)
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
		if !errors.Is(err, context.Canceled) || tally != (dead.Tally{Redriven: 10}) {
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
		if results := w.results(plans); len(results) != 1 || !errors.Is(results[0].Fail, dead.ErrNotSeen) {
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
		if last != "2 of 2 letters" {
			t.Errorf("last progress: %q", last)
		}
		w.wantVisible(1)
	})
}

// TestConfirmed wants what an operator confirmed done, and nothing else: by its turn another
// handler would run, or another event be given up.
func TestConfirmed(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.client.Confirmed = true
		w.charge("evt_1")
		redrives := w.plans(dead.Filter{})
		w.on("note")
		if results := w.results(redrives); len(results) != 1 || !errors.Is(results[0].Why, act.ErrNotConfirmed) || len(w.queue.Messages()) > 0 {
			t.Fatalf("planned %s, then %v", redrives[0].Text(clock), results)
		}
		drops, _, err := w.client.PlanDrops(w.Context(), dead.Filter{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		drops[0].Closes = false // as if the event had ended otherwise when the plan was made
		var dropped []dead.DropResult
		if err := w.client.Drop(w.Context(), w.closer(), drops, func(r dead.DropResult) { dropped = append(dropped, r) }); err != nil {
			t.Fatal(err)
		}
		if rec, _ := w.ledger.Record("texts#evt_1"); len(dropped) != 1 || !errors.Is(dropped[0].Refuse, act.ErrNotConfirmed) || !rec.IsOpen() {
			t.Errorf("dropped %v, record %+v", dropped, rec)
		}
		w.wantVisible(1)
		w.wantRedriven("evt_1 redriven") // the plan as it is now
	})
}
