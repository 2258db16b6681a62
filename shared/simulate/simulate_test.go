package simulate

import (
	"flag"
	"runtime"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

var (
	schedules = flag.Int("schedules", 0, "how many schedules TestSchedules runs; 0 means the default")
	firstSeed = flag.Uint64("seed", 1, "the first schedule's seed; the next ones count up")
)

// TestSchedules runs schedules, each with its own seed, as many at once as there are
// processors. The seeds are the same every time unless -seed is set.
func TestSchedules(t *testing.T) {
	n := uint64(*schedules)
	switch {
	case n > 0:
	case testing.Short():
		n = 200
	default:
		n = defaultSchedules
	}
	s := newSimulator(t)
	began := time.Now()
	var next, lines atomic.Uint64
	var found atomic.Bool
	for range runtime.GOMAXPROCS(0) {
		t.Run("processor", func(t *testing.T) {
			t.Parallel()
			for i := next.Add(1) - 1; i < n && !found.Load(); i = next.Add(1) - 1 {
				r := s.Run(t, *firstSeed+i)
				lines.Add(uint64(len(r.entries)))
				if r.Violation != nil || n == 1 {
					found.Store(true)
					report(t, r)
				}
			}
		})
	}
	t.Cleanup(func() {
		took := time.Since(began)
		n := min(next.Load(), n)
		t.Logf("%d schedules of %d steps on average in %v: %.0f a second", n, lines.Load()/n, took.Round(time.Millisecond), float64(n)/took.Seconds())
	})
}

// report prints a schedule for a reader, and the command that replays it.
func report(t *testing.T, r *Report) {
	t.Helper()
	t.Logf("seed %d: %s\n%s", r.Seed, r.Plan, strings.Join(r.Trace(), "\n"))
	if r.Violation != nil {
		t.Errorf("seed %d: %v\nreplay: go test ./shared/simulate -run TestSchedules -schedules=1 -seed=%d -v", r.Seed, r.Violation, r.Seed)
	}
}

func newSimulator(t *testing.T) *Simulator {
	t.Helper()
	s, err := New()
	if err != nil {
		t.Fatal(err)
	}
	return s
}
