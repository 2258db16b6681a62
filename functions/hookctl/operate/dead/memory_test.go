package dead_test

import (
	"context"
	"runtime"
	"testing"
	"time"
	"weak"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/shared/queue"
)

// A watchedQueue has weak pointers to the bodies that were received.
type watchedQueue struct {
	queue.Queue
	bodies []weak.Pointer[byte]
}

func (q *watchedQueue) Receive(ctx context.Context, limit int, wait time.Duration) ([]queue.Message, error) {
	ms, err := q.Queue.Receive(ctx, limit, wait)
	for i := range ms {
		ms[i].Raw = append(make([]byte, 0, 1<<20), ms[i].Raw...)
		q.bodies = append(q.bodies, weak.Make(&ms[i].Raw[0]))
	}
	return ms, err
}

// TestBodiesAreNotKept wants plans and lists without bodies, as there may be many letters.
func TestBodiesAreNotKept(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.deadLetterMany(20)
		watched := &watchedQueue{Queue: w.dead}
		w.client.Dead = watched
		plans := w.plans(dead.Filter{})
		look, err := w.client.List(w.Context(), dead.Filter{}, 0)
		if err != nil || len(plans) != 20 || len(look.Letters) != 20 {
			t.Fatalf("%d plans, %d letters, %v", len(plans), len(look.Letters), err)
		}
		runtime.GC()
		kept := 0
		for _, body := range watched.bodies {
			if body.Value() != nil {
				kept++
			}
		}
		if kept > 0 {
			t.Errorf("%d of %d bodies are kept", kept, len(watched.bodies))
		}
		runtime.KeepAlive(plans)
		runtime.KeepAlive(look)
	})
}
