package events_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

var errClosed = errors.New("closed")

// newWorldWaiting returns a world in which the event waits for hours, and an order for it.
func newWorldWaiting(t *testing.T, e webhook.Event) (*world, *hook.Registry, *events.Order) {
	w := newWorld(t)
	failing := w.register([]handler{{name: "a", err: hook.RetryAfter(3*time.Hour, errClosed)}})
	w.receive(e)
	w.work(failing)
	w.now = w.now.Add(time.Minute)
	return w, w.register([]handler{{name: "a"}}), &events.Order{
		Ledger: w.look(), Queue: w.queue, Now: func() time.Time { return w.now },
	}
}

// A retry runs the event now, and a cancel ends it without a run: as the same event, with
// the window and the digest that it had.
func TestOrder(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		event  webhook.Event
		cancel bool
		ran    []string
		state  string
	}{
		{"retry", approved("evt_1"), false, []string{"a"}, "completed"},
		{"retry of an event with a short window", tin(), false, []string{"a"}, "completed"},
		{"cancel", approved("evt_1"), true, nil, "failed (cancelled)"},
		{"cancel of an event with a short window", tin(), true, nil, "failed (cancelled)"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, registry, o := newWorldWaiting(t, tt.event)
			e := w.entry(tt.event.Source + "#" + tt.event.ID)
			m, err := o.Retry(t.Context(), e)
			if tt.cancel {
				m, err = o.Cancel(e)
			}
			if err != nil {
				t.Fatal(err)
			}
			if got := m.Origin; got.Window != e.DedupUntil.Sub(e.Received) || got.Digest != "sha256:"+e.Hash || m.Identity != e.Identity {
				t.Errorf("origin %+v, identity %q; the record is %+v", got, m.Identity, e.Record)
			}
			if m.NoBody != tt.cancel || m.Failure.Fence != e.Fence || !m.Received.Equal(e.Received) {
				t.Errorf("message %+v with %+v", m, m.Failure)
			}
			if err := o.Send(t.Context(), m); err != nil {
				t.Fatal(err)
			}
			if ran := w.work(registry); !slices.Equal(ran, tt.ran) {
				t.Errorf("ran %q, want %q", ran, tt.ran)
			}
			after := w.entry(e.Key)
			if after.StateText() != tt.state || len(w.dead.Messages()) > 0 {
				t.Errorf("it is %s with %d letters, want %s without", after.StateText(), len(w.dead.Messages()), tt.state)
			}
			if diff := cmp.Diff(e.DedupUntil, after.DedupUntil); diff != "" {
				t.Errorf("window (-before +after):\n%s", diff)
			}
		})
	}
}

// What cannot be asked for is refused, with the reason.
func TestOrderRefuses(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name          string
		edit          func(w *world, o *events.Order, e *events.Entry)
		retry, cancel error
	}{
		{"no record", func(_ *world, _ *events.Order, e *events.Entry) { e.Record = ledger.Record{} }, events.ErrNoRecord, events.ErrNoRecord},
		{"ended", func(_ *world, _ *events.Order, e *events.Entry) { e.State = ledger.StateCompleted }, events.ErrEnded, events.ErrEnded},
		{"being handled", func(w *world, _ *events.Order, e *events.Entry) {
			e.State, e.Lease = ledger.StateClaimed, w.now.Add(time.Second)
		}, events.ErrNotNow, events.ErrNotNow},
		{"its process died", func(w *world, _ *events.Order, e *events.Entry) { e.State, e.Lease = ledger.StateClaimed, w.now }, nil, nil},
		{"the body is not kept", func(_ *world, o *events.Order, _ *events.Entry) { o.Ledger.(*table).payloads = nil }, events.ErrNoBody, nil},
		{"another body", func(_ *world, o *events.Order, _ *events.Entry) { o.Body = []byte("{}") }, events.ErrBody, nil},
		{"no such provider", func(_ *world, _ *events.Order, e *events.Entry) { e.Key = "kyc-eu#evt_1" }, events.ErrProvider, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w, _, o := newWorldWaiting(t, approved("evt_1"))
			e := w.entry("kyc#evt_1")
			tt.edit(w, o, &e)
			if _, err := o.Retry(t.Context(), e); !errors.Is(err, tt.retry) {
				t.Errorf("Retry = %v, want %v", err, tt.retry)
			}
			m, err := o.Cancel(e)
			if !errors.Is(err, tt.cancel) {
				t.Errorf("Cancel = %v, want %v", err, tt.cancel)
			}
			if _, encoding := queue.Encode(m); err == nil && encoding != nil {
				t.Errorf("the cancel cannot be sent: %v", encoding)
			}
		})
	}
}

// An event that was handled after the message was made is not sent anything, also when it
// waits again.
func TestOrderOfAnEventThatChanged(t *testing.T) {
	t.Parallel()
	for name, tt := range map[string]struct {
		err  error
		left int // messages in the queue
	}{
		"completed": {nil, 0}, "failed again": {hook.RetryAfter(3*time.Hour, errClosed), 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w, _, o := newWorldWaiting(t, approved("evt_1"))
			m, err := o.Cancel(w.entry("kyc#evt_1"))
			if err != nil {
				t.Fatal(err)
			}
			w.now = w.now.Add(4 * time.Hour)
			w.work(w.register([]handler{{name: "a", err: tt.err}}))
			o.Ledger = w.look()
			if err := o.Send(t.Context(), m); !errors.Is(err, events.ErrChanged) {
				t.Errorf("Send = %v, want ErrChanged", err)
			}
			if n := len(w.queue.Messages()); n != tt.left {
				t.Errorf("%d messages are in the queue, want %d", n, tt.left)
			}
		})
	}
}
