package dead_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

// edited returns a letter of evt_1, changed by edit.
func edited(reason queue.Reason, edit func(m *queue.Message)) queue.Message {
	m := letter("evt_1", reason)
	edit(&m)
	return m
}

// fence sets a letter's fence to that of the claim that failed.
func fence(n int64) func(*queue.Message) {
	return func(m *queue.Message) { m.Failure.Fence = n }
}

// TestFold wants letters of one event in one row, and all others in rows of their own. The
// messages are m1, m2 and so on; a row is "message/reason+folded,folded".
func TestFold(t *testing.T) {
	t.Parallel()
	replay := func(n int64, handlers ...string) queue.Message {
		return edited(queue.ReasonReplay, func(m *queue.Message) { m.Failure.Fence, m.Failure.Handlers = n, handlers })
	}
	later := func(d time.Duration) func(*queue.Message) {
		return func(m *queue.Message) { m.Received = m.Received.Add(d) }
	}
	for _, tt := range []struct {
		name    string
		letters []queue.Message
		want    string
	}{
		{"of one failure", []queue.Message{letter("evt_1", queue.ReasonPermanent), letter("evt_1", queue.ReasonPermanent)}, "m2/permanent+m1"},
		{"of the claims before", []queue.Message{edited(queue.ReasonAttempts, fence(3)), edited(queue.ReasonPermanent, fence(4)), letter("evt_1", queue.ReasonPayload)}, "m2/permanent+m1,m3"},
		{"moved by SQS", []queue.Message{unmarked(), letter("evt_1", queue.ReasonOutcomeUnknown), unmarked()}, "m2/outcome_unknown+m1,m3"},
		{"without a fence", []queue.Message{edited(queue.ReasonExpired, fence(0)), unmarked()}, "m1/expired+m2"},
		{"arrived again", []queue.Message{letter("evt_1", queue.ReasonPermanent), edited(queue.ReasonPermanent, later(time.Hour))}, "m2/permanent+m1"},
		{"arrived after the window", []queue.Message{letter("evt_1", queue.ReasonPermanent), edited(queue.ReasonPermanent, later(31*24*time.Hour))}, "m1/permanent m2/permanent"},
		{"other events", []queue.Message{letter("evt_1", queue.ReasonPermanent), letter("evt_2", queue.ReasonPermanent)}, "m1/permanent m2/permanent"},
		{"another source", []queue.Message{letter("evt_1", queue.ReasonPermanent), edited(queue.ReasonPermanent, func(m *queue.Message) { m.Source = "other" })}, "m2/permanent m1/permanent"},
		{"another body", []queue.Message{letter("evt_1", queue.ReasonPermanent), edited(queue.ReasonPermanent, func(m *queue.Message) { m.Raw = []byte("{}") })}, "m1/permanent m2/permanent"},
		{"a conflict of the same body", []queue.Message{letter("evt_1", queue.ReasonPermanent), letter("evt_1", queue.ReasonConflict)}, "m1/permanent m2/conflict"},
		{"copies of a conflict", []queue.Message{letter("evt_1", queue.ReasonConflict), letter("evt_1", queue.ReasonConflict)}, "m2/conflict+m1"},
		{"two conflicts", []queue.Message{letter("evt_1", queue.ReasonConflict), edited(queue.ReasonConflict, func(m *queue.Message) { m.Raw = []byte("{}") })}, "m1/conflict m2/conflict"},
		{"a replay", []queue.Message{letter("evt_1", queue.ReasonPermanent), replay(1)}, "m1/permanent m2/replay"},
		{"copies of a replay", []queue.Message{replay(1, "a"), replay(1, "a")}, "m2/replay+m1"},
		{"replays of others", []queue.Message{replay(1, "a"), replay(1, "b"), replay(2, "a")}, "m1/replay m2/replay m3/replay"},
		{"confirmed by an operator", []queue.Message{letter("evt_1", queue.ReasonPermanent), edited(queue.ReasonPermanent, func(m *queue.Message) { m.Failure.AssumeDone = []string{"a"} })}, "m1/permanent m2/permanent"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.deadLetter(tt.letters...)
				found, err := w.client.List(w.Context(), dead.Filter{}, 0)
				if err != nil {
					t.Fatal(err)
				}
				if got := rows(found.Letters); got != tt.want {
					t.Errorf("rows %q, want %q", got, tt.want)
				}
				var planned []dead.Letter
				for _, plan := range w.plans(dead.Filter{}) {
					planned = append(planned, plan.Letter)
				}
				if got := rows(planned); got != tt.want {
					t.Errorf("planned %q, want %q", got, tt.want)
				}
				w.wantVisible(len(tt.letters))
			})
		})
	}
}

func rows(letters []dead.Letter) string {
	var rows []string
	for _, l := range letters {
		row := l.Wire.MessageID + "/" + string(l.Reason())
		if len(l.Folded) > 0 {
			slices.Sort(l.Folded)
			row += "+" + strings.Join(l.Folded, ",")
		}
		rows = append(rows, row)
	}
	return strings.Join(rows, " ")
}

// TestUnreadableStayApart wants messages that are no events each in a row of its own, even
// if they are equal.
func TestUnreadableStayApart(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		for range 2 {
			if err := w.dead.Put(queue.Wire{Body: "hello", Attributes: map[string]string{"source": "texts", "id": "evt_1"}}, 0); err != nil {
				t.Fatal(err)
			}
		}
		found, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if got := rows(found.Letters); err != nil || got != "m1/unreadable m2/unreadable" {
			t.Errorf("rows %q, %v", got, err)
		}
	})
}

// failTwice makes three letters of evt_1: one of the first claim, after which the ledger was
// not told that the event failed, one of the second claim, whose fence the record has, and
// one that SQS moved.
func (w *world) failTwice() {
	w.Helper()
	w.on("note")
	w.on("charge")
	w.tried(1)
	w.deadLetter(letter("evt_1", queue.ReasonAttempts))
	c := w.claim(time.Minute)
	w.end(ledger.End{Claim: c, State: ledger.StateFailed, Reason: string(queue.ReasonPermanent), Ran: true, Done: []string{"note"}})
	w.deadLetter(edited(queue.ReasonPermanent, fence(c.Fence)), unmarked())
}

// TestRedriveFolded redrives the letter with the record's fence, although another is newer,
// and drops the others.
func TestRedriveFolded(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.failTwice()
		w.deadLetter(edited(queue.ReasonAttempts, fence(7))) // of a table that was deleted
		if plan := w.plans(dead.Filter{})[0]; plan.Letter.Fence() != 2 || plan.Text(clock) != "runs charge; done: note" {
			t.Errorf("plan of fence %d: %s", plan.Letter.Fence(), plan.Text(clock))
		}
		w.wantRedriven("evt_1 dropped", "evt_1 dropped", "evt_1 dropped", "evt_1 redriven")
		w.wantVisible(0)
		w.wantWork(handled, "charge evt_1")
	})
}

// TestFoldedFarApart has letters of one event in different receives, on both sides of the one
// that is sent. None is deleted before that one is sent.
func TestFoldedFarApart(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.deadLetter(edited(queue.ReasonAttempts, fence(1)))
		w.deadLetterMany(20)
		w.deadLetter(edited(queue.ReasonAttempts, fence(2)))
		w.deadLetterMany(20)
		w.deadLetter(unmarked())
		plans := w.plans(dead.Filter{IDs: []string{"evt_1"}})
		var order []string
		w.deadFault = func(op, id string) (bool, error) {
			if op == "delete" {
				order = append(order, op)
			}
			return true, nil
		}
		w.queueFault = func(op, _ string) (bool, error) { order = append(order, op); return true, nil }
		var tally dead.Tally
		if err := w.client.Redrive(w.Context(), plans, tally.Add); err != nil || tally != (dead.Tally{Redriven: 1, Dropped: 2}) {
			t.Errorf("Redrive = %v, %+v", err, tally)
		}
		if want := []string{"send", "delete", "delete", "delete"}; !slices.Equal(order, want) {
			t.Errorf("requests %q, want %q", order, want)
		}
		w.wantVisible(40)
	})
}

// TestRefusedFoldStays refuses the letter that would be sent. All letters of its event stay.
func TestRefusedFoldStays(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("reply", hook.AtMostOnce)
		w.fail(queue.ReasonOutcomeUnknown, nil, []string{"reply"})
		w.deadLetter(unmarked())
		w.wantRedriven("evt_1 refused")
		w.wantVisible(2)
		// The operator's confirmation ends before the letter is planned again.
		w.client.Planner.RunAgain = true
		plans := w.plans(dead.Filter{})
		w.client.Planner.RunAgain = false
		var tally dead.Tally
		if err := w.client.Redrive(w.Context(), plans, tally.Add); err != nil || tally != (dead.Tally{Refused: 1}) {
			t.Errorf("Redrive = %v, %+v", err, tally)
		}
		w.wantVisible(2)
		w.wantWork(nil)
	})
}

// TestFoldedNotSeenAgain hides a letter, as another program does. It is reported, and
// dropped as a duplicate later.
func TestFoldedNotSeenAgain(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.failTwice()
		plans := w.plans(dead.Filter{})
		if got, err := w.dead.Receive(w.Context(), 1, 0); err != nil || got[0].Wire.MessageID != "m1" {
			t.Fatal(got, err)
		}
		results := w.results(plans)
		if last := results[len(results)-1]; len(results) != 3 || last.Letter.Wire.MessageID != "m1" || !errors.Is(last.Fail, dead.ErrNotDropped) {
			t.Errorf("results %v, want m1 not dropped", results)
		}
		w.wantWork(handled, "charge evt_1")
		time.Sleep(queuememory.DefaultVisibility)
		w.wantRedriven("evt_1 redriven")
		w.wantWork(duplicate)
		w.wantVisible(0)
	})
}

// TestCrashOfFold ends the redriving process before and after each of its requests takes
// effect. After another redrive nothing is left, and what was to run has run once, whether
// or not the queue was processed in between.
func TestCrashOfFold(t *testing.T) {
	t.Parallel()
	for _, workedOff := range []bool{true, false} {
		for _, applied := range []bool{true, false} {
			t.Run(fmt.Sprintf("worked off %v, applied %v", workedOff, applied), func(t *testing.T) {
				t.Parallel()
				var crashes []string
				for crashed := "first"; crashed != ""; crashes = append(crashes, crashed) {
					inWorld(t, func(w *world) { crashed = crashFold(w, len(crashes), applied, workedOff) })
				}
				const remove = "delete evt_1"
				if want := []string{"receive", "send evt_1", remove, remove, remove, ""}; !slices.Equal(crashes, want) {
					t.Errorf("crashed at %q, want %q", crashes, want)
				}
			})
		}
	}
}

// crashFold ends a redrive at a request, which it returns; empty if there were fewer.
func crashFold(w *world, at int, applied, workedOff bool) (crashed string) {
	w.Helper()
	w.failTwice()
	plans := w.plans(dead.Filter{})
	requests := -1
	fault := func(op, id string) (bool, error) {
		switch requests++; {
		case requests < at:
			return true, nil
		case requests == at:
			crashed = strings.TrimSpace(op + " " + id)
			return applied, errLost
		}
		return false, errLost
	}
	w.deadFault, w.queueFault = fault, fault
	_ = w.client.Redrive(w.Context(), plans, func(dead.Result) {}) // it is dead
	w.deadFault, w.queueFault = nil, nil

	if workedOff {
		w.work()
	}
	time.Sleep(queuememory.DefaultVisibility)
	if _, err := w.redrive(); err != nil {
		w.Errorf("crash at request %d: redrive: %v", at, err)
	}
	for range 4 {
		w.work()
		time.Sleep(10 * time.Minute) // past waits and visibility
	}
	if !slices.Equal(w.calls, []string{"charge evt_1"}) {
		w.Errorf("crash at request %d: called %q, want charge once", at, w.calls)
	}
	if left, dead := len(w.queue.Messages()), len(w.dead.Messages()); left+dead > 0 {
		w.Errorf("crash at request %d: %d messages and %d letters are left", at, left, dead)
	}
	return crashed
}

// TestOrdinaryWithoutFence sends a letter that names no claim back as ingest would: it
// must not reopen, assume or count as an operator's message.
func TestOrdinaryWithoutFence(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.deadLetter(edited(queue.ReasonExpired, fence(0)))
		w.wantRedriven("evt_1 redriven")
		if ms := w.queue.Messages(); len(ms) != 1 || ms[0].Failure != nil {
			t.Errorf("sent %v with failure %+v, want none", ms, ms[0].Failure)
		}
		w.wantWork(handled, "note evt_1")

		w.client.Planner.AssumeDone = []string{"note"}
		second := letter("evt_2", queue.ReasonExpired)
		second.Failure.Fence = 0
		w.deadLetter(second)
		w.wantRedriven("evt_2 redriven")
		w.wantWork(handled)
	})
}
