package queuetest

import (
	"context"
	"errors"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/queue"
)

func callCases() []testCase {
	return []testCase{
		{name: "deadline", quote: "A call makes one attempt: it neither retries nor waits longer than its context.", prove: deadline},
		{name: "cancelled", quote: "A call makes one attempt: it neither retries nor waits longer than its context.", prove: cancelled},
		{name: "concurrent", quote: "All methods may be called concurrently.", prove: concurrent},
	}
}

// deadline would exceed the test's own if Receive waited its 20 seconds.
func deadline(t *testing.T, h Harness) {
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if got, err := h.Queue.Receive(ctx, 1, queue.MaxWait); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("Receive past its deadline = %v, %v, want DeadlineExceeded", got, err)
	}
}

func cancelled(t *testing.T, h Harness) {
	send(t, h.Queue, message(1))
	receipt := receiveOne(t, h.Queue).Wire.Receipt
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	_, receiveErr := h.Queue.Receive(ctx, 1, 0)
	for name, err := range map[string]error{
		"Send":    h.Queue.Send(ctx, message(2), 0),
		"Receive": receiveErr,
		"Delete":  h.Queue.Delete(ctx, []string{receipt})[0],
		"Defer":   h.Queue.Defer(ctx, []queue.Deferral{{Receipt: receipt}})[0],
	} {
		if !errors.Is(err, context.Canceled) {
			t.Errorf("%s with a cancelled context = %v, want Canceled", name, err)
		}
	}
}

// concurrent lets eight workers send, receive and delete at once. Each message must be
// received by one worker only while it is hidden.
func concurrent(t *testing.T, h Harness) {
	const workers, each = 8, 6
	var mu sync.Mutex
	taken := map[string]int{}
	total := func() int { mu.Lock(); defer mu.Unlock(); return len(taken) }
	var group sync.WaitGroup
	for worker := range workers {
		group.Go(func() {
			for i := range each {
				if err := h.Queue.Send(t.Context(), message(worker*each+i), 0); err != nil {
					t.Errorf("Send = %v", err)
				}
			}
			for total() < workers*each && !t.Failed() {
				ms, err := h.Queue.Receive(t.Context(), 3, time.Second)
				if err != nil {
					t.Errorf("Receive = %v", err)
				}
				mu.Lock()
				for _, m := range ms {
					taken[m.ID]++
				}
				mu.Unlock()
				for _, err := range h.Queue.Delete(t.Context(), receipts(ms)) {
					if err != nil {
						t.Errorf("Delete = %v", err)
					}
				}
			}
		})
	}
	group.Wait()
	for id, n := range taken {
		if n != 1 {
			t.Errorf("%s was received by %d workers", id, n)
		}
	}
}
