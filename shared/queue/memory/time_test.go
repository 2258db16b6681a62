package memory_test

import (
	"context"
	"errors"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
)

func TestVisibilityToTheNanosecond(t *testing.T) {
	t.Parallel()
	c := newClock()
	q := memory.New(memory.Options{Now: c.Now})
	send(t, q, "evt_1")
	receive(t, q, "evt_1")
	c.advance(memory.DefaultVisibility - 1)
	receive(t, q)
	wantCounts(t, q, memory.Counts{InFlight: 1})
	c.advance(1)
	wantCounts(t, q, memory.Counts{Visible: 1})
	if m := receive(t, q, "evt_1")[0]; m.Wire.Receives != 2 {
		t.Errorf("receives = %d, want 2", m.Wire.Receives)
	}
}

func TestDelayIsRoundedUp(t *testing.T) {
	t.Parallel()
	c := newClock()
	q := memory.New(memory.Options{Now: c.Now})
	if err := q.Send(t.Context(), event("evt_1"), queue.MaxDelay-time.Second+1); err != nil {
		t.Fatal(err)
	}
	wantCounts(t, q, memory.Counts{Delayed: 1})
	c.advance(queue.MaxDelay - 1)
	receive(t, q)
	c.advance(1)
	receive(t, q, "evt_1")
}

func TestDelayHasALimit(t *testing.T) {
	t.Parallel()
	q := memory.New(memory.Options{})
	if err := q.Send(t.Context(), event("evt_1"), queue.MaxDelay+1); !errors.Is(err, memory.ErrInvalidParameterValue) {
		t.Errorf("Send = %v, want InvalidParameterValue", err)
	}
	wantCounts(t, q, memory.Counts{})
}

func TestRetention(t *testing.T) {
	t.Parallel()
	c := newClock()
	q := memory.New(memory.Options{Now: c.Now, Retention: time.Hour})
	send(t, q, "waiting", "in-flight")
	m := receive(t, q, "waiting", "in-flight")[1]
	c.advance(memory.DefaultVisibility)
	receive(t, q, "waiting", "in-flight")
	c.advance(time.Hour - memory.DefaultVisibility - time.Millisecond)
	wantCounts(t, q, memory.Counts{Visible: 2})
	c.advance(time.Millisecond)
	wantCounts(t, q, memory.Counts{})
	receive(t, q)
	if err := q.Defer(t.Context(), []queue.Deferral{{Receipt: m.Wire.Receipt}})[0]; !errors.Is(err, memory.ErrInvalidParameterValue) {
		t.Errorf("Defer of a dropped message = %v, want InvalidParameterValue", err)
	}
}

func TestSentIsMilliseconds(t *testing.T) {
	t.Parallel()
	c := newClock()
	q := memory.New(memory.Options{Now: c.Now})
	send(t, q, "evt_1")
	c.advance(time.Minute)
	if got, want := receive(t, q, "evt_1")[0].Wire.Sent, time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC); got != want {
		t.Errorf("sent = %v, want %v", got, want)
	}
}

func TestDefer(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		before func(*memory.Queue, *clock, string) // after the receive
		after  time.Duration
		want   error
		hidden time.Duration // since the Defer; 0 means that it is visible
	}{
		{name: "as long as may be", after: queue.MaxVisibility, hidden: queue.MaxVisibility},
		{name: "longer", after: queue.MaxVisibility + 1, want: memory.ErrInvalidParameterValue, hidden: memory.DefaultVisibility},
		{
			name: "counted from the receive", after: queue.MaxVisibility - 9*time.Second, want: memory.ErrInvalidParameterValue,
			before: func(_ *memory.Queue, c *clock, _ string) { c.advance(10 * time.Second) }, hidden: 20 * time.Second,
		},
		{
			name: "visible again", after: time.Hour,
			before: func(_ *memory.Queue, c *clock, _ string) { c.advance(memory.DefaultVisibility) },
		},
		{
			name: "received again", after: time.Hour, hidden: memory.DefaultVisibility,
			before: func(q *memory.Queue, c *clock, _ string) {
				c.advance(memory.DefaultVisibility)
				_, _ = q.Receive(context.Background(), 1, 0)
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			q := memory.New(memory.Options{Now: c.Now})
			send(t, q, "evt_1")
			receipt := receive(t, q, "evt_1")[0].Wire.Receipt
			if tt.before != nil {
				tt.before(q, c, receipt)
			}
			if err := q.Defer(t.Context(), []queue.Deferral{{Receipt: receipt, After: tt.after}})[0]; !errors.Is(err, tt.want) {
				t.Errorf("Defer = %v, want %v", err, tt.want)
			}
			if tt.hidden > 0 {
				c.advance(tt.hidden - 1)
				receive(t, q)
				c.advance(1)
			}
			receive(t, q, "evt_1")
		})
	}
}

// A Receive that waits returns at the moment when a message becomes visible, whatever made
// it visible.
func TestReceiveWakesUp(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		do   func(*memory.Queue, string) // after 1 s of waiting; receipt of a message in flight
		want time.Duration
		none bool
	}{
		{name: "nothing happens", do: func(*memory.Queue, string) {}, want: 5 * time.Second, none: true},
		{name: "send", do: func(q *memory.Queue, _ string) { _ = q.Send(context.Background(), event("evt_2"), 0) }, want: time.Second},
		{name: "send with delay", do: func(q *memory.Queue, _ string) { _ = q.Send(context.Background(), event("evt_2"), 3*time.Second) }, want: 4 * time.Second},
		{name: "put off to now", do: func(q *memory.Queue, receipt string) {
			q.Defer(context.Background(), []queue.Deferral{{Receipt: receipt}})
		}, want: time.Second},
		{name: "put off to sooner", do: func(q *memory.Queue, receipt string) {
			q.Defer(context.Background(), []queue.Deferral{{Receipt: receipt, After: 2 * time.Second}})
		}, want: 3 * time.Second},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				q := memory.New(memory.Options{})
				send(t, q, "evt_1")
				receipt := receive(t, q, "evt_1")[0].Wire.Receipt
				start := time.Now()
				go func() {
					time.Sleep(time.Second)
					tt.do(q, receipt)
				}()
				got, err := q.Receive(t.Context(), 1, 5*time.Second)
				if err != nil || (len(got) == 0) != tt.none {
					t.Errorf("Receive = %v, %v, want none: %v", got, err, tt.none)
				}
				if took := time.Since(start); took != tt.want {
					t.Errorf("it took %v, want %v", took, tt.want)
				}
			})
		})
	}
}

// As in SQS, a wait of more than 20 s is refused.
func TestReceiveWaitsAtMost20Seconds(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		if got, err := memory.New(memory.Options{}).Receive(t.Context(), 1, time.Hour); len(got) > 0 || err != nil {
			t.Errorf("Receive = %v, %v, want nothing", got, err)
		}
		if took := time.Since(start); took != queue.MaxWait {
			t.Errorf("waited %v, want %v", took, queue.MaxWait)
		}
	})
}
