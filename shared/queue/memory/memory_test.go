package memory_test

import (
	"context"
	"testing"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/queue/queuetest"
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
