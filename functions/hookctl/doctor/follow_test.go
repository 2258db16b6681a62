package doctor_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/functions/hookctl/cli/stack"
	"webhookintake/functions/hookctl/doctor"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// TestWaits lets the worker begin late. The step waits for it, but not longer than it may.
func TestWaits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name       string
		idle, wait time.Duration
		want       doctor.Status
		millis     float64 // until the poll that finds it
	}{
		{"in time", 20100 * time.Millisecond, 0, doctor.Passed, 20500},
		{"at the last moment", 4900 * time.Millisecond, 5 * time.Second, doctor.Passed, 5000},
		{"too late", 5100 * time.Millisecond, 5 * time.Second, doctor.Failed, 5000},
		{"never", -1, 0, doctor.Failed, 60000},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.idle, w.options.Wait = tt.idle, tt.wait
				got := step(t, w.examine(), "ledger")
				if got.Status != tt.want || got.Millis != tt.millis {
					t.Errorf("%s after %v ms, want %s after %v", line(got), got.Millis, tt.want, tt.millis)
				}
				if tt.want == doctor.Failed && !strings.Contains(line(got), "about 2 waiting and 0 in flight") {
					t.Errorf("%s: want where the event is", line(got))
				}
			})
		})
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	running := func(fn func() error) func(w *world) {
		return func(w *world) {
			witness(fn)(&w.running)
			witness(fn)(&w.known)
			w.options.Source, w.options.Yes, w.options.Wait = "contiguity", true, time.Second
		}
	}
	change := func(fn func(rec *ledger.Record)) func(w *world) {
		return func(w *world) {
			w.site.Ledger = records(func(key string) (ledger.Record, bool) {
				rec, ok := w.pipeline.Ledger.Record(key)
				fn(&rec)
				return rec, ok
			})
		}
	}
	examine(t, []row{
		{"not readable", func(w *world) { w.site.Ledger = failing{} }, "ledger", doctor.Failed, []string{"broken", "dynamodb:GetItem"}},
		{"another table", func(w *world) {
			w.site.Ledger = records(func(string) (ledger.Record, bool) { return ledger.Record{}, false })
		}, "ledger", doctor.Failed, []string{"no record of it within 1m; the queue: empty", "belong\nto one intake", "LOGS OF PROCESS"}},
		{"a handler fails", running(func() error { return errBroken }), "ledger", doctor.Failed,
			[]string{"try 1 was put back", "LOGS OF PROCESS"}},
		{"a handler gives up", running(func() error { return hook.Permanent(errBroken) }), "ledger", doctor.Failed,
			[]string{"with reason permanent", "go tool hookctl dead list --stack intake"}},
		{"claimed and not finished", change(func(rec *ledger.Record) { rec.State = ledger.StateClaimed }), "ledger", doctor.Failed,
			[]string{"not completed within 1m: process has claimed it (CLAIMED, fence 1) and has not finished it"}},
		{"claimed twice", change(func(rec *ledger.Record) { rec.Fence = 2 }), "ledger", doctor.Warned, []string{"fence 2, attempts 0", "LOGS OF PROCESS"}},
		{"run twice", change(func(rec *ledger.Record) { rec.Attempts = 2 }), "ledger", doctor.Warned, []string{"fence 1, attempts 2"}},
	})
}

func TestCopy(t *testing.T) {
	t.Parallel()
	// after changes the record from the nth read on.
	after := func(reads int, fn func(rec *ledger.Record)) func(w *world) {
		return func(w *world) {
			seen := 0
			w.site.Ledger = records(func(key string) (ledger.Record, bool) {
				rec, ok := w.pipeline.Ledger.Record(key)
				if ok {
					if seen++; seen > reads {
						fn(&rec)
					}
				}
				return rec, ok
			})
		}
	}
	examine(t, []row{
		{"claimed again", after(1, func(rec *ledger.Record) { rec.Fence = 2 }), "copy", doctor.Failed, []string{"record changed", "fence 2", "LOGS OF PROCESS"}},
		{"handled again", after(1, func(rec *ledger.Record) { rec.Done = []string{"x"} }), "copy", doctor.Failed, []string{"record changed"}},
		{"a busy queue", func(w *world) { w.site.Queue = fixed(stack.Counts{Waiting: 3, Delayed: 4}, nil) }, "copy", doctor.Passed,
			[]string{"unchanged after 10s", "may\nstill be among its messages: about 3 waiting and 0 in flight, 4 for later"}},
		{"counts are denied", func(w *world) { w.site.Queue = fixed(stack.Counts{}, errBroken) }, "copy", doctor.Failed,
			[]string{"broken", "sqs:GetQueueAttributes"}},
	})
}

// TestCopyWaits wants the queue empty at two counts in a row, and a wait for a copy that
// appears in between.
func TestCopyWaits(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		left   []int // in flight, count by count; then none
		millis float64
		want   string
	}{
		{"empty", nil, 2000, "dropped"},
		{"late", []int{1, 1, 1}, 5000, "dropped"},
		{"between", []int{0, 1, 0, 1}, 6000, "dropped"},
		{"never twice", []int{0, 1, 0, 1, 0, 1, 0, 1, 0, 1}, 10000, "may\nstill be"},
		{"at the last moment only", []int{1, 1, 1, 1, 1, 1, 1, 1, 1}, 10000, "may\nstill be"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) {
				w := newWorld(t)
				w.site.Queue = func(context.Context) (c stack.Counts, err error) {
					if len(tt.left) > 0 {
						c.InFlight, tt.left = tt.left[0], tt.left[1:]
					}
					return c, nil
				}
				got := step(t, w.examine(), "copy")
				if got.Status != doctor.Passed || got.Millis != tt.millis || !strings.Contains(got.Found, tt.want) {
					t.Errorf("%s after %v ms, want %q after %v", line(got), got.Millis, tt.want, tt.millis)
				}
			})
		})
	}
}

func TestQueues(t *testing.T) {
	t.Parallel()
	letter := queue.Message{Event: webhook.Event{Source: "kyc", Provider: "kyc", ID: "evt_1", Type: "t", Received: time.UnixMilli(1), Raw: []byte("{}")}}
	examine(t, []row{
		{"dead letters", func(w *world) {
			if err := w.pipeline.DeadLetters.Send(w.t.Context(), letter, 0); err != nil {
				w.t.Fatal(err)
			}
		}, "queues", doctor.Warned, []string{"dead letters: about 1", "go tool hookctl dead list --stack intake"}},
		{"dead letters not known", func(w *world) { w.site.DeadLetters = nil }, "queues", doctor.Passed, []string{"DLQ_URL is not set"}},
		{"counts of dead letters are denied", func(w *world) { w.site.DeadLetters = fixed(stack.Counts{}, errors.New("denied")) }, "queues", doctor.Failed,
			[]string{"denied", "sqs:GetQueueAttributes"}},
		{"others wait", func(w *world) { w.site.Queue = fixed(stack.Counts{Waiting: 7, InFlight: 2}, nil) }, "queues", doctor.Passed,
			[]string{"the queue: about 7 waiting and 2 in flight; no dead letters"}},
	})
}
