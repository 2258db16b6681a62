package hooktest_test

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func nothing(context.Context, hook.Event[contiguity.Text]) error { return nil }

// status is of a type that can skip stale events.
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

// Each way to register, with each fault behind it, and a second handler.
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
			if moves := len(got.States); tt.way == "state" && moves != 1 || tt.way != "state" && moves != 0 {
				t.Errorf("the state was moved %d times", moves)
			}
		})
	}
}

// A count of texts, by sender; its result is the number of the text.
var tallies = hook.NewState[int, int]("tally")

func sender(t contiguity.Text) string { return t.From }

func tally(_ context.Context, _ hook.Event[contiguity.Text], n int) (int, int, error) {
	return n + 1, n + 1, nil
}

// Events that arrive together move a state one after another, and each as it was committed
// is in the result.
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

// failFirst fails at the first try.
func failFirst(_ context.Context, e hook.Event[contiguity.Text]) error {
	if e.Attempt == 1 {
		return errors.New("busy")
	}
	return nil
}

// A process that dies takes its whole batch along, and nothing of what it does afterwards
// counts: no record, no letter, no acknowledgement.
func TestDeadProcessHasNoEffects(t *testing.T) {
	t.Parallel()
	first := make(chan struct{})
	begin := sync.OnceFunc(func() { close(first) })
	got := hooktest.Run(t, func(r *hook.Registry) {
		hook.OnWrites(r, contiguity.TextIncomingSMS, "save-text", saveText)
		hook.On(r, contiguity.TextIncomingSMS, "refuse", func(_ context.Context, e hook.Event[contiguity.Text]) error {
			return hook.Permanent(errors.New("no"))
		})
		hook.OnWrites(r, contiguity.TextDeliveryConfirmed, "status",
			func(ctx context.Context, e hook.Event[contiguity.Delivery]) ([]webhook.Write, error) {
				if e.Attempt == 1 {
					<-first // its neighbour is the one behind which the process dies
				}
				return status(ctx, e)
			}, hook.SkipStale)
		hook.On(r, contiguity.TextIncomingSMS, "last", func(context.Context, hook.Event[contiguity.Text]) error {
			begin()
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

// What is skipped was not called.
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

// Every wait passes in no time, and what never succeeds ends.
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
	if took := time.Since(began); took > 10*time.Second {
		t.Errorf("it took %v", took)
	}
}

// More events than a batch holds, and one that comes again with another body.
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

// A handler may speak HTTP: nothing of Run keeps a connection from working.
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

// A failing records what a test is told, and ends it like FailNow.
type failing struct {
	testing.TB
	said []string
}

func (f *failing) Helper()                  {}
func (f *failing) Context() context.Context { return context.Background() }
func (f *failing) Errorf(format string, args ...any) {
	f.said = append(f.said, fmt.Sprintf(format, args...))
}
func (f *failing) Fatalf(format string, args ...any) {
	f.Errorf(format, args...)
	runtime.Goexit()
}

// fails gives what a test is told that does what do does.
func fails(do func(testing.TB)) []string {
	f := &failing{}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		do(f)
	}()
	<-ended
	return f.said
}

// A handler that does not return fails the test after 5 s, here of a bubble's time.
func TestStandsStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		hang := make(chan struct{})
		began := time.Now()
		said := fails(func(t testing.TB) {
			hooktest.Run(t, func(r *hook.Registry) {
				hook.On(r, contiguity.TextIncomingSMS, "first", nothing)
				hook.On(r, contiguity.TextIncomingSMS, "hangs", func(context.Context, hook.Event[contiguity.Text]) error {
					<-hang
					return nil
				})
			}, []webhook.Event{text("evt_1")})
		})
		if took := time.Since(began); took != 5*time.Second {
			t.Errorf("it took %v, want 5s", took)
		}
		if len(said) != 1 || !strings.Contains(said[0], `"hangs"`) || strings.Contains(said[0], "first") {
			t.Errorf("the test was told %q, want the handler that hangs", said)
		}
		close(hang)
	})
}

// A slow handler is no standstill as long as another one gets on.
func TestSlowIsNotStill(t *testing.T) {
	t.Parallel()
	synctest.Test(t, func(t *testing.T) {
		slow := func(context.Context, hook.Event[contiguity.Text]) error {
			time.Sleep(4 * time.Second)
			return nil
		}
		got := hooktest.Run(t, func(r *hook.Registry) {
			for _, name := range []string{"a", "b", "c"} {
				hook.On(r, contiguity.TextIncomingSMS, name, slow)
			}
		}, []webhook.Event{text("evt_1")})
		if got.Events[0].Outcome != "handled" {
			t.Errorf("%s", got)
		}
	})
}

// A fault that never happens would let a test pass that tests nothing.
func TestUnusedFault(t *testing.T) {
	t.Parallel()
	for _, fault := range []hooktest.Fault{hooktest.CrashAfter("b"), hooktest.LoseReply("b")} {
		said := fails(func(t testing.TB) {
			hooktest.Run(t, func(r *hook.Registry) { hook.On(r, contiguity.TextIncomingSMS, "a", nothing) }, []webhook.Event{text("evt_1")}, fault)
		})
		if len(said) != 1 || !strings.Contains(said[0], `"b"`) {
			t.Errorf("%v: the test was told %q, want the name that no handler has", fault, said)
		}
	}
}
