package hook_test

import (
	"context"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

// keyFor returns the idempotency key for a handler of that name.
func keyFor(t *testing.T, name string, e webhook.Event, d hook.Delivery) string {
	t.Helper()
	var key string
	var r hook.Registry
	hook.On(&r, paid, name, func(_ context.Context, e hook.Event[order]) error {
		key = e.IdempotencyKey()
		return nil
	})
	e.Raw = []byte(`{"id":"o-1"}`)
	call, err := r.For("shop", "order.paid")[0].Prepare(e, d)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := call.Run(t.Context()); err != nil {
		t.Fatal(err)
	}
	return key
}

func TestIdempotencyKey(t *testing.T) {
	t.Parallel()
	event := webhook.Event{Source: "shop", ID: "evt_1"}
	first := hook.Delivery{Attempt: 1, DedupUntil: noon}
	base := keyFor(t, "charge", event, first)
	if len(base) != 32 {
		t.Errorf("key = %q, want 32 characters", base)
	}
	for _, tt := range []struct {
		name    string
		handler string
		event   webhook.Event
		d       hook.Delivery
		same    bool
	}{
		{"another try", "charge", event, hook.Delivery{Attempt: 2, DedupUntil: noon}, true},
		{"another handler", "ship", event, first, false},
		{"another event", "charge", webhook.Event{Source: "shop", ID: "evt_2"}, first, false},
		{"another source", "charge", webhook.Event{Source: "shop-eu", ID: "evt_1"}, first, false},
		{"after the window", "charge", event, hook.Delivery{Attempt: 1, DedupUntil: noon.Add(time.Hour)}, false},
		{"parts that run together", "1", webhook.Event{Source: "shop", ID: "evt_1,6:charge"}, first, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := keyFor(t, tt.handler, tt.event, tt.d); (got == base) != tt.same {
				t.Errorf("key %s and %s, same = %v, want %v", base, got, got == base, tt.same)
			}
		})
	}
}

func TestEventHidesPayload(t *testing.T) {
	t.Parallel()
	e := hook.Event[order]{
		Event: webhook.Event{Source: "shop", ID: "evt_1", Type: "order.paid", Raw: []byte("+15005550001")},
		Data:  order{ID: "+15005550001"},
	}
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("got", "event", e)
	for _, shown := range []string{
		fmt.Sprint(e), fmt.Sprintf("%v", e), fmt.Sprintf("%+v", e), fmt.Sprintf("%#v", e), fmt.Sprintf("%s", e), fmt.Sprintf("%v", &e), log.String(),
	} {
		if strings.Contains(shown, "+1500") || !strings.Contains(shown, "evt_1") {
			t.Errorf("shows %q, want the id and not the payload", shown)
		}
	}
}
