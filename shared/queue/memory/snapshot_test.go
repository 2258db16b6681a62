package memory_test

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

// A restored queue gives every message again, when it would have come, and counts its
// receives on.
func TestSnapshot(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 11, 28, 12, 0, 0, 0, time.UTC)
	clock := memory.Options{Now: func() time.Time { return now }}
	before := memory.New(clock)
	for _, m := range []struct {
		id    string
		delay time.Duration
	}{{"evt_received", 0}, {"evt_later", time.Minute}} {
		e := webhook.Event{Source: "shop", Provider: "shop", ID: m.id, Type: "order.paid", Received: now, Raw: []byte(`{"id":"ü"}`)}
		if err := before.Send(t.Context(), queue.Message{Event: e}, m.delay); err != nil {
			t.Fatal(err)
		}
	}
	got, err := before.Receive(t.Context(), 1, 0)
	if err != nil || len(got) != 1 {
		t.Fatalf("Receive = %d messages, %v", len(got), err)
	}
	snapshot, err := before.Snapshot()
	if err != nil {
		t.Fatal(err)
	}
	after := memory.New(clock)
	if err := after.Restore(snapshot); err != nil {
		t.Fatal(err)
	}
	ignore := cmpopts.IgnoreFields(queue.Wire{}, "MessageID")
	if diff := cmp.Diff(before.Messages(), after.Messages(), ignore); diff != "" {
		t.Errorf("restored messages differ (-before +after):\n%s", diff)
	}
	if diff := cmp.Diff(before.Counts(), after.Counts()); diff != "" {
		t.Errorf("restored counts differ (-before +after):\n%s", diff)
	}
	now = now.Add(memory.DefaultVisibility)
	again, err := after.Receive(t.Context(), queue.MaxBatch, 0)
	if err != nil || len(again) != 1 || again[0].ID != "evt_received" || again[0].Wire.Receives != 2 {
		t.Errorf("Receive after Restore = %v, %v; want the second receive of evt_received", again, err)
	}
	if err := after.Restore([]byte("{")); err == nil {
		t.Error("Restore of half a snapshot = nil")
	}
}
