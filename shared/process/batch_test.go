package process_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

func TestHandled(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		w.on("ship", nil)
		r := w.handle("evt_1", process.Handled, true)
		if r.Attempt != 1 || len(r.Runs) != 2 || r.Runs[1].End != process.RunDone {
			t.Errorf("result = %+v, want two handlers done at the first try", r)
		}
		w.wantCalls("charge evt_1", "ship evt_1")
		w.wantState("evt_1", "COMPLETED ")
		w.wantTries("evt_1")
		w.handle("evt_1", process.Duplicate, true)
		w.wantCalls()
	})
}

func TestUnhandledIsHandledLater(t *testing.T) {
	inWorld(t, func(w *world) {
		w.handle("evt_1", process.Unhandled, true)
		w.wantState("evt_1", "COMPLETED unhandled")
		w.on("charge", nil)
		w.handle("evt_1", process.Handled, true)
		w.wantCalls("charge evt_1")
	})
}

// Only unfinished handlers run again, and one handler's error does not stop the next.
func TestRetryRunsTheRest(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("a", nil)
		w.on("b", func(_ context.Context, e hook.Event[order]) error {
			if e.Attempt == 1 {
				return errBank
			}
			return nil
		})
		w.on("c", nil)
		w.handle("evt_1", process.Retried, false)
		w.wantCalls("a evt_1", "b evt_1", "c evt_1")
		r := w.want(w.again(2*time.Second, 6*time.Second), process.Handled, true)
		w.wantCalls("b evt_1")
		if r.Attempt != 2 {
			t.Errorf("attempt = %d, want 2", r.Attempt)
		}
	})
}

func TestDeadLetters(t *testing.T) {
	t.Parallel()
	conflicting := message("evt_1")
	conflicting.Raw = []byte(`{"id":"other"}`)
	misfit := message("evt_1")
	misfit.Raw = []byte(`{"id":"o-1","cents":"many"}`)
	for _, tt := range []struct {
		name   string
		fn     func(context.Context, hook.Event[order]) error
		first  []queue.Message // handled before
		m      queue.Message
		want   queue.Failure
		record string
	}{
		{
			name: "permanent", fn: failing(hook.Permanent(errBank)), m: message("evt_1"),
			want:   queue.Failure{Reason: queue.ReasonPermanent, Error: "charge: bank is closed", Attempts: 1, Fence: 1},
			record: "FAILED permanent",
		},
		{
			name: "payload", m: misfit,
			want:   queue.Failure{Reason: queue.ReasonPayload, Error: "charge: decode order.paid: payload does not fit its type: field cents: want int", Fence: 1},
			record: "FAILED payload",
		},
		{
			name: "conflict", first: []queue.Message{message("evt_1")}, m: conflicting,
			want:   queue.Failure{Reason: queue.ReasonConflict, Error: "another body came under the event's id within its window"},
			record: "COMPLETED ",
		},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", tt.fn)
			for _, m := range tt.first {
				w.send(m)
				w.want(w.deliver(), process.Handled, true)
			}
			w.send(tt.m)
			w.want(w.deliver(), process.DeadLettered, true)
			tt.want.At = time.Now().UnixMilli()
			got := w.letter()
			got.At = max(got.At, tt.want.At) // the group commit takes its time
			if fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", tt.want) {
				w.Errorf("letter = %+v, want %+v", got, tt.want)
			}
			if raw := w.dead.Messages()[0].Raw; !slices.Equal(raw, tt.m.Raw) {
				w.Errorf("letter's body = %s, want %s", raw, tt.m.Raw)
			}
			w.wantState("evt_1", tt.record)
		})
	}
}

func TestUnreadable(t *testing.T) {
	inWorld(t, func(w *world) {
		if err := w.queue.Put(queue.Wire{Body: "hello", Attributes: map[string]string{"foreign": "x"}}, 0); err != nil {
			t.Fatal(err)
		}
		w.want(w.deliver(), process.DeadLettered, true)
		if f := w.letter(); f.Reason != queue.ReasonUnreadable || f.Error == "" {
			t.Errorf("letter = %+v, want unreadable and why", f)
		}
		if m := w.dead.Messages()[0]; m.Wire.Body != "hello" || m.Wire.Attributes["foreign"] != "x" {
			t.Errorf("letter = %+v, want it unchanged", m.Wire)
		}
	})
}

func TestPermanentAfterAllRan(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("a", failing(hook.Permanent(errBank)))
		w.on("b", failing(errors.New("later")))
		w.on("c", nil)
		w.handle("evt_1", process.DeadLettered, true)
		w.wantCalls("a evt_1", "b evt_1", "c evt_1")
		if f := w.letter(); f.Error != "a: bank is closed; b: later" {
			t.Errorf("letter's error = %q", f.Error)
		}
		w.redrive(nil)
		w.deliver()
		w.wantCalls("a evt_1", "b evt_1") // c has finished
	})
}

func TestSameKeyTwiceInABatch(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, body string
		want       process.Outcome
	}{
		{"same body", string(message("evt_1").Raw), process.Duplicate},
		{"other body", `{"id":"other"}`, process.DeadLettered},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", nil)
			second := message("evt_1")
			second.Raw = []byte(tt.body)
			w.send(message("evt_1"), second, message("evt_2"))
			rs := w.deliver()
			if len(rs) != 3 || rs[0].Outcome != process.Handled || rs[1].Outcome != tt.want || rs[2].Outcome != process.Handled {
				w.Errorf("results = %v", rs)
			}
			slices.Sort(w.calls)
			w.wantCalls("charge evt_1", "charge evt_2")
		})
	}
}

func TestKeepPayload(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker.KeepPayload = func(source string) bool { return source == "shop" }
		w.send(message("evt_1"))
		w.deliver()
		if got, ok := w.ledger.Payload("shop#evt_1"); !ok || !strings.Contains(string(got), "o-evt_1") {
			t.Errorf("payload = %s, %v", got, ok)
		}
	})
}

// asked records the requests to the ledger.
type asked struct {
	ledger.Store
	requests []ledger.Request
}

func (a *asked) Claim(ctx context.Context, rs []ledger.Request) []ledger.Answer {
	a.requests = append(a.requests, rs...)
	return a.Store.Claim(ctx, rs)
}

// The batch is claimed in one call that says which messages are new, under unique owners.
func TestClaimRequests(t *testing.T) {
	inWorld(t, func(w *world) {
		spy := &asked{Store: w.ledger}
		w.worker.Ledger = spy
		w.on("charge", failing(errBank))
		w.send(message("evt_1"))
		w.deliver()
		w.send(message("evt_2"))
		w.again(0, time.Minute)
		if len(spy.requests) != 2 && len(spy.requests) != 3 {
			t.Fatalf("asked for %d events", len(spy.requests))
		}
		owners := map[string]bool{}
		for _, r := range spy.requests {
			owners[r.Owner] = true
			if len(r.Owner) != 32 || r.Hash == "" || !r.Handled || r.Reopen != nil || r.Payload != nil {
				t.Errorf("request = %+v", r)
			}
		}
		if !spy.requests[0].FirstReceive || len(owners) != len(spy.requests) {
			t.Errorf("requests = %+v, want the first receive said and owners that differ", spy.requests)
		}
		time.Sleep(time.Minute)
		before := len(spy.requests)
		w.deliver()
		for _, r := range spy.requests[before:] {
			if r.FirstReceive {
				t.Errorf("request = %+v, which is no first receive", r)
			}
		}
	})
}
