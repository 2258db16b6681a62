package process_test

import (
	"context"
	"runtime"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

func TestHandlerFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name        string
		fn          func(context.Context, hook.Event[order]) error
		least, most time.Duration
	}{
		{"error", failing(errBank), 2 * time.Second, 6 * time.Second},
		{"panic", func(context.Context, hook.Event[order]) error { panic("boom") }, 2 * time.Second, 6 * time.Second},
		{"panic of a goroutine", func(ctx context.Context, _ hook.Event[order]) error {
			hook.Go(ctx, func() { panic("boom") })
			return nil
		}, 2 * time.Second, 6 * time.Second},
		{"goexit", func(context.Context, hook.Event[order]) error { runtime.Goexit(); return nil }, 2 * time.Second, 6 * time.Second},
		{"retry after", failing(hook.RetryAfter(time.Hour, errBank)), time.Hour, time.Hour + time.Second},
		{"retry after too long", failing(hook.RetryAfter(24*time.Hour, errBank)), 6 * time.Hour, 6*time.Hour + time.Second},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", tt.fn)
			w.handle("evt_1", process.Retried, false)
			w.wantState("evt_1", "RELEASED ")
			w.again(tt.least, tt.most)
			w.wantCalls("charge evt_1", "charge evt_1")
		})
	}
}

// The waits grow as min(5 s·3^(n−1), 1 h), each spread over its second half, and the 12th
// run is the last.
func TestBackoffAndLastAttempt(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", failing(errBank))
		w.handle("evt_1", process.Retried, false)
		wait := 5 * time.Second
		for n := 2; n < process.MaxAttempts; n++ {
			r := w.want(w.again(wait/2, wait+time.Second), process.Retried, false)
			if r.Attempt != n {
				t.Fatalf("attempt = %d, want %d", r.Attempt, n)
			}
			wait = min(3*wait, time.Hour)
		}
		w.want(w.again(wait/2, wait+time.Second), process.DeadLettered, true)
		if f := w.letter(); f.Reason != queue.ReasonAttempts || f.Attempts != 12 || f.Error != "charge: bank is closed" {
			t.Errorf("letter = %+v", f)
		}
		w.wantState("evt_1", "FAILED attempts")
		if len(w.calls) != 12 {
			t.Errorf("ran %d times, want 12", len(w.calls))
		}
	})
}
