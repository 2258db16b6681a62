package events_test

import (
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
)

// After a survey was confirmed, an act leaves alone what comes to match.
func TestActsOnWhatWasConfirmed(t *testing.T) {
	t.Parallel()
	for name, of := range map[string]func(*events.Order, *events.Replay, events.Items) act.Act[events.Entry]{
		"retry": func(o *events.Order, _ *events.Replay, items events.Items) act.Act[events.Entry] {
			return o.RetryAll(items)
		},
		"cancel": func(o *events.Order, _ *events.Replay, items events.Items) act.Act[events.Entry] {
			return o.CancelAll(items)
		},
		"replay": func(_ *events.Order, r *events.Replay, items events.Items) act.Act[events.Entry] {
			return r.ReplayAll(items)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, registry, o := waiting(t, 2)
			match, fails := events.Match{Open: true}, hook.RetryAfter(3*time.Hour, errClosed)
			if name == "replay" {
				match, fails = events.Match{Ended: true}, nil
			}
			r := &events.Replay{Ledger: o.Ledger, Queue: w.queue, Handlers: o.Handlers, Now: o.Now}
			a := of(o, r, w.items(match))
			survey, err := a.Survey(t.Context(), nil)
			if err != nil || survey.Act != 2 {
				t.Fatalf("%+v, %v", survey, err)
			}
			a.Confirmed = &survey
			w.receive(approved("evt_new"))
			w.work(w.register([]handler{{name: "a", err: fails}}))
			do(t, a, act.Tally{Done: 2, Refused: 1})
			if n := w.queue.Counts().Visible; n != 2 {
				t.Errorf("%d messages sent, want 2", n)
			}
			w.workAll(registry)
		})
	}
}
