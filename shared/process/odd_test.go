package process_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// A refusal is an author's error that a nil pointer makes panic. Returned as an error, it is
// not nil.
type refusal struct{ text string }

func (r *refusal) Error() string        { return r.text }
func (r *refusal) Retry() webhook.Retry { return webhook.Retry{NotSent: r.text == "busy"} }

type badUnwrap struct{ error }

func (badUnwrap) Unwrap() error { panic("Unwrap") }

type badIs struct{ error }

func (badIs) Is(error) bool { panic("Is") }

type badAs struct{ error }

func (badAs) As(any) bool { panic("As") }

// An author's error may panic itself when it is looked at. That fails its own handler, and
// neither ends the process, with its neighbours, nor brings the event back forever.
func TestBrokenErrors(t *testing.T) {
	t.Parallel()
	for name, broken := range map[string]error{
		"nil pointer":            (*refusal)(nil),
		"nil pointer, joined":    errors.Join(errBank, (*refusal)(nil)),
		"nil pointer, permanent": hook.Permanent((*refusal)(nil)),
		"Unwrap":                 badUnwrap{errBank},
		"Is":                     badIs{errBank},
		"As":                     badAs{errBank},
	} {
		for options, want := range map[hook.Flag]queue.Reason{0: queue.ReasonAttempts, hook.AtMostOnce: queue.ReasonOutcomeUnknown} {
			row(t, fmt.Sprint(name, options), func(w *world) {
				w.on("bad", func(_ context.Context, e hook.Event[order]) error {
					if e.ID == "evt_bad" {
						return broken
					}
					return nil
				}, options)
				w.send(message("evt_bad"))
				w.send(message("evt_neighbour"))
				neighbour := false
				for len(w.queue.Messages()) > 0 {
					for _, r := range w.again(0, time.Hour+time.Minute) {
						neighbour = neighbour || r.Outcome == process.Handled
					}
				}
				if got := w.letter(); got.Reason != want || !neighbour {
					w.Errorf("letter %+v, want %s; the neighbour handled %v", got, want, neighbour)
				}
			})
		}
	}
}

// A function that chooses types may panic. Its handler fails then; the event's other handlers
// and its neighbours do not.
func TestTakesPanics(t *testing.T) {
	inWorld(t, func(w *world) {
		hook.OnTypes(&w.registry, shop{}, func(typ string) bool { return typ[99] == 'x' }, "odd",
			func(context.Context, hook.Event[json.RawMessage]) error { return nil }, hook.Attempts(2))
		w.on("charge", nil)
		w.handle("evt_1", process.Retried, false)
		w.want(w.again(0, time.Minute), process.DeadLettered, true)
		w.wantCalls("charge evt_1")
		if got := w.letter(); got.Reason != queue.ReasonAttempts || !strings.Contains(got.Error, "odd: panic in process_test.TestTakesPanics") {
			t.Errorf("letter %+v, want attempts, with the place", got)
		}
	})
}
