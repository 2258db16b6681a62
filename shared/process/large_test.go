package process_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
)

// Of the large bodies of a batch one is handled at a time, beside the small ones: each may
// take a hundred times its length once it is decoded.
func TestLargeBodiesRunOneByOne(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		began := time.Now()
		var large, most atomic.Int32
		var ends [5]time.Duration
		w.on("charge", func(_ context.Context, e hook.Event[order]) error {
			if len(e.Raw) > 256<<10 {
				most.Store(max(most.Load(), large.Add(1)))
				defer large.Add(-1)
			}
			time.Sleep(3 * time.Second)
			ends[e.ID[4]-'0'] = time.Since(began)
			return nil
		})
		for n, size := range []int{256<<10 + 1, 256 << 10, 1 << 10, 512 << 10, 300 << 10} {
			m := message(fmt.Sprint("evt_", n))
			m.Raw = []byte(`{"id":"o","at":1790000000,"pad":"` + strings.Repeat("x", size-35) + `"}`)
			if len(m.Raw) != size {
				t.Fatalf("body of %d bytes, want %d", len(m.Raw), size)
			}
			w.send(m)
		}
		for _, r := range w.deliver() {
			if r.Outcome != process.Handled {
				t.Errorf("result = %+v, want handled", r)
			}
		}
		if most.Load() != 1 {
			t.Errorf("%d large bodies at a time, want 1", most.Load())
		}
		if ends[1] > 4*time.Second || ends[2] > 4*time.Second {
			t.Errorf("small bodies were handled after %v and %v, want beside the first large one", ends[1], ends[2])
		}
		late := []time.Duration{ends[0], ends[3], ends[4]}
		slices.Sort(late)
		for i, end := range late {
			if want := time.Duration(i+1) * 3 * time.Second; end.Round(time.Second) != want {
				t.Errorf("large body %d was handled after %v, want %v", i, end, want)
			}
		}
	})
}

// A large body whose turn comes too late is put back, and its attempt does not count.
func TestNoTimeLeftForALargeBody(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("charge", func(context.Context, hook.Event[order]) error { time.Sleep(26 * time.Second); return nil })
		for n := range 3 {
			m := message(fmt.Sprint("evt_", n))
			m.Raw = []byte(`{"id":"o","at":1790000000,"pad":"` + strings.Repeat("x", 300<<10) + `"}`)
			w.send(m)
		}
		var outcomes []process.Outcome
		for _, r := range w.deliver() {
			outcomes = append(outcomes, r.Outcome)
		}
		slices.Sort(outcomes)
		if want := []process.Outcome{process.Handled, process.Handled, process.PutBack}; !slices.Equal(outcomes, want) {
			t.Fatalf("outcomes %s, want %s", outcomes, want)
		}
		r := w.want(w.again(time.Second, 6*time.Second), process.Handled, true)
		if r.Attempt != 1 {
			t.Errorf("attempt = %d, want 1", r.Attempt)
		}
	})
}
