package events

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// fail handles n events for the first time, which wait for hours after it.
func (e *eventEngines) fail(n int) {
	e.Helper()
	failing := &process.Worker{
		Handlers: &hook.Registry{}, Ledger: e.worker.Ledger, Queue: e.queue, DeadLetters: e.queue, KeepPayload: e.worker.KeepPayload,
	}
	hook.On(failing.Handlers, kyc.SessionApproved, "note", func(context.Context, hook.Event[kyc.Session]) error {
		return hook.RetryAfter(3*time.Hour, context.DeadlineExceeded)
	})
	for i := range n {
		m := queue.Message{Event: webhook.Event{
			Source: "kyc", Provider: "kyc", ID: fmt.Sprint("evt_", i), Type: kyc.SessionApproved.Name(), Received: time.Now(),
			Raw: fmt.Appendf(nil, `{"id":"evt_%d","type":"kyc.session.approved","created":1790000000,"data":{"session_id":"s-1"}}`, i),
		}}
		if err := e.queue.Send(e.Context(), m, 0); err != nil {
			e.Fatal(err)
		}
	}
	released := func() int { return strings.Count(e.hookctl("events list --all --json"), `"state":"RELEASED"`) }
	for began := time.Now(); released() < n; { // what a slow engine did not answer comes back
		ms, err := e.queue.Receive(e.Context(), queue.MaxBatch, time.Second)
		if err != nil {
			e.Fatal(err)
		}
		failing.Batch(e.Context(), ms)
		if time.Since(began) > 5*time.Minute {
			e.Fatal("some events have not failed")
		}
	}
}

// TestEngineActs retries everything of a cause from the index, half of it taken as done, and
// cancels what is left by its type. None of it is acted on twice.
func TestEngineActs(t *testing.T) {
	t.Parallel()
	e := newEventEngines(t)
	const n = 12
	e.fail(n)
	kind := "note: context.deadlineExceededError"
	if out := e.hookctl("events retry --source kyc --dry-run --type " + kyc.SessionApproved.Name()); !strings.Contains(out, "    12  runs ") {
		t.Fatalf("plan:\n%s", out)
	}
	args := []string{"events", "retry", "--kind", kind, "--assume-done", "call", "--json", "--yes"}
	out := e.call(args)
	if strings.Count(out, `"outcome":"sent"`) != n {
		t.Fatalf("%q:\n%s", args, out)
	}
	if ran := e.work(n); len(ran) != n || !strings.HasPrefix(ran[0], "note ") {
		t.Errorf("ran %q", ran)
	}
	if out := e.call(args); out != "" {
		t.Errorf("again:\n%s", out)
	}
}
