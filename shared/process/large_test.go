package process_test

import (
	"context"
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// A body may come in a form that leaves less room for attributes than ours. The letter then has
// the body as it came, and is as good as any, unless there is no room for its failure either.
func TestLetterWithoutRoom(t *testing.T) {
	t.Parallel()
	random := make([]byte, queue.MaxBytes)
	_, _ = rand.NewChaCha8([32]byte{1}).Read(random) // it never fails
	noise := base64.StdEncoding.EncodeToString(random)
	for _, room := range []int{4 << 10, 0} {
		row(t, fmt.Sprint(room), func(w *world) {
			w.on("charge", failing(hook.Permanent(errBank)))
			wire, err := queue.Encode(message("evt_1"))
			if err != nil {
				w.Fatal(err)
			}
			wire.Body = `{"id":"o","at":1790000000,"pad":"` + noise[:queue.MaxBytes-room-wire.Size()] + `"}`
			if err := w.queue.Put(wire, 0); err != nil {
				w.Fatal(err)
			}
			w.want(w.deliver(), process.DeadLettered, true)
			letter, failure := w.dead.Messages()[0], w.letter()
			if string(letter.Raw) != wire.Body || failure.Reason != queue.ReasonPermanent {
				w.Errorf("letter of %d bytes, failure %+v, want the body that came, and why", len(letter.Raw), failure)
			}
			if whole := letter.Unreadable == nil && letter.ID == "evt_1" && failure.Fence == 1; whole != (room > 0) {
				w.Errorf("letter of %q, unreadable: %v, failure %+v", letter.ID, letter.Unreadable, failure)
			}
		})
	}
}

// Of the large bodies of a batch one is handled at a time, beside the small ones: each may
// take a hundred times its length once it is decoded.
func TestLargeBodiesRunOneByOne(t *testing.T) {
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
		w.wantHandled(w.deliver())
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
