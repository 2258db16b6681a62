package simulate

import (
	"strings"
	"testing"
)

// What a table forgets, handlers do again, those that run at most once included. The
// simulator says so, names the row, and takes it for no fault of the product.
func TestLostRowsAreReported(t *testing.T) {
	t.Parallel()
	if raceDetector {
		t.Skip("takes minutes under the race detector; runs without it")
	}
	s := newSimulator(t)
	const most = 1000
	lost, followed, again := 0, 0, 0
	for seed := uint64(1); seed <= most; seed++ {
		r := s.Run(t, seed)
		if r.Violation != nil {
			t.Fatalf("seed %d: %v", seed, r.Violation)
		}
		if r.LostRow == "" && len(r.Followed) > 0 {
			t.Fatalf("seed %d: no row got lost, and from that followed %q", seed, r.Followed)
		}
		if r.LostRow != "" {
			lost++
		}
		if len(r.Followed) > 0 {
			followed++
		}
		for _, text := range r.Followed {
			if !strings.Contains(text, r.LostRow) {
				t.Fatalf("seed %d: %q is not about %s, whose row got lost", seed, text, r.LostRow)
			}
			if strings.Contains(text, "at most once, runs again") {
				again++
			}
		}
	}
	t.Logf("%d schedules lost a row, and from %d of them something followed", lost, followed)
	if again == 0 {
		t.Errorf("in %d schedules no at-most-once handler ran again for a lost row", most)
	}
}
