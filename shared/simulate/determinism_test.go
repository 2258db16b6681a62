package simulate

import (
	"slices"
	"testing"
)

// The same seed always gives the same trace: otherwise a failure could not be replayed.
func TestSameSeedSameTrace(t *testing.T) {
	t.Parallel()
	s := newSimulator(t)
	for seed := uint64(1); seed <= 300; seed++ {
		first := s.Run(t, seed).Trace()
		times := 1
		if seed%15 == 1 {
			times = 50
		}
		for n := range times {
			again := s.Run(t, seed).Trace()
			if !slices.Equal(first, again) {
				t.Fatalf("seed %d: run %d differs from the first at %s", seed, n+2, difference(first, again))
			}
		}
	}
}

// difference returns the first line in which two traces differ.
func difference(a, b []string) string {
	for i := range min(len(a), len(b)) {
		if a[i] != b[i] {
			return a[i] + " | " + b[i]
		}
	}
	return "their ends"
}
