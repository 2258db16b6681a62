package endtoend

import (
	"sync"
	"testing"
	"time"
)

// 200 signed webhooks are sent over HTTP, every fifth of them twice; each is handled once.
func TestEnginePipeline(t *testing.T) {
	e := newEngines(t)
	url := api(t, e)
	ds := mixed(200)
	var sending sync.WaitGroup
	for lane := range 4 {
		sending.Go(func() {
			for i := lane; i < len(ds); i += 4 {
				times := 1
				if i%5 == 0 {
					times = 2
				}
				for range times {
					acknowledge(t, url, ds[i])
				}
			}
		})
	}
	sending.Wait()
	// A short timeout makes short leases: a duplicate that comes while its event is being
	// handled waits for the end of the lease.
	consume(t, e, 2, 15*time.Second, nil)
	await(t, "every message is acknowledged", func() bool { return e.waiting(t) == 0 })

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
