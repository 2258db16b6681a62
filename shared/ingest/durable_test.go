package ingest_test

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"testing/synctest"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue/memory"
)

// TestAcknowledgedIsQueued sends many webhooks at a queue whose calls get lost before
// and after they took effect: what was acknowledged has to be in it, and what was
// refused is to come again.
func TestAcknowledgedIsQueued(t *testing.T) {
	t.Parallel()
	const events = 200
	synctest.Test(t, func(t *testing.T) {
		q := memory.New(memory.Options{Fault: func(string, string) (bool, error) {
			switch n := rand.IntN(100); {
			case n < 70:
				return false, errDown
			case n < 90:
				return true, errDown
			}
			return true, nil
		}})
		h := &ingest.Handler{Sources: sources(t, nil), Queue: q}
		var mu sync.Mutex
		acknowledged := map[string]bool{}
		var all sync.WaitGroup
		for i := range events {
			all.Go(func() {
				id := fmt.Sprintf("evt_%d", i)
				w, _ := serve(h, post(`{"id":"`+id+`","type":"x"}`))
				mu.Lock()
				defer mu.Unlock()
				switch w.Code {
				case http.StatusOK:
					acknowledged[id] = true
				case http.StatusServiceUnavailable:
				default:
					t.Errorf("answer = %d %s", w.Code, w.Body)
				}
			})
		}
		all.Wait()
		queued := map[string]bool{}
		for _, m := range q.Messages() {
			queued[m.ID] = true
		}
		for id := range acknowledged {
			if !queued[id] {
				t.Errorf("%s was acknowledged and is not in the queue", id)
			}
		}
		if n := len(acknowledged); n == 0 || n == events {
			t.Errorf("%d of %d acknowledged: the faults were none", n, events)
		}
	})
}
