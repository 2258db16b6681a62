package process_test

import (
	"context"
	"errors"
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/webhook"
)

// A condition that does not hold is a lost race: the handler reads again and decides again.
func TestWriteConditions(t *testing.T) {
	t.Parallel()
	key := webhook.Attributes{"id": webhook.S("o-1")}
	for _, tt := range []struct {
		name    string
		holds   int // the first call in which the condition holds
		opts    []hook.Option
		outcome process.Outcome
		calls   int
	}{
		{name: "holds", holds: 1, outcome: process.Handled, calls: 1},
		{name: "holds at the sixth", holds: 6, outcome: process.Handled, calls: 6},
		{name: "never holds", holds: 99, outcome: process.Retried, calls: 6},
		{name: "at most once", holds: 2, opts: []hook.Option{hook.AtMostOnce}, outcome: process.DeadLettered, calls: 1},
	} {
		row(t, tt.name, func(w *world) {
			calls := 0
			hook.OnWrites(&w.registry, paid, "write", func(context.Context, hook.Event[order]) ([]webhook.Write, error) {
				calls++
				put := webhook.Put("orders", key, nil)
				if calls < tt.holds {
					return []webhook.Write{put.IfEquals("status", webhook.S("open"))}, nil
				}
				return []webhook.Write{put.IfAbsent()}, nil
			}, tt.opts...)
			w.send(message("evt_1"))
			r := w.one(w.deliver())
			if r.Outcome != tt.outcome || calls != tt.calls {
				w.Errorf("%s (%+v) after %d calls, want %s after %d", r.Outcome, r.Runs, calls, tt.outcome, tt.calls)
			}
			if tt.outcome == process.Retried && !errors.Is(r.Runs[0].Err, hook.ErrCondition) {
				w.Errorf("error = %v, want ErrCondition", r.Runs[0].Err)
			}
			if _, ok := w.ledger.Item("orders", key); ok != (tt.outcome == process.Handled) {
				w.Errorf("the item is there: %v", ok)
			}
		})
	}
}
