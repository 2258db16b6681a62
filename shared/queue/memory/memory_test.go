package memory_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/queue/queuetest"
	"webhookintake/shared/webhook"
)

func TestContract(t *testing.T) {
	t.Parallel()
	queuetest.RunInBubble(t, func(_ *testing.T, visibility time.Duration) queuetest.Harness {
		q := memory.New(memory.Options{Visibility: visibility})
		return queuetest.Harness{
			Queue: q,
			Put:   func(_ context.Context, w queue.Wire) error { return q.Put(w, 0) },
		}
	})
}

// A clock is advanced by the test.
type clock struct{ now time.Time }

func newClock() *clock {
	return &clock{now: time.Date(2026, 3, 1, 12, 0, 0, 999_999, time.UTC)}
}

func (c *clock) Now() time.Time          { return c.now }
func (c *clock) advance(d time.Duration) { c.now = c.now.Add(d) }

func event(id string) queue.Message {
	return queue.Message{Event: webhook.Event{
		Source: "kyc", Provider: "kyc", ID: id, Type: "session.created",
		Received: time.UnixMilli(1), Raw: []byte("{}"),
	}}
}

func send(t *testing.T, q *memory.Queue, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := q.Send(t.Context(), event(id), 0); err != nil {
			t.Fatalf("Send(%s) = %v", id, err)
		}
	}
}

// receive takes the visible messages, which must be exactly those events.
func receive(t *testing.T, q *memory.Queue, want ...string) []queue.Message {
	t.Helper()
	got, err := q.Receive(t.Context(), queue.MaxBatch, 0)
	if err != nil {
		t.Fatalf("Receive = %v", err)
	}
	if ids := idsOf(got); fmt.Sprint(ids) != fmt.Sprint(want) {
		t.Fatalf("received %v, want %v", ids, want)
	}
	return got
}

func idsOf(ms []queue.Message) []string {
	var ids []string
	for _, m := range ms {
		ids = append(ids, m.ID)
	}
	return ids
}

func wantCounts(t *testing.T, q *memory.Queue, want memory.Counts) {
	t.Helper()
	if got := q.Counts(); got != want {
		t.Errorf("counts = %+v, want %+v", got, want)
	}
}
