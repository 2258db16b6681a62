package hooktest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func nothing(context.Context, hook.Event[contiguity.Text]) error { return nil }

// status is an event of a type that can skip stale events.
func status(_ context.Context, e hook.Event[contiguity.Delivery]) ([]webhook.Write, error) {
	return []webhook.Write{webhook.Put("messages", webhook.Attributes{"id": webhook.S(e.Data.MessageID)}, nil)}, nil
}

func delivered(id string) webhook.Event {
	return hooktest.Webhook(contiguity.TextDeliveryConfirmed, id, contiguity.Delivery{MessageID: "msg_1"})
}

func wantStory(t *testing.T, got hooktest.Result, want string) {
	t.Helper()
	if diff := cmp.Diff(strings.TrimPrefix(want, "\n"), got.String()); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// count counts texts by sender; its result is the number of the text.
var tallies = hook.NewState[int, int]("tally")

func sender(t contiguity.Text) string { return t.From }

func tally(_ context.Context, _ hook.Event[contiguity.Text], n int) (int, int, error) {
	return n + 1, n + 1, nil
}

// Events that arrive together move a state one after another, and the result has each state
// as it was committed.
func TestStates(t *testing.T) {
	t.Parallel()
	other := hooktest.Webhook(contiguity.TextIncomingSMS, "evt_3", contiguity.Text{From: "+15005550009"})
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnState(r, contiguity.TextIncomingSMS, "count", tallies, sender, tally)
	}, []webhook.Event{text("evt_1"), text("evt_2"), other}, hooktest.Twice())
	moves := map[string]string{} // by state
	for _, m := range got.States {
		moves[m.ID] += fmt.Sprintf("%s %s %s; ", m.Handler, m.State, m.Result)
	}
	want := []string{"count 1 1; ", "count 1 1; count 2 2; "}
	if diff := cmp.Diff(want, slices.Sorted(maps.Values(moves))); diff != "" {
		t.Errorf("moves (-want +got):\n%s\n%s", diff, got)
	}
}

// A skipped handler was not called.
func TestSkipped(t *testing.T) {
	t.Parallel()
	older := hooktest.WebhookAt(contiguity.TextDeliveryFailed, "evt_1", contiguity.Delivery{MessageID: "msg_1"}, hooktest.Start.Add(-time.Second))
	older.Received = hooktest.Start.Add(time.Minute)
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "status", status, hook.SkipStale)
		hook.OnWrites(r, contiguity.TextDeliveryFailed, "status", status, hook.SkipStale)
	}, []webhook.Event{older, delivered("evt_2")})
	wantStory(t, got, `
text.delivery.failed evt_1
  1m0s handled: status skipped
text.delivery.confirmed evt_2
  0s handled: status done
`)
	if n := got.Calls("status"); n != 1 {
		t.Errorf("called %d times, want 1", n)
	}
}

// Waits take no time, and an event that never succeeds ends.
func TestGivenUp(t *testing.T) {
	t.Parallel()
	began := time.Now()
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "a", func(context.Context, hook.Event[contiguity.Text]) error { return errors.New("busy") })
	}, []webhook.Event{text("evt_1")})
	e := got.Events[0]
	if e.Attempts != 12 || len(e.Runs) != 12 || e.Runs[11].Attempt != 12 || e.Outcome != "dead_lettered" {
		t.Errorf("%d attempts, %d runs, outcome %s; want 12 and a dead letter:\n%s", e.Attempts, len(e.Runs), e.Outcome, got)
	}
	if at := []time.Duration{e.Runs[1].At, e.Runs[2].At, e.Runs[3].At}; at[0] != 5*time.Second || at[1] != 20*time.Second || at[2] != 65*time.Second {
		t.Errorf("runs at %v, want 5s, 20s, 65s", at)
	}
	if len(got.Letters) != 1 || got.Letters[0].Reason != "attempts" || got.Letters[0].Attempts != 12 {
		t.Errorf("letters = %+v", got.Letters)
	}
	if took := time.Since(began); took > 5*time.Minute { // the waits alone are hours
		t.Errorf("it took %v", took)
	}
}

// More events than a batch holds, and one that arrives again with another body.
func TestManyEvents(t *testing.T) {
	t.Parallel()
	var events []webhook.Event
	for i := range 23 {
		events = append(events, text(fmt.Sprint("evt_", i)))
	}
	events = append(events, hooktest.Webhook(contiguity.TextIncomingSMS, "evt_0", contiguity.Text{Body: "another"}))
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
	}, events)
	if len(got.Events) != 23 || got.Calls("save-text") != 23 || len(got.Writes) != 23 {
		t.Errorf("%d events, %d calls, %d writes; want 23 of each", len(got.Events), got.Calls("save-text"), len(got.Writes))
	}
	if len(got.Letters) != 1 || got.Letters[0].Reason != "conflict" {
		t.Errorf("letters = %+v, want the conflict", got.Letters)
	}
}

func TestUnhandled(t *testing.T) {
	t.Parallel()
	got := hooktest.Run(t, func(*hook.Registry) {}, []webhook.Event{text("evt_1"), {Source: "shop", Provider: "shop", ID: "evt_2", Type: "x", Raw: []byte("{}")}})
	wantStory(t, got, `
text.incoming.sms evt_1
  0s unhandled
x evt_2
  0s unhandled
`)
}

// A handler may use HTTP: Run does not keep a connection from working.
func TestHandlerCallsOut(t *testing.T) {
	t.Parallel()
	service := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(http.StatusNoContent) }))
	t.Cleanup(service.Close)
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "call", func(ctx context.Context, _ hook.Event[contiguity.Text]) error {
			request, err := http.NewRequestWithContext(ctx, http.MethodPost, service.URL, http.NoBody)
			if err != nil {
				return err
			}
			answer, err := http.DefaultClient.Do(request)
			if err != nil {
				return err
			}
			return answer.Body.Close()
		})
	}, []webhook.Event{text("evt_1")})
	if got.Events[0].Outcome != "handled" {
		t.Errorf("%s", got)
	}
}

// A handler that comes after another one waits for it, and is called once.
func TestAfter(t *testing.T) {
	t.Parallel()
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "a", failFirst)
		hook.On(r, contiguity.TextIncomingSMS, "b", nothing, hook.After("a"))
	}, []webhook.Event{text("evt_1")})
	wantStory(t, got, `
text.incoming.sms evt_1
  0s retried: a failed (busy), b waiting
  5s handled: a done, b done
`)
	if n := got.Calls("b"); n != 1 {
		t.Errorf("b was called %d times, want once", n)
	}
}
