package dead_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A letter's event is given up only if the letter is of the record's own run, and nothing
// of the event waits in the queue.
func TestPlanDrop(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	record := func(state ledger.State, fence int64) *ledger.Record {
		return &ledger.Record{State: state, Fence: fence, Lease: now.Add(-time.Second), Since: now.Add(-time.Hour)}
	}
	held := record(ledger.StateClaimed, 3)
	held.Lease = now.Add(time.Second)
	dropped := record(ledger.StateFailed, 3)
	dropped.Reason = ledger.ReasonDropped
	failure := func(reason queue.Reason, fence int64) *queue.Failure {
		return &queue.Failure{Reason: reason, Fence: fence}
	}
	for _, tt := range []struct {
		name    string
		failure *queue.Failure
		found   *ledger.Record
		closes  bool
		refuse  error
	}{
		{name: "failed", failure: failure(queue.ReasonAttempts, 3), found: record(ledger.StateFailed, 3), closes: true},
		{name: "of an earlier run", failure: failure(queue.ReasonAttempts, 2), found: record(ledger.StateFailed, 3)},
		{name: "no record", failure: failure(queue.ReasonAttempts, 3)},
		{name: "completed since", failure: failure(queue.ReasonAttempts, 3), found: record(ledger.StateCompleted, 3)},
		{name: "dropped already", failure: failure(queue.ReasonAttempts, 3), found: dropped},
		{name: "conflict", failure: failure(queue.ReasonConflict, 3), found: record(ledger.StateFailed, 3)},
		{name: "a replay that SQS moved", failure: failure(queue.ReasonReplay, 3), found: record(ledger.StateFailed, 3)},
		{name: "moved by SQS", found: record(ledger.StateReleased, 3), closes: true},
		{name: "moved by SQS, and its process died", found: record(ledger.StateClaimed, 3), closes: true},
		{name: "expired while the ledger was away", failure: failure(queue.ReasonExpired, 0), found: record(ledger.StateReleased, 3), closes: true},
		{name: "its message comes back", failure: failure(queue.ReasonPermanent, 3), found: record(ledger.StateReleased, 3), refuse: dead.ErrStillQueued},
		{name: "being handled", failure: failure(queue.ReasonPermanent, 2), found: held, refuse: dead.ErrHandledNow},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l := dead.Letter{Message: message("evt_1")}
			l.Failure = tt.failure
			got := dead.PlanDrop(l, tt.found, now)
			if got.Closes != tt.closes || !errors.Is(got.Refuse, tt.refuse) {
				t.Errorf("closes %v, %v; want %v, %v (%s)", got.Closes, got.Refuse, tt.closes, tt.refuse, got.Text())
			}
		})
	}
}

// drop drops all letters that match, and returns the outcome of each as "id outcome".
func (w *world) drop(f dead.Filter) (words []string, err error) {
	w.Helper()
	plans, _, err := w.client.PlanDrops(w.Context(), f, 0)
	if err != nil {
		w.Fatal(err)
	}
	err = w.client.Drop(w.Context(), w.closer(), plans, func(r dead.DropResult) {
		words = append(words, r.Letter.Name()+" "+r.Outcome())
	})
	slices.Sort(words)
	return words, err
}

// closer is the world's ledger, of which calls can be lost.
func (w *world) closer() dead.Closer { return closer{w} }

type closer struct{ *world }

func (c closer) Drop(ctx context.Context, found ledger.Found, now time.Time) (bool, error) {
	apply, err := ask(c.deadFault, "drop", found.Key)
	if !apply {
		return false, err
	}
	wrote, _ := memory.NewReader(c.ledger).Drop(ctx, found, now)
	return wrote && err == nil, err
}

// Dropped letters are gone with everything that folds into them, and their events are given
// up; others stay. A conflict and a letter that cannot be read go, and leave their events.
func TestDrop(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.charge("evt_1")
		w.deadLetter(letter("evt_1", queue.ReasonPermanent), letter("evt_2", queue.ReasonConflict), queue.Decode(queue.Wire{Body: "foreign"}), letter("evt_3", queue.ReasonAttempts))
		plans, others, err := w.client.PlanDrops(w.Context(), dead.Filter{Reasons: []queue.Reason{queue.ReasonPermanent, queue.ReasonConflict, queue.ReasonUnreadable}}, 0)
		if err != nil || len(plans) != 3 || others != 1 {
			t.Fatalf("%d plans, %d others, %v", len(plans), others, err)
		}
		dropped := 0
		err = w.client.Drop(w.Context(), w.closer(), plans, func(r dead.DropResult) {
			if dropped++; r.Outcome() != dead.Dropped {
				t.Errorf("%s: %s, %v", r.Letter.Name(), r.Outcome(), r.Fail)
			}
		})
		if err != nil || dropped != 4 {
			t.Errorf("dropped %d letters, %v; want 4", dropped, err)
		}
		w.wantVisible(1)
		if rec, _ := w.ledger.Record("texts#evt_1"); rec.IsOpen() || rec.Reason != ledger.ReasonDropped {
			t.Errorf("record %+v", rec)
		}
		w.send(message("evt_1")) // the provider sends it once more
		w.wantWork(duplicate)
	})
}

// Each call that is lost, before or after it took effect, leaves the event open or its letter
// there, and dropping again does the rest.
func TestDropLostOnTheWay(t *testing.T) {
	t.Parallel()
	for _, op := range []string{"drop", "delete", "defer", "receive"} {
		for _, applied := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s, applied %v", op, applied), func(t *testing.T) {
				t.Parallel()
				inWorld(t, func(w *world) {
					w.charge("evt_1")
					lost := false
					w.deadFault = func(got, _ string) (bool, error) {
						if got != op || lost {
							return true, nil
						}
						lost = true
						return applied, errLost
					}
					plans, _, err := w.client.PlanDrops(w.Context(), dead.Filter{}, 0)
					if err == nil {
						err = w.client.Drop(w.Context(), w.closer(), plans, func(dead.DropResult) {})
					}
					if !lost || err != nil && !errors.Is(err, errLost) {
						t.Fatalf("lost %v, %v", lost, err)
					}
					w.deadFault = nil
					time.Sleep(10 * time.Minute)
					rec, _ := w.ledger.Record("texts#evt_1")
					if !rec.IsOpen() && op == "drop" && !applied {
						t.Error("it is closed, although the write was lost")
					}
					if rec.IsOpen() && len(w.dead.Messages()) == 0 {
						t.Error("the letter is gone, and its event is open")
					}
					if _, err := w.drop(dead.Filter{}); err != nil {
						t.Fatal(err)
					}
					if rec, _ := w.ledger.Record("texts#evt_1"); rec.IsOpen() || len(w.dead.Messages()) > 0 {
						t.Errorf("open %v, %d letters", rec.IsOpen(), len(w.dead.Messages()))
					}
				})
			})
		}
	}
}

// An event that is redriven and fails again while its letter is being dropped is not given
// up, and the new letter stays.
func TestDropOfWhatWasHandledSince(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.charge("evt_1")
		plans, _, err := w.client.PlanDrops(w.Context(), dead.Filter{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		redriven := w.dead.Messages()[0]
		w.deadFault = func(op, _ string) (bool, error) {
			if op == "drop" { // between the plan and the write
				w.fails = map[string]error{"charge": hook.Permanent(errBank)}
				w.send(redriven)
				w.wantWork([]process.Outcome{process.DeadLettered}, "charge evt_1")
			}
			return true, nil
		}
		var got []error
		if err := w.client.Drop(w.Context(), w.closer(), plans, func(r dead.DropResult) { got = append(got, r.Fail) }); err != nil {
			t.Fatal(err)
		}
		rec, _ := w.ledger.Record("texts#evt_1")
		if len(got) != 1 || got[0] != nil && !errors.Is(got[0], dead.ErrHandledSince) || !rec.IsOpen() || rec.Fence != 2 {
			t.Errorf("%v; record %+v", got, rec)
		}
		if n := len(w.dead.Messages()); n == 0 {
			t.Error("no letter is left of an open event")
		}
	})
}

// Dropping keeps its pace, and so does redriving. Ctrl-C ends both between groups of letters;
// the letters that are left are visible.
func TestPaceOfLetters(t *testing.T) {
	t.Parallel()
	for name, run := range map[string]func(ctx context.Context, w *world) (int, error){
		"drop": func(ctx context.Context, w *world) (n int, err error) {
			plans, _, err := w.client.PlanDrops(ctx, dead.Filter{}, 0)
			if err != nil {
				return 0, err
			}
			err = w.client.Drop(ctx, w.closer(), plans, func(r dead.DropResult) {
				if r.Fail == nil {
					n++
				}
			})
			return n, err
		},
		"redrive": func(ctx context.Context, w *world) (int, error) {
			var tally dead.Tally
			err := w.client.Redrive(ctx, w.plans(dead.Filter{}), tally.Add)
			return tally.Redriven, err
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.deadLetterMany(45)
				w.client.Pace = act.NewPace(1)
				ctx, cancel := context.WithTimeout(w.Context(), 25*time.Second)
				defer cancel()
				n, err := run(ctx, w)
				if !errors.Is(err, context.DeadlineExceeded) || n < 20 || n > 30 {
					t.Fatalf("%d letters in 25 s, %v; want about 25", n, err)
				}
				w.wantVisible(45 - n)
				w.client.Pace = act.NewPace(1)
				rest, err := run(w.Context(), w)
				if err != nil || rest != 45-n {
					t.Errorf("%d letters, %v; want the other %d", rest, err, 45-n)
				}
				w.wantVisible(0)
			})
		})
	}
}
