package dead_test

import (
	"context"
	"errors"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
)

// A farQueue takes long for each request, as one on another continent.
type farQueue struct {
	queue.Queue
	away time.Duration
}

func (q farQueue) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Message, error) {
	time.Sleep(q.away)
	return q.Queue.Receive(ctx, limit, wait)
}

func (q farQueue) Defer(ctx context.Context, deferrals []queue.Deferral) []error {
	time.Sleep(q.away)
	return q.Queue.Defer(ctx, deferrals)
}

// TestManyLettersStayInvisible has more letters than one request after another could keep
// invisible. None is received twice, and all are visible in the end. A queue that is 25
// times as slow stands in for 25 times as many letters.
func TestManyLettersStayInvisible(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.deadLetterMany(600)
		w.client.Dead = farQueue{w.dead, 2500 * time.Millisecond}
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if err != nil || len(look.Letters) != 600 {
			t.Fatalf("List = %d letters, %v; want 600", len(look.Letters), err)
		}
		again := 0
		for _, m := range w.dead.Messages() {
			if m.Wire.Receives > 1 {
				again++
			}
		}
		if again > 0 {
			t.Errorf("%d letters came again", again)
		}
		w.wantVisible(600)
	})
}

// TestGoesRound has a queue that returns the same letters again and again.
func TestGoesRound(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.dead = queuememory.New(queuememory.Options{Visibility: time.Second})
		w.deadLetterMany(45)
		w.client.Dead = farQueue{w.dead, 2 * time.Second}
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if !errors.Is(err, dead.ErrGoesRound) || len(look.Letters) == 0 {
			t.Errorf("List = %d letters, %v; want %v", len(look.Letters), err, dead.ErrGoesRound)
		}
	})
}
