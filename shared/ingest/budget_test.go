package ingest_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// hang waits as long as it may.
func hang(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }

// TestBudget plays queues that fail or hang. Seconds pass in no time.
func TestBudget(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		send    func(ctx context.Context, try int) error
		left    time.Duration // of the caller's own time; 0 means forever
		status  int
		atLeast time.Duration // that the answer takes
		atMost  time.Duration
		tries   [2]int // from, to
	}{
		{name: "takes it", send: func(context.Context, int) error { return nil }, status: 200, tries: [2]int{1, 1}},
		{name: "fails", send: func(context.Context, int) error { return errDown },
			status: 503, atLeast: 5 * time.Second, atMost: 5 * time.Second, tries: [2]int{5, 8}},
		{name: "hangs", send: func(ctx context.Context, _ int) error { return hang(ctx) },
			status: 503, atLeast: 5 * time.Second, atMost: 5 * time.Second, tries: [2]int{3, 3}},
		{name: "hangs once", status: 200, atLeast: 1700 * time.Millisecond, atMost: 1900 * time.Millisecond, tries: [2]int{2, 2},
			send: func(ctx context.Context, try int) error {
				if try == 1 {
					return hang(ctx)
				}
				return nil
			}},
		{name: "slow", send: slow(1400 * time.Millisecond), status: 200,
			atLeast: 1400 * time.Millisecond, atMost: 1400 * time.Millisecond, tries: [2]int{1, 1}},
		{name: "slower than a try", send: slow(1600 * time.Millisecond),
			status: 503, atLeast: 5 * time.Second, atMost: 5 * time.Second, tries: [2]int{3, 3}},
		{name: "fails, then takes it", status: 200, atLeast: 600 * time.Millisecond, atMost: 1200 * time.Millisecond, tries: [2]int{3, 3},
			send: func(_ context.Context, try int) error {
				if try < 3 {
					return errDown
				}
				return nil
			}},
		{name: "hangs, little time", left: 2500 * time.Millisecond, send: func(ctx context.Context, _ int) error { return hang(ctx) },
			status: 503, atLeast: 2300 * time.Millisecond, atMost: 2300 * time.Millisecond, tries: [2]int{2, 2}},
		{name: "no time", left: 50 * time.Millisecond, send: func(context.Context, int) error { return nil }, status: 503},
		{name: "too large at once", send: func(context.Context, int) error { return queue.ErrTooLarge }, status: 413, tries: [2]int{1, 1}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				tries := 0
				h := &ingest.Handler{Sources: sources(t, nil), Queue: senderFunc(func(ctx context.Context, _ queue.Message) error {
					tries++
					return tt.send(ctx, tries)
				})}
				ctx := t.Context()
				if tt.left > 0 {
					var cancel func()
					ctx, cancel = context.WithTimeout(ctx, tt.left)
					defer cancel()
				}
				began := time.Now()
				w, report := serve(h, post(event).WithContext(ctx))
				took := time.Since(began)

				if w.Code != tt.status || took < tt.atLeast || took > tt.atMost {
					t.Errorf("answer = %d %s after %v, want %d after %v to %v", w.Code, w.Body, took, tt.status, tt.atLeast, tt.atMost)
				}
				if tries < tt.tries[0] || tries > tt.tries[1] || report.Tries != tries {
					t.Errorf("%d tries, reported as %d, want %v", tries, report.Tries, tt.tries)
				}
				if report.Took != took || report.ID != "evt_1" {
					t.Errorf("reported %v for %q, want %v", report.Took, report.ID, took)
				}
				if tt.status == 503 && !errors.Is(report.Err, webhook.ErrQueueUnavailable) {
					t.Errorf("Err = %v", report.Err)
				}
			})
		})
	}
}

// slow is a queue that answers after d, if it is let.
func slow(d time.Duration) func(context.Context, int) error {
	return func(ctx context.Context, _ int) error {
		select {
		case <-time.After(d):
			return nil
		case <-ctx.Done():
			return ctx.Err()
		}
	}
}

// TestBudgetHoldsReadingSources has both sides hang: the secret's second counts too.
func TestBudgetHoldsReadingSources(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		const doc = `{"contiguity": {"secrets": ["whsec_current"]}}`
		first := true
		fetch := fetchFunc(func(ctx context.Context) ([]byte, error) {
			if first {
				first = false
				return []byte(doc), nil
			}
			return nil, hang(ctx)
		})
		s := source.Refreshing(fetch, source.RefreshOptions{})
		if err := s.Load(t.Context()); err != nil {
			t.Fatal(err)
		}
		time.Sleep(6 * time.Minute)
		h := &ingest.Handler{Sources: s, Queue: senderFunc(func(ctx context.Context, _ queue.Message) error { return hang(ctx) })}
		w, report := serve(h, post(event))
		if w.Code != 503 || report.Took != ingest.Budget || report.Verifying != time.Second {
			t.Errorf("answer = %d after %v, %v of it for the sources", w.Code, report.Took, report.Verifying)
		}
	})
}

type fetchFunc func(context.Context) ([]byte, error)

func (f fetchFunc) Fetch(ctx context.Context, _ source.Stage) ([]byte, error) { return f(ctx) }
