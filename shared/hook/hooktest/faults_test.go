package hooktest_test

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// Each way to register, with each fault after it, and a second handler.
func TestFaults(t *testing.T) {
	t.Parallel()
	sms := contiguity.TextIncomingSMS
	ways := map[string]func(*hook.Registry){
		"at least once": func(r *hook.Registry) { hook.On(r, sms, "a", nothing) },
		"at most once":  func(r *hook.Registry) { hook.On(r, sms, "a", nothing, hook.AtMostOnce) },
		"writes":        func(r *hook.Registry) { hook.OnWrites(r, sms, "a", saveText) },
		"state":         func(r *hook.Registry) { hook.OnState(r, sms, "a", tallies, sender, tally) },
		"failing":       func(r *hook.Registry) { hook.On(r, sms, "a", failFirst) },
		"failing at most once": func(r *hook.Registry) {
			hook.On(r, sms, "a", failFirst, hook.AtMostOnce)
		},
	}
	for _, tt := range []struct {
		way    string
		fault  hooktest.Fault
		want   string
		writes int
	}{
		{"at least once", hooktest.CrashAfter("a"), `
text.incoming.sms evt_1
  0s crashed: a crashed
  6m0s handled: a done, b done
`, 0},
		{"at most once", hooktest.CrashAfter("a"), `
text.incoming.sms evt_1
  0s crashed: a done
  6m0s handled: b done
`, 0},
		{"writes", hooktest.CrashAfter("a"), `
text.incoming.sms evt_1
  0s crashed: a done
  6m0s handled: b done
`, 1},
		{"failing", hooktest.CrashAfter("a"), `
text.incoming.sms evt_1
  0s crashed: a crashed (busy)
  6m0s handled: a done, b done
`, 0},
		{"failing at most once", hooktest.CrashAfter("a"), `
text.incoming.sms evt_1
  0s crashed: a crashed (busy)
  6m0s dead_lettered: a outcome_unknown (an earlier run's process died, or could not record its end: whether it acted is not known), b done
letter evt_1 outcome_unknown: a: an earlier run's process died, or could not record its end: whether it acted is not known
`, 0},
		{"at least once", hooktest.CrashAfter("b"), `
text.incoming.sms evt_1
  0s crashed: a crashed, b crashed
  6m0s handled: a done, b done
`, 0},
		{"at least once", hooktest.LoseReply("a"), `
text.incoming.sms evt_1
  0s unavailable: a done, b done
  5s duplicate
`, 0},
		{"at most once", hooktest.LoseReply("a"), `
text.incoming.sms evt_1
  0s unavailable: a uncommitted (the ledger's answer was lost)
  5s in_progress
  1m5s handled: b done
`, 0},
		{"writes", hooktest.LoseReply("a"), `
text.incoming.sms evt_1
  0s unavailable: a uncommitted (the ledger's answer was lost)
  5s in_progress
  1m5s handled: b done
`, 1},
		{"state", hooktest.CrashAfter("a"), `
text.incoming.sms evt_1
  0s crashed: a done
  6m0s handled: b done
`, 0},
		{"state", hooktest.LoseReply("a"), `
text.incoming.sms evt_1
  0s unavailable: a uncommitted (the ledger's answer was lost)
  5s in_progress
  1m5s handled: b done
`, 0},
		{"writes", hooktest.Twice(), `
text.incoming.sms evt_1
  0s handled: a done, b done
  0s duplicate
`, 1},
	} {
		t.Run(fmt.Sprint(tt.way, tt.fault), func(t *testing.T) {
			t.Parallel()
			got := hooktest.Run(t, func(r *hook.Registry) {
				ways[tt.way](r)
				hook.On(r, sms, "b", nothing)
			}, []webhook.Event{text("evt_1")}, tt.fault)
			wantStory(t, got, tt.want)
			if len(got.Writes) != tt.writes {
				t.Errorf("writes %v, want %d", got.Writes, tt.writes)
			}
			if tt.fault == hooktest.Twice() && got.Events[0].Outcome != "handled" {
				t.Errorf("outcome %s, want that of the delivery which counts", got.Events[0].Outcome)
			}
			if moves := len(got.States); tt.way == "state" && moves != 1 || tt.way != "state" && moves != 0 {
				t.Errorf("the state was moved %d times", moves)
			}
		})
	}
}

// Faults of one handler add up: none is dropped because another strikes first.
func TestFaultsTogether(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		faults []hooktest.Fault
		want   string
	}{
		{"the answer is lost, and the process dies", []hooktest.Fault{hooktest.LoseReply("b"), hooktest.CrashAfter("b")}, `
text.incoming.sms evt_1
  0s crashed: a done, b done (the ledger's answer was lost)
  5s in_progress
  1m5s handled: c done
`},
		{"the process dies twice", []hooktest.Fault{hooktest.CrashAfter("c"), hooktest.CrashAfter("c")}, `
text.incoming.sms evt_1
  0s crashed: a done, b done, c crashed
  6m0s crashed: c crashed
  12m0s handled: c done
`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := hooktest.Run(t, func(r *hook.Registry) {
				hook.OnState(r, contiguity.TextIncomingSMS, "a", tallies, sender, tally)
				hook.OnWrites(r, contiguity.TextIncomingSMS, "b", saveText)
				hook.On(r, contiguity.TextIncomingSMS, "c", nothing)
			}, []webhook.Event{text("evt_1")}, tt.faults...)
			wantStory(t, got, tt.want)
			if len(got.States) != 1 || len(got.Writes) != 1 {
				t.Errorf("%d moves, %d writes; want one of each", len(got.States), len(got.Writes))
			}
		})
	}
}

// failFirst fails at the first try.
func failFirst(_ context.Context, e hook.Event[contiguity.Text]) error {
	if e.Attempt == 1 {
		return errors.New("busy")
	}
	return nil
}

// A process that dies ends its whole batch, and nothing that it does afterwards counts: no
// record, no letter, no acknowledgement.
func TestDeadProcessHasNoEffects(t *testing.T) {
	t.Parallel()
	probe := hook.NewState[int, int]("probe") // a process that has died can read no state
	begun := make(chan struct{})              // the neighbour has begun
	begin := sync.OnceFunc(func() { close(begun) })
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
		hook.On(r, contiguity.TextIncomingSMS, "refuse", func(_ context.Context, e hook.Event[contiguity.Text]) error {
			return hook.Permanent(errors.New("no"))
		})
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "status",
			func(ctx context.Context, e hook.Event[contiguity.Delivery]) ([]webhook.Write, error) {
				begin()
				for e.Attempt == 1 { // it ends when the process has died after its neighbour
					if _, err := probe.Get(ctx, "any"); err != nil {
						break
					}
					runtime.Gosched()
				}
				return status(ctx, e)
			}, hook.SkipStale)
		hook.On(r, contiguity.TextIncomingSMS, "last", func(context.Context, hook.Event[contiguity.Text]) error {
			<-begun
			return nil
		})
	}, []webhook.Event{text("evt_1"), delivered("evt_2")}, hooktest.CrashAfter("last"))
	wantStory(t, got, `
text.incoming.sms evt_1
  0s crashed: save-text done, refuse crashed (no), last crashed
  6m0s dead_lettered: refuse permanent (no), last done
text.delivery.confirmed evt_2
  0s crashed: status crashed
  6m0s handled: status done
letter evt_1 permanent: refuse: no
`)
	if len(got.Writes) != 2 {
		t.Errorf("writes %v, want one of each handler", got.Writes)
	}
}

// A dead process does not acknowledge duplicates either.
func TestDeadProcessAcknowledgesNothing(t *testing.T) {
	t.Parallel()
	later := func(e webhook.Event) webhook.Event {
		e.Received = e.Received.Add(time.Minute)
		return e
	}
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.On(r, contiguity.TextIncomingSMS, "a", nothing)
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "status", status)
	}, []webhook.Event{delivered("evt_1"), later(delivered("evt_1")), later(text("evt_2"))}, hooktest.CrashAfter("a"))
	wantStory(t, got, `
text.delivery.confirmed evt_1
  0s handled: status done
  1m0s crashed
  7m0s duplicate
text.incoming.sms evt_2
  1m0s crashed: a crashed
  7m0s handled: a done
`)
}
