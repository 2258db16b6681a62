package dead_test

import (
	"errors"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/hook"
	"webhookintake/shared/queue"
)

// TestConfirmationIsNeeded wants a letter refused whose at-most-once handler began, for
// whatever reason it died, unless the operator confirms.
func TestConfirmationIsNeeded(t *testing.T) {
	t.Parallel()
	started := []string{"reply"}
	for _, tt := range []struct {
		name string
		set  func(w *world)
		want bool // refused
	}{
		{"outcome unknown", func(w *world) { w.fail(queue.ReasonOutcomeUnknown, nil, started) }, true},
		{"another handler is taken as done", func(w *world) {
			w.client.Planner.AssumeDone = []string{"note"}
			w.fail(queue.ReasonOutcomeUnknown, nil, started)
		}, true},
		{"it is taken as done", func(w *world) {
			w.client.Planner.AssumeDone = started
			w.fail(queue.ReasonOutcomeUnknown, nil, started)
		}, false},
		{"it is run again", func(w *world) {
			w.client.Planner.RunAgain = true
			w.fail(queue.ReasonOutcomeUnknown, nil, started)
		}, false},
		{"it is done", func(w *world) { w.fail(queue.ReasonOutcomeUnknown, started, started) }, false},
		{"attempts, after a crash", func(w *world) { w.fail(queue.ReasonAttempts, nil, started) }, true},
		{"expired, after a crash", func(w *world) { w.fail(queue.ReasonExpired, nil, started) }, true},
		{"attempts, nothing began", func(w *world) { w.fail(queue.ReasonAttempts, nil, nil) }, false},
		{"failed for good", func(w *world) { w.fail(queue.ReasonPermanent, nil, started) }, false},
		{"a handler that is not registered here", func(w *world) { w.fail(queue.ReasonOutcomeUnknown, nil, []string{"gone"}) }, true},
		{"the record is gone", func(w *world) { w.deadLetter(letter("evt_1", queue.ReasonOutcomeUnknown)) }, true},
		{"the record is gone, and it is taken as done", func(w *world) {
			w.client.Planner.AssumeDone = started
			w.deadLetter(letter("evt_1", queue.ReasonOutcomeUnknown))
		}, false},
		{"the record is gone, of a letter that failed for good", func(w *world) { w.deadLetter(letter("evt_1", queue.ReasonPermanent)) }, true},
		{"the record is gone, of a replay", func(w *world) { w.deadLetter(letter("evt_1", queue.ReasonReplay)) }, true},
		{"no record, of a letter that SQS moved", func(w *world) { w.deadLetter(unmarked()) }, false},
		{"the record and the handler are gone", func(w *world) {
			m := letter("evt_1", queue.ReasonOutcomeUnknown)
			m.Type = "other"
			w.deadLetter(m)
		}, true},
		{"the letter is there before its claim has ended", func(w *world) {
			w.claim(time.Minute, "reply")
			w.deadLetter(letter("evt_1", queue.ReasonOutcomeUnknown))
		}, true},
		{"the event has ended since", func(w *world) {
			w.fail(queue.ReasonOutcomeUnknown, nil, started)
			w.send(letter("evt_1", queue.ReasonOutcomeUnknown))
			w.work()
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			inWorld(t, func(w *world) {
				w.on("note")
				w.on("reply", hook.AtMostOnce)
				tt.set(w)
				w.calls = nil
				plan := w.plans(dead.Filter{})[0]
				if errors.Is(plan.Why, dead.ErrOutcomeUnknown) != tt.want || (plan.Fate == dead.FateRefused) != tt.want {
					t.Errorf("plan: %s; want it refused: %v", plan.Text(clock), tt.want)
				}
				if !tt.want {
					w.wantRedriven("evt_1 redriven")
					return
				}
				w.wantRedriven("evt_1 refused")
				w.wantVisible(1)
				w.wantWork(nil)
			})
		})
	}
}
