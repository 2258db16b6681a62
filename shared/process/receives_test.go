package process_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// comingAgain are the reasons for which a message is received again.
var comingAgain = []struct {
	name    string
	prepare func(w *world)
	worker  func(*process.Worker) // changes each worker
	message *queue.Message        // nil means message("evt_1")
	outcome process.Outcome       // of the first receive
}{
	{name: "error", outcome: process.Retried, prepare: func(w *world) { w.on("charge", failing(errBank), hook.Attempts(100)) }},
	{name: "panic", outcome: process.Retried, prepare: func(w *world) {
		w.on("charge", func(context.Context, hook.Event[order]) error { panic("boom") }, hook.Attempts(100))
	}},
	{name: "asks to wait", outcome: process.Retried, prepare: func(w *world) { w.on("charge", failing(hook.RetryAfter(0, errBank))) }},
	{name: "in progress", outcome: process.InProgress, prepare: func(w *world) { w.on("charge", nil) },
		worker: func(p *process.Worker) { p.Ledger = busy{p.Ledger} }},
	{name: "no time left", outcome: process.PutBack, prepare: func(w *world) { w.on("charge", nil) },
		worker: func(p *process.Worker) {
			p.Timing = process.DefaultTiming
			p.Timing.StartMargin = 2 * time.Minute
		}},
	{name: "fenced", outcome: process.Fenced, prepare: func(w *world) {
		w.on("charge", func(context.Context, hook.Event[order]) error {
			w.ledger.Claim(w.Context(), []ledger.Request{{Key: "shop#evt_1", Owner: "other", At: time.Now().Add(time.Hour),
				Lease: time.Now().Add(time.Second), DedupUntil: time.Now().Add(30 * 24 * time.Hour)}})
			return nil
		})
	}},
	{name: "state is contended", outcome: process.PutBack, prepare: func(w *world) {
		w.onMove(accounts(), nil)
		w.ledger.Fault = func(op, _ string) (bool, error) {
			if op == "commit" {
				return false, ledger.ErrStateMoved
			}
			return true, nil
		}
	}},
	{name: "claim fails", outcome: process.Unavailable, prepare: func(w *world) { w.on("charge", nil); w.fail("claim") }},
	{name: "claim of this record alone fails", outcome: process.Unavailable, prepare: func(w *world) {
		w.on("charge", nil)
		w.ledger.Fault = func(op, key string) (bool, error) {
			if op == "claim" && key == "shop#evt_1" {
				return false, errDown
			}
			return true, nil
		}
	}},
	{name: "start fails", outcome: process.Unavailable, prepare: func(w *world) { w.on("charge", nil, hook.AtMostOnce); w.fail("start") }},
	{name: "look for newer events fails", outcome: process.Unavailable, message: orderOf1998, prepare: func(w *world) { w.on("charge", nil, hook.SkipStale); w.fail("newest") }},
	{name: "read of a state fails", outcome: process.Unavailable, prepare: func(w *world) { w.onMove(accounts(), nil); w.fail("state") }},
	{name: "commit fails", outcome: process.Unavailable, message: orderOf1998, prepare: func(w *world) { w.on("charge", nil, hook.SkipStale); w.fail("commit") }},
	{name: "end fails", outcome: process.Unavailable, prepare: func(w *world) { w.on("charge", nil); w.fail("end") }},
	{name: "letter fails", outcome: process.Unavailable, prepare: func(w *world) {
		w.on("charge", failing(hook.Permanent(errBank)))
		w.deadFault, _ = failOp("send", false)
	}},
	{name: "letter of a conflict fails", outcome: process.Unavailable,
		prepare: func(w *world) {
			w.on("charge", nil)
			w.send(message("evt_1"))
			w.deliver()
			w.deadFault, _ = failOp("send", false)
		},
		message: orderOf(`{"id":"other"}`)},
	{name: "letter of an unreadable message fails", outcome: process.Unavailable,
		prepare: func(w *world) { w.deadFault, _ = failOp("send", false) }, message: &queue.Message{}},
}

// orderOf1998 is an event whose time is before its arrival, as SkipStale requires.
var orderOf1998 = orderOf(`{"id":"o-1","at":900000000}`)

func orderOf(body string) *queue.Message {
	return &queue.Message{Event: webhook.Event{Source: "shop", Provider: "shop", ID: "evt_1", Type: "order.paid", Raw: []byte(body)}}
}

// fail makes every call of op to the ledger fail from now on.
func (w *world) fail(op string) { w.ledger.Fault, _ = failOp(op, false) }

// busy is a ledger in which every event is in somebody's hands for one second more.
type busy struct{ ledger.Store }

func (busy) Claim(_ context.Context, rs []ledger.Request) []ledger.Answer {
	answer := ledger.Answer{Status: ledger.InProgress, Until: rs[0].At.Add(time.Second)}
	return slices.Repeat([]ledger.Answer{answer}, len(rs))
}

// sendAgain sends what a row of comingAgain is about, and returns its message id.
func (w *world) sendAgain(m *queue.Message) (id string) {
	w.Helper()
	switch {
	case m == nil:
		w.send(message("evt_1"))
	case m.ID == "":
		if err := w.queue.Put(queue.Wire{Body: "hello"}, 0); err != nil {
			w.Fatal(err)
		}
	default:
		again := *m
		again.Received = time.Now().Truncate(time.Millisecond)
		w.send(again)
	}
	return w.queue.Messages()[0].Wire.MessageID
}

// Past 1,000 receives SQS takes a message out of the queue, so from 500 on each wait is
// 20 minutes or more, whatever the message waits for.
func TestManyReceivesWaitLong(t *testing.T) {
	t.Parallel()
	for _, tt := range comingAgain {
		for _, receives := range []int{500, 501} {
			row(t, fmt.Sprint(tt.name, " ", receives), func(w *world) {
				tt.prepare(w)
				if tt.worker != nil {
					tt.worker(w.worker)
				}
				w.sendAgain(tt.message)
				ms, _ := w.queue.Receive(w.Context(), 1, 0)
				ms[0].Wire.Receives = receives
				r := w.want(w.invoke(w.worker, ms), tt.outcome, false)
				if long := r.Delay >= 20*time.Minute; long != (receives > 500) {
					w.Errorf("comes again in %v", r.Delay)
				}
			})
		}
	}
}

// No reason makes a message reach 1,000 receives within the six days that it may wait,
// however short the random part of the waits is, and whether or not each receive meets a
// new process.
func TestReceivesInSixDays(t *testing.T) {
	t.Parallel()
	for _, tt := range comingAgain {
		for name, jitter := range map[string]func(time.Duration) time.Duration{"none": noJitter, "all": allJitter} {
			for _, renew := range []bool{false, true} {
				row(t, fmt.Sprintf("%s, jitter %s, new processes %v", tt.name, name, renew), func(w *world) {
					tt.prepare(w)
					n := w.receives(tt.message, 6*24*time.Hour, renew, func(worker *process.Worker) {
						worker.Jitter = jitter
						if tt.worker != nil {
							tt.worker(worker)
						}
					})
					if w.Logf("%d receives", n); n >= 1000 {
						w.Errorf("%d receives, want under 1,000", n)
					}
				})
			}
		}
	}
}

func noJitter(time.Duration) time.Duration    { return 0 }
func allJitter(d time.Duration) time.Duration { return max(d-1, 0) }

// receives is how often a message is received within a time, or until it is acknowledged.
// Every worker, or the only one, also handles another event after each receive.
func (w *world) receives(m *queue.Message, within time.Duration, renew bool, change func(*process.Worker)) int {
	w.Helper()
	id, began := w.sendAgain(m), time.Now()
	change(w.worker)
	n := 0
	for {
		ms, err := w.queue.Receive(w.Context(), 1, 0)
		if err != nil || len(ms) != 1 || ms[0].Wire.MessageID != id {
			w.Fatalf("received %v, %v", ms, err)
		}
		n++
		if w.invoke(w.worker, ms)[0].Acked {
			return n
		}
		w.invoke(w.worker, []queue.Message{message("evt_other" + strings.Repeat("x", n%10))})
		next, _ := w.queue.Next()
		if time.Sleep(time.Until(next)); time.Since(began) > within || n == 2000 {
			return n
		}
		if renew {
			w.worker = w.newWorker()
			change(w.worker)
		}
	}
}

// The longer a queue retains messages, the longer those wait that were received too often.
func TestManyReceivesByRetention(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ retention, want time.Duration }{
		{2 * 24 * time.Hour, 20 * time.Minute},
		{7 * 24 * time.Hour, 20 * time.Minute},
		{14 * 24 * time.Hour, 40 * time.Minute},
	} {
		row(t, tt.retention.String(), func(w *world) {
			w.worker.Timing = process.DefaultTiming
			w.worker.Timing.QueueRetention = tt.retention
			w.fail("claim")
			if r := w.oldMessage(501, 0); r.Delay != tt.want {
				t.Errorf("retained for %v, it comes again in %v, want %v", tt.retention, r.Delay, tt.want)
			}
		})
	}
}

// oldMessage handles a message that was received before and has an age; 0 means unknown.
func (w *world) oldMessage(receives int, age time.Duration) process.Result {
	w.Helper()
	w.send(message("evt_1"))
	ms, _ := w.queue.Receive(w.Context(), 1, 0)
	ms[0].Wire.Receives, ms[0].Wire.Sent = receives, time.Time{}
	if age > 0 {
		ms[0].Wire.Sent = time.Now().Add(-age)
	}
	return w.one(w.invoke(w.worker, ms))
}
