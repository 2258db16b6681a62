package process_test

import (
	"context"
	"slices"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
)

// With less than the start margin left nothing is claimed, and the message comes again
// soon without costing an attempt.
func TestNoTimeLeft(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		w.send(message("evt_1"))
		ms, _ := w.queue.Receive(w.Context(), 1, 0)
		ctx, cancel := context.WithTimeout(w.Context(), 9*time.Second)
		defer cancel()
		r := w.one(w.worker.Batch(ctx, ms))
		if r.Outcome != process.PutBack || r.Acked {
			t.Fatalf("result = %+v, want put back", r)
		}
		w.wantCalls()
		w.wantState("evt_1", "none")
		r = w.want(w.again(time.Second, 6*time.Second), process.Handled, true)
		if r.Attempt != 1 {
			t.Errorf("attempt = %d, want 1", r.Attempt)
		}
	})
}

// A claim that comes too late for a run is given back, with its attempt.
func TestNoTimeLeftAfterClaim(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		w.ledger.Fault = func(op, _ string) (bool, error) {
			if op == "claim" {
				time.Sleep(1500 * time.Millisecond)
			}
			return true, nil
		}
		w.send(message("evt_1"))
		ms, _ := w.queue.Receive(w.Context(), 1, 0)
		ctx, cancel := context.WithTimeout(w.Context(), 11*time.Second)
		defer cancel()
		if r := w.one(w.worker.Batch(ctx, ms)); r.Outcome != process.PutBack || r.Acked {
			t.Fatalf("result = %+v, want put back", r)
		}
		if r, _ := w.ledger.Record("shop#evt_1"); r.State != ledger.StateReleased || r.Attempts != 0 {
			t.Errorf("record = %+v, want released with no attempt counted", r)
		}
		w.want(w.again(time.Second, 6*time.Second), process.Handled, true)
		w.wantCalls("charge evt_1")
	})
}

// Handlers are told to stop before the function ends, so that what they did can still
// be recorded.
func TestHandlersEndBeforeTheFunction(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("a", nil)
		w.on("slow", func(ctx context.Context, _ hook.Event[order]) error {
			<-ctx.Done()
			return ctx.Err()
		})
		w.on("z", nil)
		w.send(message("evt_1"))
		began := time.Now()
		w.want(w.deliver(), process.Retried, false)
		want := process.DefaultTiming.Function - process.DefaultTiming.Tail
		if took := time.Since(began); took != want {
			t.Errorf("batch took %v, want %v", took, want)
		}
		w.wantCalls("a evt_1", "slow evt_1")
		if r, _ := w.ledger.Record("shop#evt_1"); r.State != ledger.StateReleased || !slices.Equal(r.Done, []string{"a"}) {
			t.Errorf("record = %+v, want released with a done", r)
		}
	})
}

// A second delivery during the work is put back to the end of the lease.
func TestInProgress(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("slow", func(context.Context, hook.Event[order]) error { time.Sleep(20 * time.Second); return nil })
		w.send(message("evt_1"))
		ms, _ := w.queue.Receive(w.Context(), 1, 0)
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			ctx, cancel := context.WithTimeout(context.Background(), process.DefaultTiming.Function)
			defer cancel()
			w.worker.Batch(ctx, ms)
		}()
		time.Sleep(time.Second)
		w.handle("evt_1", process.InProgress, false)
		w.want(w.again(63*time.Second, 71*time.Second), process.Duplicate, true)
		<-returned
		w.wantCalls("slow evt_1")
	})
}

// A handler that hangs does not keep its neighbours from being recorded within the group
// commit, and its own event is not released.
func TestHangingNeighbour(t *testing.T) {
	inWorld(t, func(w *world) {
		release := make(chan struct{})
		w.on("charge", func(_ context.Context, e hook.Event[order]) error {
			if e.ID == "evt_1" {
				<-release // whatever its context says
			}
			return nil
		})
		w.send(message("evt_1"), message("evt_2"), message("evt_3"))
		ms, _ := w.queue.Receive(w.Context(), 10, 0)
		returned := make(chan struct{})
		go func() {
			defer close(returned)
			ctx, cancel := context.WithTimeout(context.Background(), process.DefaultTiming.Function)
			defer cancel()
			w.worker.Batch(ctx, ms)
		}()
		time.Sleep(51 * time.Millisecond)
		synctest.Wait()
		for id, want := range map[string]string{"evt_1": "CLAIMED ", "evt_2": "COMPLETED ", "evt_3": "COMPLETED "} {
			w.wantState(id, want)
		}
		time.Sleep(10 * time.Minute)
		select {
		case <-returned:
			t.Error("the batch returned before the handler did")
		default:
		}
		w.wantState("evt_1", "CLAIMED ")
		close(release)
		<-returned
	})
}

func TestTimingCheck(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		edit func(*process.Timing)
		want string
	}{
		{name: "the template's", edit: func(*process.Timing) {}},
		{name: "visibility too short", edit: func(x *process.Timing) { x.Visibility = 5 * time.Minute }, want: "VISIBILITY_TIMEOUT_S (5m0s) has to be at least 6 × FUNCTION_TIMEOUT_S (6m0s)"},
		{name: "lease longer than visibility", edit: func(x *process.Timing) { x.LeaseMargin = 6 * time.Minute }, want: "lease 7m0s (FUNCTION_TIMEOUT_S 1m0s + 6m0s) has to be at most VISIBILITY_TIMEOUT_S (6m0s)"},
		{name: "no tail", edit: func(x *process.Timing) { x.Tail = 0 }, want: "tail (0s) and lease margin (5s) have to be above 0, and the start margin (10s) above the tail"},
		{name: "function too short", edit: func(x *process.Timing) { x.Function = 10 * time.Second }, want: "FUNCTION_TIMEOUT_S (10s) leaves no time for handlers: it has to be above the start margin (10s)"},
		{name: "queue keeps too briefly", edit: func(x *process.Timing) { x.QueueRetention = 24 * time.Hour }, want: "QUEUE_RETENTION_S (24h0m0s) has to be above 24h0m0s and at most 336h"},
		{name: "letters kept too briefly", edit: func(x *process.Timing) { x.DeadLetterRetention = 24 * time.Hour }, want: "DLQ_RETENTION_S (24h0m0s) has to be from QUEUE_RETENTION_S (168h0m0s) to 336h"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			x := process.DefaultTiming
			tt.edit(&x)
			got := ""
			if err := x.Check(); err != nil {
				got = err.Error()
			}
			if got != tt.want {
				t.Errorf("Check = %q, want %q", got, tt.want)
			}
		})
	}
}
