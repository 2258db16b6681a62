package queuetest

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// message returns the event with that number.
func message(i int) queue.Message {
	return queue.Message{Event: webhook.Event{
		Source:   "contiguity-eu",
		Provider: "contiguity",
		ID:       fmt.Sprintf("evt_%d", i),
		Type:     "text.incoming.sms",
		Received: time.Date(2026, 3, 1, 12, 0, 0, int(7*time.Millisecond), time.UTC),
		Raw:      fmt.Appendf(nil, `{"id":"evt_%d"}`, i),
	}}
}

func send(t *testing.T, q queue.Queue, ms ...queue.Message) {
	t.Helper()
	for _, m := range ms {
		if err := q.Send(t.Context(), m, 0); err != nil {
			t.Fatalf("Send(%s) = %v", m.ID, err)
		}
	}
}

func sendMany(t *testing.T, q queue.Queue, n int) {
	t.Helper()
	for i := range n {
		send(t, q, message(i))
	}
}

// receive takes n messages, in as many calls as that needs. It gives up after a call that
// returns none.
func receive(t *testing.T, q queue.Queue, n int) []queue.Message {
	t.Helper()
	var all []queue.Message
	for len(all) < n {
		batch, err := q.Receive(t.Context(), min(n-len(all), queue.MaxBatch), queue.MaxWait)
		if err != nil {
			t.Fatalf("Receive = %v", err)
		}
		if len(batch) == 0 {
			t.Fatalf("received %d messages, want %d", len(all), n)
		}
		all = append(all, batch...)
	}
	return all
}

func receiveOne(t *testing.T, q queue.Queue) queue.Message {
	t.Helper()
	return receive(t, q, 1)[0]
}

// wantNone fails if a message is visible, or becomes visible within the wait.
func wantNone(t *testing.T, q queue.Queue, wait time.Duration) {
	t.Helper()
	got, err := q.Receive(t.Context(), queue.MaxBatch, wait)
	if err != nil || len(got) > 0 {
		t.Fatalf("Receive = %v, %v, want nothing", got, err)
	}
}

func receipts(ms []queue.Message) []string {
	var all []string
	for _, m := range ms {
		all = append(all, m.Wire.Receipt)
	}
	return all
}

// wantEvent compares what is sent: the event without Time, and the failure.
func wantEvent(t *testing.T, got, want queue.Message) {
	t.Helper()
	if got.Unreadable != nil {
		t.Fatalf("%s is unreadable: %v", want.ID, got.Unreadable)
	}
	if diff := cmp.Diff(want.Event, got.Event, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the event changed (-sent +received):\n%s", diff)
	}
	if diff := cmp.Diff(want.Failure, got.Failure, cmpopts.EquateEmpty()); diff != "" {
		t.Errorf("the failure changed (-sent +received):\n%s", diff)
	}
}

// wantAnswers checks that there is one answer for each, and an error where bad says so.
func wantAnswers(t *testing.T, errs []error, n int, bad ...int) {
	t.Helper()
	if len(errs) != n {
		t.Fatalf("got %d answers for %d: %v", len(errs), n, errs)
	}
	want := make([]bool, n)
	for _, i := range bad {
		want[i] = true
	}
	for i, err := range errs {
		if (err != nil) != want[i] {
			t.Errorf("answer %d = %v, want an error: %v", i, err, want[i])
		}
	}
}
