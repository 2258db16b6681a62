package process_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/webhook"
)

// A handler learns at each try that the same id arrived before its window, and when: if the
// provider signs no time, this may be a replay.
func TestEarlier(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		identity webhook.Identity
		after    time.Duration
		want     bool // handled again, with the earlier time
	}{
		{"hash, within the window", webhook.BodyHash, time.Hour, false},
		{"hash, after it", webhook.BodyHash, time.Hour + time.Millisecond, true},
		{"key, days after it", webhook.KeyHash, 20 * 24 * time.Hour, true},
		{"given, after it", webhook.Given, 31 * 24 * time.Hour, true},
	} {
		row(t, tt.name, func(w *world) {
			var told []time.Time
			w.on("charge", func(_ context.Context, e hook.Event[order]) error {
				told = append(told, e.Earlier())
				if len(told) == 2 {
					return errors.New("once more")
				}
				return nil
			})
			m := message("1")
			m.Identity = tt.identity
			first := m.Received
			w.send(m)
			w.want(w.deliver(), process.Handled, true)
			m.Received = first.Add(tt.after)
			w.send(m)
			results := w.deliver()
			if !tt.want {
				w.want(results, process.Duplicate, true)
				return
			}
			if r := w.want(results, process.Retried, false); !r.Earlier.Equal(first) {
				w.Errorf("result has %v, want %v", r.Earlier, first)
			}
			time.Sleep(time.Hour) // of the bubble
			w.want(w.deliver(), process.Handled, true)
			if want := []time.Time{{}, first, first}; !slices.EqualFunc(told, want, time.Time.Equal) {
				w.Errorf("handlers got %v, want %v", told, want)
			}
		})
	}
}
