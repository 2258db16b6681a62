package process_test

import (
	"context"
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/webhook"
)

// hazardous is a payload whose method panics.
type hazardous struct{ order }

func (hazardous) Entity() string { panic("boom") }

var hazard = webhook.NewType[hazardous](shop{}, "order.paid")

// A panic in a method of the payload is the handler's: it ends neither the process nor
// other handlers, and the event comes again.
func TestPanicWhileDecoding(t *testing.T) {
	t.Parallel()
	for _, beside := range [][]string{nil, {"note"}} {
		row(t, fmt.Sprint(beside), func(w *world) {
			hook.On(&w.registry, hazard, "charge", func(context.Context, hook.Event[hazardous]) error { return nil }, hook.SkipStale)
			var calls []string
			for _, name := range beside {
				w.on(name, nil)
				calls = append(calls, name+" evt_1")
			}
			r := w.handle("evt_1", process.Retried, false)
			w.wantCalls(calls...)
			if r.Runs[0].End != process.RunFailed {
				t.Errorf("runs %+v, want charge failed", r.Runs)
			}
			if rec, _ := w.ledger.Record("shop#evt_1"); rec.Attempts != 1 {
				t.Errorf("%d attempts are counted, want 1: it would never end", rec.Attempts)
			}
		})
	}
}

// A handler's goroutines are part of its run: until they return, its event is not recorded
// and no other handler begins.
func TestGoroutinesArePartOfTheRun(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", func(ctx context.Context, _ hook.Event[order]) error {
			hook.Go(ctx, func() { time.Sleep(5 * time.Second) })
			return nil
		})
		w.on("note", nil)
		w.send(message("evt_1"))
		began := time.Now()
		go func() {
			time.Sleep(4 * time.Second)
			synctest.Wait()
			w.mu.Lock()
			defer w.mu.Unlock()
			if got := w.state("evt_1"); got != "CLAIMED " || len(w.calls) != 1 {
				t.Errorf("while a goroutine of charge runs the record = %s, and %q were called", got, w.calls)
			}
		}()
		w.want(w.deliver(), process.Handled, true)
		if took := time.Since(began); took < 5*time.Second {
			t.Errorf("handled after %v", took)
		}
	})
}
