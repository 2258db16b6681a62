package events_test

import (
	"errors"
	"slices"
	"testing"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/queue"
	"webhookintake/shared/vault"
)

// receiveStored sends an event as ingest does one that is too large for the queue.
func (w *world) receiveStored(id string) queue.Stored {
	w.Helper()
	m := queue.Message{Event: approved(id)}
	m.Received = w.now
	var stored queue.Stored
	var err error
	if stored.Key, stored.SHA256, err = vault.PutBody(w.Context(), w.vault, m.Key(), m.Raw); err != nil {
		w.Fatal(err)
	}
	m.Origin.Stored, m.Origin.Digest, m.Raw = &stored, "sha256:"+stored.SHA256, nil
	if err := w.queue.Send(w.Context(), m, 0); err != nil {
		w.Fatal(err)
	}
	return stored
}

// A replay of an event whose body is in the vault says where it is, so process reads it
// there again.
func TestReplayStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	registry := w.register([]handler{{name: "a"}})
	w.receiveStored("evt_1")
	if ran := w.work(registry); !slices.Equal(ran, []string{"a"}) {
		t.Fatalf("ran %q", ran)
	}
	w.mustRun(w.replay(registry), w.entry("kyc#evt_1"))
	if ran := w.work(registry); !slices.Equal(ran, []string{"a"}) {
		t.Errorf("the replay ran %q, want the handler", ran)
	}
}

// A retry of an event that waits for its next try does the same. Another body's place is
// refused.
func TestRetryStored(t *testing.T) {
	t.Parallel()
	w := newWorld(t)
	failing := w.register([]handler{{name: "a", err: errors.New("not today")}})
	w.receiveStored("evt_1")
	w.work(failing)
	other := w.receiveStored("evt_2")
	e := w.entry("kyc#evt_1")
	o := events.Order{Ledger: w.look(), Queue: w.queue, Now: w.replay(failing).Now}
	m, err := o.Retry(t.Context(), e)
	if err != nil || m.Origin.Stored == nil || len(m.Raw) > 0 {
		t.Fatalf("retry %+v, %v", m, err)
	}
	o.Body = other.Reference()
	if _, err := o.Retry(t.Context(), e); !errors.Is(err, events.ErrBody) {
		t.Errorf("retry with the body of another event = %v, want %v", err, events.ErrBody)
	}
}
