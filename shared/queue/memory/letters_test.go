package memory_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"webhookintake/shared/queue/memory"
)

// withLetters returns a queue that moves a message at the third receive, and its dead
// letters.
func withLetters(c *clock) (q, letters *memory.Queue) {
	letters = memory.New(memory.Options{Now: c.Now, Retention: time.Hour})
	return memory.New(memory.Options{Now: c.Now, MaxReceives: 2, DeadLetters: letters}), letters
}

// exhaust receives the messages of q until they are moved away.
func exhaust(t *testing.T, q *memory.Queue, c *clock, ids ...string) {
	t.Helper()
	for range 2 {
		receive(t, q, ids...)
		c.advance(memory.DefaultVisibility)
	}
	receive(t, q)
}

func TestRedrive(t *testing.T) {
	t.Parallel()
	c := newClock()
	q, letters := withLetters(c)
	send(t, letters, "sent")
	send(t, q, "moved")
	before := q.Messages()[0].Wire
	exhaust(t, q, c, "moved")
	wantCounts(t, q, memory.Counts{})
	wantCounts(t, letters, memory.Counts{Visible: 2})
	after := receive(t, letters, "sent", "moved")
	if got := after[1].Wire; got.MessageID != before.MessageID || !got.Sent.Equal(before.Sent) {
		t.Errorf("moved: id %s, sent %v, want %s and %v as before", got.MessageID, got.Sent, before.MessageID, before.Sent)
	}
	if after[0].Wire.MessageID == after[1].Wire.MessageID {
		t.Error("two letters with one message id")
	}
	if after[0].Wire.Receives != 1 || after[1].Wire.Receives != 3 {
		t.Errorf("receives %d and %d, want those of the queue counted on: 1 and 3", after[0].Wire.Receives, after[1].Wire.Receives)
	}
	if after[1].Failure != nil {
		t.Errorf("moved with failure %v, want none", after[1].Failure)
	}
	c.advance(time.Hour - 2*memory.DefaultVisibility) // its retention goes on
	wantCounts(t, letters, memory.Counts{})
}

func TestRedriveNeedsBoth(t *testing.T) {
	t.Parallel()
	for name, o := range map[string]memory.Options{
		"no limit":     {DeadLetters: memory.New(memory.Options{})},
		"no letters":   {MaxReceives: 1},
		"neither, say": {},
	} {
		c := newClock()
		o.Now = c.Now
		q := memory.New(o)
		send(t, q, "evt_1")
		for range 5 {
			if got, err := q.Receive(t.Context(), 1, 0); len(got) != 1 || err != nil {
				t.Errorf("%s: Receive = %v, %v, want the message each time", name, got, err)
			}
			c.advance(memory.DefaultVisibility)
		}
	}
}

func TestMove(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		named bool // the destination
		sent  bool // one of the letters was sent
		moved int
		want  error
	}{
		{name: "moved by the queue", moved: 2},
		{name: "moved by the queue, destination named", named: true, moved: 2},
		{name: "sent", sent: true, moved: 2, want: memory.ErrNoOrigin},
		{name: "sent, destination named", named: true, sent: true, moved: 3},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			c := newClock()
			q, letters := withLetters(c)
			send(t, q, "evt_1", "evt_2")
			exhaust(t, q, c, "evt_1", "evt_2")
			if tt.sent {
				send(t, letters, "evt_3")
			}
			var destination *memory.Queue
			if tt.named {
				destination = q
			}
			moved, err := letters.Move(t.Context(), destination)
			if moved != tt.moved || !errors.Is(err, tt.want) {
				t.Errorf("Move = %d, %v, want %d, %v", moved, err, tt.moved, tt.want)
			}
			for _, m := range receive(t, q, []string{"evt_1", "evt_2", "evt_3"}[:tt.moved]...) {
				if m.Wire.Receives != 1 || !m.Wire.Sent.Equal(c.Now().Truncate(time.Millisecond)) {
					t.Errorf("%s: receives %d, sent %v, want a new message", m.ID, m.Wire.Receives, m.Wire.Sent)
				}
			}
		})
	}
}

func TestMoveLeavesTheHidden(t *testing.T) {
	t.Parallel()
	c := newClock()
	q, letters := withLetters(c)
	send(t, letters, "hidden")
	receive(t, letters, "hidden")
	send(t, letters, "visible")
	if moved, err := letters.Move(t.Context(), q); moved != 1 || err != nil {
		t.Errorf("Move = %d, %v, want 1", moved, err)
	}
	receive(t, q, "visible")
	wantCounts(t, letters, memory.Counts{InFlight: 1})
}

// A message that was moved on request is a new one, and counts as sent.
func TestMoveForgetsTheOrigin(t *testing.T) {
	t.Parallel()
	c := newClock()
	q, letters := withLetters(c)
	send(t, q, "evt_1")
	exhaust(t, q, c, "evt_1")
	elsewhere := memory.New(memory.Options{Now: c.Now})
	if moved, err := letters.Move(t.Context(), elsewhere); moved != 1 || err != nil {
		t.Fatalf("Move = %d, %v, want 1", moved, err)
	}
	if moved, err := elsewhere.Move(t.Context(), nil); moved != 0 || !errors.Is(err, memory.ErrNoOrigin) {
		t.Errorf("Move = %d, %v, want ErrNoOrigin", moved, err)
	}
}

func TestMoveRefuses(t *testing.T) {
	t.Parallel()
	q := memory.New(memory.Options{})
	send(t, q, "evt_1")
	if moved, err := q.Move(t.Context(), q); moved != 0 || !errors.Is(err, memory.ErrInvalidParameterValue) {
		t.Errorf("Move to itself = %d, %v, want InvalidParameterValue", moved, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if moved, err := q.Move(ctx, memory.New(memory.Options{})); moved != 0 || !errors.Is(err, context.Canceled) {
		t.Errorf("Move with a cancelled context = %d, %v, want Canceled", moved, err)
	}
	wantCounts(t, q, memory.Counts{Visible: 1})
}
