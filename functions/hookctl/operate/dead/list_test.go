package dead_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

// deadLetterMany puts n letters into the queue, every third of them with another reason.
func (w *world) deadLetterMany(n int) {
	w.Helper()
	for i := range n {
		reason := queue.ReasonPermanent
		if i%3 == 0 {
			reason = queue.ReasonAttempts
		}
		w.deadLetter(letter(fmt.Sprintf("evt_%03d", i), reason))
	}
}

func TestListGivesBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name           string
		filter         dead.Filter
		limit          int
		letters, other int
	}{
		{"all", dead.Filter{}, 0, 45, 0},
		{"some", dead.Filter{Reasons: []queue.Reason{queue.ReasonAttempts}}, 0, 15, 30},
		{"a few", dead.Filter{Reasons: []queue.Reason{queue.ReasonAttempts}}, 4, 4, 6},
		{"none", dead.Filter{Sources: []string{"other"}}, 0, 0, 45},
		{"one by its id", dead.Filter{IDs: []string{"evt_007"}}, 0, 1, 44},
		{"one by its message's id", dead.Filter{IDs: []string{"m8"}}, 0, 1, 44},
		{"type and id", dead.Filter{IDs: []string{"evt_007"}, Types: []string{"text.incoming.mms"}}, 0, 0, 45},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.deadLetterMany(45)
				look, err := w.client.List(w.Context(), tt.filter, tt.limit)
				if err != nil || len(look.Letters) != tt.letters || look.Others != tt.other {
					t.Errorf("List = %d letters, %d others, %v; want %d and %d", len(look.Letters), look.Others, err, tt.letters, tt.other)
				}
				for _, l := range look.Letters {
					if len(l.Raw)+len(l.Wire.Body) > 0 {
						t.Errorf("%s keeps its body", l.ID)
					}
				}
				w.wantVisible(45)
			})
		})
	}
}

func TestFailedListGivesBack(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		receives := 0
		w.deadFault = func(op, _ string) (bool, error) {
			if op == "receive" {
				receives++
			}
			if receives == 3 {
				receives++
				return false, errLost
			}
			return true, nil
		}
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if !errors.Is(err, errLost) || len(look.Letters) != 20 {
			t.Errorf("List = %d letters, %v; want 20 and %v", len(look.Letters), err, errLost)
		}
		w.wantVisible(45)
	})
}

func TestInterruptedListGivesBack(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(45)
		ctx, interrupt := context.WithCancel(w.Context())
		w.client.Progress = func(string) { interrupt() }
		look, err := w.client.List(ctx, dead.Filter{}, 0)
		if !errors.Is(err, context.Canceled) || len(look.Letters) != 10 {
			t.Errorf("List = %d letters, %v; want the first 10", len(look.Letters), err)
		}
		w.wantVisible(45)
	})
}

// TestLongPassKeepsLettersInvisible takes longer than a receive hides a letter.
func TestLongPassKeepsLettersInvisible(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(60)
		w.client.Progress = func(string) { time.Sleep(14 * time.Second) }
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if err != nil || len(look.Letters) != 60 {
			t.Errorf("List = %d letters, %v; want 60", len(look.Letters), err)
		}
		for _, m := range w.dead.Messages() {
			if m.Wire.Receives != 1 {
				t.Errorf("%s was received %d times", m.ID, m.Wire.Receives)
			}
		}
		w.wantVisible(60)
	})
}

// TestReceivedTwiceListedOnce has a queue that hides letters for too short a time, so that
// the pass receives them again.
func TestReceivedTwiceListedOnce(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		short := queuememory.New(queuememory.Options{Visibility: time.Second, Fault: func(op, _ string) (bool, error) {
			if op == "receive" {
				time.Sleep(2 * time.Second)
			}
			return true, nil
		}})
		w.dead, w.client.Dead = short, short
		w.deadLetterMany(30)
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		seen := map[string]int{}
		for _, l := range look.Letters {
			seen[l.Wire.MessageID]++
			if seen[l.Wire.MessageID] > 1 {
				t.Errorf("%s is shown again", l.ID)
			}
		}
		if err != nil || len(seen) != 30 {
			t.Errorf("List = %d letters, %v; want 30", len(seen), err)
		}
		w.wantVisible(30)
	})
}

// TestOldestFirst wants the same list again, although the queue has no order.
func TestOldestFirst(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		for i, age := range []time.Duration{time.Hour, 3 * time.Hour, 2 * time.Hour, time.Hour} {
			m := letter(fmt.Sprint("evt_", 9-i), queue.ReasonPermanent)
			m.Failure.At = time.Now().Add(-age).UnixMilli()
			w.deadLetter(m)
		}
		want := []string{"evt_8", "evt_7", "evt_6", "evt_9"}
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if err != nil {
			t.Fatal(err)
		}
		var looked, planned []string
		for _, l := range look.Letters {
			looked = append(looked, l.ID)
		}
		for _, plan := range w.plans(dead.Filter{}) {
			planned = append(planned, plan.Letter.ID)
		}
		if !slices.Equal(looked, want) || !slices.Equal(planned, want) {
			t.Errorf("looked at %q, planned for %q; want %q", looked, planned, want)
		}
	})
}

// TestGivingBackFails wants an error that says how long letters stay invisible that could
// not be made visible again.
func TestGivingBackFails(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(3)
		w.deadFault = func(op, id string) (bool, error) {
			if op == "defer" && id == "evt_001" {
				return false, errLost
			}
			return true, nil
		}
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if !errors.Is(err, errLost) || len(look.Letters) != 3 {
			t.Errorf("List = %d letters, %v; want 3 and %v", len(look.Letters), err, errLost)
		}
		if got := w.dead.Counts(); got != (queuememory.Counts{Visible: 2, InFlight: 1}) {
			t.Errorf("counts = %+v", got)
		}
	})
}
