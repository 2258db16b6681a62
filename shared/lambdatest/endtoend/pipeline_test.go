package endtoend

import (
	"net/http"
	"sync"
	"testing"
	"time"
)

// 200 signed webhooks are sent over HTTP, every fifth of them twice; each is handled once.
func TestEnginePipeline(t *testing.T) {
	e := newEngines(t)
	url := api(t, e)
	ds := mixed(200)
	again := 0
	var sending sync.WaitGroup
	for lane := range 4 {
		sending.Go(func() {
			for i := lane; i < len(ds); i += 4 {
				times := 1
				if i%5 == 0 {
					times = 2
				}
				for range times {
					if status := ds[i].post(t, url); status != http.StatusOK {
						t.Errorf("event %d: status %d, want 200", i, status)
					}
				}
			}
		})
	}
	sending.Wait()
	for i := range ds {
		if i%5 == 0 {
			again++
		}
	}
	// A short timeout makes short leases: a duplicate that comes while its event is being
	// handled waits for the end of the lease.
	c := consume(t, e, 2, 15*time.Second, nil)
	await(t, time.Minute, "every message is acknowledged", func() bool { return c.acked.Load() == int64(len(ds)+again) })

	counts := e.effectCounts(t)
	for key, n := range counts {
		if n != "1" {
			t.Errorf("effect %s happened %s times, want once", key, n)
		}
	}
	if want := 2 * len(ds); len(counts) != want {
		t.Errorf("%d effects, want %d: two handlers an event", len(counts), want)
	}
	if states := e.states(t); states["COMPLETED"] != len(ds) || len(states) != 1 {
		t.Errorf("records by state: %v, want %d completed and nothing else", states, len(ds))
	}
}
