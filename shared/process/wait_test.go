package process_test

import (
	"context"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// answered is the error that a provider's client returns for an answer that is not 2xx.
type answered struct{ retry webhook.Retry }

func (answered) Error() string          { return "answered" }
func (a answered) Retry() webhook.Retry { return a.retry }

// A run counts against the limit unless every handler that failed in it asks to wait.
func TestWhatCounts(t *testing.T) {
	t.Parallel()
	minute := answered{webhook.Retry{After: time.Minute}}
	tooMany := answered{webhook.Retry{After: time.Minute, NotSent: true}}
	for _, tt := range []struct {
		name    string
		errs    []error // of the handlers, in their order
		opts    []hook.Option
		counted bool
		wait    time.Duration // before jitter
	}{
		{"an error", []error{errBank}, nil, true, 5 * time.Second},
		{"asks to wait", []error{hook.RetryAfter(time.Minute, errBank)}, nil, false, time.Minute},
		{"asks to wait for no time", []error{hook.RetryAfter(0, errBank)}, nil, false, time.Second},
		{"429", []error{tooMany}, nil, false, time.Minute},
		{"429, at most once", []error{tooMany}, []hook.Option{hook.AtMostOnce}, false, time.Minute},
		{"503 with a wait", []error{minute}, nil, true, time.Minute},
		{"not sent", []error{hook.NotSent(errBank)}, nil, true, 5 * time.Second},
		{"one waits, one is done", []error{tooMany, nil}, nil, false, time.Minute},
		{"both wait", []error{tooMany, hook.RetryAfter(2*time.Minute, errBank)}, nil, false, 2 * time.Minute},
		{"one waits, one fails", []error{tooMany, errBank}, nil, true, time.Minute},
		{"one fails, one waits for less", []error{errBank, hook.RetryAfter(time.Second, errBank)}, nil, true, 5 * time.Second},
	} {
		row(t, tt.name, func(w *world) {
			for i, err := range tt.errs {
				w.on(fmt.Sprint("h", i), failing(err), tt.opts...)
			}
			r := w.handle("evt_1", process.Retried, false)
			want := 0
			if tt.counted {
				want = 1
			}
			if rec, _ := w.ledger.Record("shop#evt_1"); rec.Attempts != want || rec.Runs != 1 {
				w.Errorf("record says %d attempts in %d runs, want %d in 1", rec.Attempts, rec.Runs, want)
			}
			if r.Delay < tt.wait/2 || r.Delay > tt.wait {
				w.Errorf("comes again in %v, want about %v", r.Delay, tt.wait)
			}
		})
	}
}

// An event whose handler keeps asking to wait uses up no attempts: it ends by the message's
// age, with few enough receives for SQS, and its letter says how often it ran. Until then
// it keeps all its attempts.
func TestWaitsUntilTheMessageIsOld(t *testing.T) {
	inWorld(t, func(w *world) {
		var told int
		w.on("charge", func(_ context.Context, e hook.Event[order]) error {
			if told++; e.Attempt != told {
				t.Fatalf("run %d gets attempt %d", told, e.Attempt)
			}
			return hook.RetryAfter(time.Second, errBank)
		})
		w.send(message("evt_1"))
		began := time.Now()
		r := w.want(w.deliver(), process.Retried, false)
		for ; !r.Acked; r = w.one(w.deliver()) {
			age := time.Since(began)
			if least := min(max(age/40, time.Second), 6*time.Hour); r.Delay < least {
				t.Fatalf("at the age of %v it waits %v, want at least %v", age, r.Delay, least)
			}
			if r.Message.Wire.Receives > 600 {
				t.Fatalf("received %d times in %v", r.Message.Wire.Receives, age)
			}
			time.Sleep(r.Delay + time.Second)
		}
		f := w.letter()
		if r.Reason != queue.ReasonExpired || f.Reason != queue.ReasonExpired || f.Attempts != told {
			t.Errorf("ended as %s, letter %+v; want expired after %d runs", r.Reason, f, told)
		}
		if age := time.Since(began); age < 6*24*time.Hour || age > 6*24*time.Hour+6*time.Hour {
			t.Errorf("ended at the age of %v, want about six days", age)
		}
		t.Logf("%d receives", r.Message.Wire.Receives)
	})
}

// Runs that do not count neither end an event nor make its other failures wait longer.
func TestWaitsLeaveTheAttempts(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", func(_ context.Context, e hook.Event[order]) error {
			if e.Attempt <= 20 {
				return hook.RetryAfter(time.Second, errBank)
			}
			return errBank
		})
		w.handle("evt_1", process.Retried, false)
		for range 19 {
			w.want(w.again(time.Second, 10*time.Second), process.Retried, false)
		}
		wait := time.Second // the last that was asked for; the message is a minute old
		for range process.MaxAttempts - 1 {
			w.want(w.again(wait/2, 2*wait+time.Second), process.Retried, false)
			wait = min(max(3*wait, 5*time.Second), time.Hour)
		}
		w.want(w.again(wait/2, wait+time.Second), process.DeadLettered, true)
		if f := w.letter(); f.Reason != queue.ReasonAttempts || f.Attempts != 20+process.MaxAttempts {
			t.Errorf("letter = %+v, want attempts after 32 runs", f)
		}
	})
}

// However old a message is, it waits at most 6 hours.
func TestWaitOfAnOldMessage(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", failing(hook.RetryAfter(time.Second, errBank)))
		w.worker.Timing = process.DefaultTiming
		w.worker.Timing.QueueRetention = 14 * 24 * time.Hour
		w.send(message("evt_1"))
		ms, _ := w.queue.Receive(w.Context(), 1, 0)
		ms[0].Wire.Sent = time.Now().Add(-12 * 24 * time.Hour)
		if r := w.want(w.invoke(w.worker, ms), process.Retried, false); r.Delay != 6*time.Hour {
			t.Errorf("comes again in %v, want 6h", r.Delay)
		}
	})
}

// A message of unknown age waits as long as its handler asks.
func TestWaitWithoutSentTimestamp(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", failing(hook.RetryAfter(time.Second, errBank)))
		w.send(message("evt_1"))
		time.Sleep(24 * time.Hour)
		ms, _ := w.queue.Receive(w.Context(), 1, 0)
		ms[0].Wire.Sent = time.Time{}
		if r := w.want(w.invoke(w.worker, ms), process.Retried, false); r.Delay != time.Second {
			t.Errorf("comes again in %v, want 1s", r.Delay)
		}
	})
}

// claimFor claims the event for a process that does not end its claim.
func (w *world) claimFor(id string, lease time.Duration) ledger.Claim {
	w.Helper()
	m := message(id)
	answers := w.ledger.Claim(w.Context(), []ledger.Request{{
		Key: m.Key(), Owner: "died at " + time.Now().String(), Type: m.Type, At: time.Now(), Lease: time.Now().Add(lease),
		Received: m.Received, DedupUntil: m.Received.Add(30 * 24 * time.Hour),
	}})
	if answers[0].Status != ledger.Claimed {
		w.Fatalf("claim: %+v", answers[0])
	}
	return answers[0].Claim
}
