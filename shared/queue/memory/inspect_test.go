package memory_test

import (
	"testing"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
)

func TestNext(t *testing.T) {
	t.Parallel()
	c := newClock()
	began := c.Now()
	q := memory.New(memory.Options{Now: c.Now, Retention: time.Hour})
	want := func(after time.Duration, ok bool) {
		t.Helper()
		at, got := q.Next()
		if got != ok || ok && !at.Equal(began.Add(after)) {
			t.Errorf("Next = %v after the start, %v; want %v, %v", at.Sub(began), got, after, ok)
		}
	}
	want(0, false)
	if err := q.Send(t.Context(), event("evt_1"), 40*time.Second); err != nil {
		t.Fatal(err)
	}
	want(40*time.Second, true)
	send(t, q, "evt_2")
	want(0, true)
	m := receive(t, q, "evt_2")[0]
	want(memory.DefaultVisibility, true)
	q.Defer(t.Context(), []queue.Deferral{{Receipt: m.Wire.Receipt, After: time.Minute}})
	want(40*time.Second, true)
	c.advance(time.Hour)
	want(0, false)
}
