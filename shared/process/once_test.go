package process_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func TestAtMostOnceFailures(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		fn   func(context.Context, hook.Event[order]) error
		want queue.Reason // empty: it is tried again
	}{
		{"error", failing(errBank), queue.ReasonOutcomeUnknown},
		{"panic", func(context.Context, hook.Event[order]) error { panic("boom") }, queue.ReasonOutcomeUnknown},
		{"panic of a goroutine", func(ctx context.Context, _ hook.Event[order]) error {
			hook.Go(ctx, func() { panic("boom") })
			return nil
		}, queue.ReasonOutcomeUnknown},
		{"deadline", func(ctx context.Context, _ hook.Event[order]) error { <-ctx.Done(); return ctx.Err() }, queue.ReasonOutcomeUnknown},
		{"permanent", failing(hook.Permanent(errBank)), queue.ReasonPermanent},
		{"not sent", failing(hook.NotSent(errBank)), ""},
	} {
		row(t, tt.name, func(w *world) {
			w.on("send", tt.fn, hook.AtMostOnce)
			w.on("note", nil)
			w.send(message("evt_1"))
			r := w.one(w.deliver())
			if r.Reason != tt.want {
				w.Fatalf("reason = %q (%s), want %q", r.Reason, r.Outcome, tt.want)
			}
			if tt.want == "" {
				w.wantCalls("send evt_1", "note evt_1")
				w.again(0, time.Minute)
				w.wantCalls("send evt_1")
			}
		})
	}
}

// A process that dies in the middle leaves the start recorded: the handler is not run again
// until an operator says so.
func TestAtMostOnceCrash(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		edit  func(*queue.Failure)
		calls []string
	}{
		{"redriven as it is: run it again", nil, []string{"send evt_1"}},
		{"taken as done", func(f *queue.Failure) { f.AssumeDone = []string{"send"} }, nil},
	} {
		row(t, tt.name, func(w *world) {
			m := message("evt_1")
			answers := w.ledger.Claim(w.Context(), []ledger.Request{{
				Key: m.Key(), Owner: "dead", Type: m.Type, At: time.Now(), Lease: time.Now().Add(time.Minute),
				Received: m.Received, DedupUntil: m.Received.Add(30 * 24 * time.Hour),
			}})
			if err := w.ledger.Start(w.Context(), answers[0].Claim, "send"); err != nil {
				w.Fatal(err)
			}
			time.Sleep(2 * time.Minute)

			w.on("send", nil, hook.AtMostOnce)
			w.on("note", nil)
			w.send(m)
			w.want(w.deliver(), process.DeadLettered, true)
			w.wantCalls("note evt_1")
			if f := w.letter(); f.Reason != queue.ReasonOutcomeUnknown {
				w.Errorf("letter = %+v, want outcome_unknown", f)
			}
			w.redrive(tt.edit)
			w.want(w.deliver(), process.Handled, true)
			w.wantCalls(tt.calls...)
		})
	}
}

// Each letter reopens its event once; a copy of it is dropped.
func TestLetterReopensOnce(t *testing.T) {
	inWorld(t, func(w *world) {
		fail := true
		w.on("charge", func(context.Context, hook.Event[order]) error {
			if fail {
				return hook.Permanent(errBank)
			}
			return nil
		})
		w.send(message("evt_1"))
		w.deliver()
		letter := w.dead.Messages()[0]
		w.calls = nil

		w.send(message("evt_1")) // the provider's retry reopens nothing
		w.want(w.deliver(), process.Duplicate, true)

		fail = false
		w.redrive(nil)
		w.want(w.deliver(), process.Handled, true)
		w.send(letter)
		w.want(w.deliver(), process.Duplicate, true)
		w.wantCalls("charge evt_1")
	})
}

func TestReplay(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		handlers []string
		fence    int64
		outcome  process.Outcome
		calls    []string
	}{
		{"all", nil, 1, process.Handled, []string{"a evt_1", "b evt_1"}},
		{"one", []string{"b"}, 1, process.Handled, []string{"b evt_1"}},
		{"other fence", nil, 7, process.Duplicate, nil},
	} {
		row(t, tt.name, func(w *world) {
			w.on("a", nil)
			w.on("b", nil, hook.AtMostOnce)
			w.send(message("evt_1"))
			w.deliver()
			w.calls = nil
			m := message("evt_1")
			m.Failure = &queue.Failure{Reason: queue.ReasonReplay, Fence: tt.fence, Handlers: tt.handlers}
			w.send(m)
			w.want(w.deliver(), tt.outcome, true)
			w.wantCalls(tt.calls...)
		})
	}
}

// Writes are committed together with the note that the handler finished: however often the
// handler runs, it adds to the number once.
func TestWritesHappenOnce(t *testing.T) {
	t.Parallel()
	for _, apply := range []bool{false, true} {
		row(t, lost("commit", apply), func(w *world) {
			key := webhook.Attributes{"id": webhook.S("total")}
			hook.OnWrites(&w.registry, paid, "sum", func(_ context.Context, e hook.Event[order]) ([]webhook.Write, error) {
				return []webhook.Write{webhook.Add("sums", key, "cents", int64(e.Data.Cents))}, nil
			})
			fault, stop := failOp("commit", apply)
			w.ledger.Fault = fault
			w.send(message("evt_1"), message("evt_2"))
			w.deliver()
			stop()
			for len(w.queue.Messages()) > 0 {
				w.again(0, 10*time.Minute)
			}
			item, ok := w.ledger.Item("sums", key)
			if !ok || item["cents"] != webhook.N(10) {
				t.Errorf("commit lost after applying: %v: item = %v, want cents 10", apply, item)
			}
		})
	}
}

func TestWritesThatCannotBe(t *testing.T) {
	inWorld(t, func(w *world) {
		key := webhook.Attributes{"id": webhook.S("total")}
		hook.OnWrites(&w.registry, paid, "sum", func(context.Context, hook.Event[order]) ([]webhook.Write, error) {
			return []webhook.Write{webhook.Add("sums", key, "cents", 1), webhook.Delete("sums", key)}, nil
		})
		if r := w.handle("evt_1", process.DeadLettered, true); r.Reason != queue.ReasonPermanent {
			t.Errorf("reason = %s, want permanent", r.Reason)
		}
	})
}

// An older event of an entity, arriving later, is done without running.
func TestSkipStale(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("state", nil, hook.SkipStale)
		at := func(id, body string) queue.Message {
			m := message(id)
			m.Raw = []byte(body)
			return m
		}
		for _, tt := range []struct {
			m   queue.Message
			end process.RunEnd
		}{
			{at("evt_1", `{"id":"o-1","at":200}`), process.RunDone},
			{at("evt_2", `{"id":"o-1","at":100}`), process.RunSkipped},
			{at("evt_3", `{"id":"o-1","at":200}`), process.RunDone}, // not strictly older
			{at("evt_4", `{"id":"o-2","at":100}`), process.RunDone}, // another entity
		} {
			w.send(tt.m)
			r := w.want(w.deliver(), process.Handled, true)
			if len(r.Runs) != 1 || r.Runs[0].End != tt.end {
				t.Errorf("%s: runs = %+v, want %s", tt.m.ID, r.Runs, tt.end)
			}
		}
		w.wantCalls("state evt_1", "state evt_3", "state evt_4")
		if r, _ := w.ledger.Record("shop#evt_2"); !slices.Equal(r.Done, []string{"state"}) {
			t.Errorf("done of the stale event = %q, want the handler in it", r.Done)
		}
	})
}

// An event time far ahead of the arrival, as of the year 9999, does not make every later
// event of the entity stale.
func TestSkipStaleOfAFutureEvent(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		ahead time.Duration // the first event's time, after its arrival
		years int           // the same
		next  process.RunEnd
	}{
		{"a day ahead", 24 * time.Hour, 0, process.RunSkipped},
		{"more than a day ahead", 24*time.Hour + time.Second, 0, process.RunDone},
		{"the year 9999", 0, 9999 - 2000, process.RunDone}, // a bubble begins in 2000
	} {
		row(t, tt.name, func(w *world) {
			w.on("state", nil, hook.SkipStale)
			first, next := message("evt_1"), message("evt_2")
			first.Received = time.Now().Truncate(time.Second)
			first.Raw = fmt.Appendf(nil, `{"id":"o-1","at":%d}`, first.Received.Add(tt.ahead).AddDate(tt.years, 0, 0).Unix())
			next.Raw = fmt.Appendf(nil, `{"id":"o-1","at":%d}`, time.Now().Unix())
			for _, step := range []struct {
				m   queue.Message
				end process.RunEnd
			}{{first, process.RunDone}, {next, tt.next}} {
				w.send(step.m)
				r := w.want(w.deliver(), process.Handled, true)
				if len(r.Runs) != 1 || r.Runs[0].End != step.end {
					w.Errorf("%s: runs = %+v, want %s", step.m.ID, r.Runs, step.end)
				}
			}
		})
	}
}

// A newer event that finishes while an older one is being handled wins: the older one's
// writes are not committed.
func TestSkipStaleAtCommit(t *testing.T) {
	inWorld(t, func(w *world) {
		key := webhook.Attributes{"id": webhook.S("o-1")}
		hook.OnWrites(&w.registry, paid, "state", func(_ context.Context, e hook.Event[order]) ([]webhook.Write, error) {
			if e.ID == "evt_old" {
				time.Sleep(5 * time.Second)
			}
			return []webhook.Write{webhook.Put("orders", key, webhook.Attributes{"by": webhook.S(e.ID)})}, nil
		}, hook.SkipStale)
		older, newer := message("evt_old"), message("evt_new")
		older.Raw, newer.Raw = []byte(`{"id":"o-1","at":100}`), []byte(`{"id":"o-1","at":200}`)
		w.send(older, newer)
		w.wantHandled(w.deliver())
		if item, _ := w.ledger.Item("orders", key); item["by"] != webhook.S("evt_new") {
			t.Errorf("item = %v, want the newer event's", item)
		}
	})
}
