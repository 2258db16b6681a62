package process_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

// The longer the ledger has not answered a process, the longer all of its messages wait,
// new ones as well; one answer ends that.
func TestOutageOfAProcess(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker.Jitter = noJitter
		w.on("charge", nil)
		w.fail("claim")
		wait := 5 * time.Second
		try := func(id string, o process.Outcome, want time.Duration) {
			t.Helper()
			m := message(id)
			m.Wire.MessageID = id
			if r := w.worker.Batch(w.Context(), []queue.Message{m})[0]; r.Outcome != o || r.Delay != want {
				t.Errorf("%s: %s, comes again in %v; want %s in %v", id, r.Outcome, r.Delay, o, want)
			}
		}
		for n := range 10 {
			try(fmt.Sprint("evt_", n), process.Unavailable, wait)
			time.Sleep(wait)
			wait = min(2*wait, 15*time.Minute)
		}
		w.ledger.Fault = nil
		try("evt_0", process.Handled, 0)
		w.fail("claim")
		try("evt_0", process.Unavailable, 5*time.Second)
	})
}

// A backlog meets a short outage in many batches: all of them wait for seconds.
func TestOutageOfABacklog(t *testing.T) {
	inWorld(t, func(w *world) {
		w.on("charge", nil)
		w.fail("claim")
		for n := range 100 {
			m := message(fmt.Sprint("evt_", n))
			m.Wire.MessageID = m.ID
			if r := w.worker.Batch(w.Context(), []queue.Message{m})[0]; r.Outcome != process.Unavailable || r.Delay > 10*time.Second {
				t.Fatalf("batch %d: %s, comes again in %v; want at most 10s after a second of outage", n, r.Outcome, r.Delay)
			}
			time.Sleep(10 * time.Millisecond)
		}
	})
}

// One answer to a batch shows that the ledger is there: the others of the batch wait each
// for as long as it failed them, whatever it failed before.
func TestOutageOfOneRecord(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker.Jitter = noJitter
		w.on("charge", nil)
		w.ledger.Fault = func(op, key string) (bool, error) {
			if op == "claim" && strings.HasPrefix(key, "shop#evt_bad") {
				return false, errDown
			}
			return true, nil
		}
		batch := func(ids ...string) (delays []time.Duration) {
			ms := make([]queue.Message, len(ids))
			for i, id := range ids {
				ms[i] = message(id)
				ms[i].Wire.MessageID = id
			}
			for _, r := range w.worker.Batch(w.Context(), ms) {
				delays = append(delays, r.Delay)
			}
			time.Sleep(time.Minute)
			return delays
		}
		for _, tt := range []struct {
			ids  []string
			want string
		}{
			{[]string{"evt_bad1", "evt_1"}, "[5s 0s]"},
			{[]string{"evt_bad1", "evt_2"}, "[10s 0s]"},
			{[]string{"evt_bad1", "evt_bad2", "evt_3"}, "[20s 5s 0s]"},
			{[]string{"evt_bad3"}, "[5s]"}, // alone in its batch: it looks like an outage
			{[]string{"evt_bad3"}, "[10s]"},
			{[]string{"evt_bad4"}, "[20s]"}, // and a third batch like a longer one
			{[]string{"evt_bad5", "evt_4"}, "[5s 0s]"},
			{[]string{"evt_bad4"}, "[10s]"},
			{[]string{"evt_bad1"}, "[40s]"},
		} {
			if got := fmt.Sprint(batch(tt.ids...)); got != tt.want {
				t.Errorf("%s wait %s, want %s", tt.ids, got, tt.want)
			}
		}
	})
}

// How long a message waits after one failed claim, by its receives and its age.
func TestWaitAfterAFailedClaim(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name     string
		receives int
		age      time.Duration
		jitter   func(time.Duration) time.Duration
		want     time.Duration
	}{
		{"new", 1, time.Second, noJitter, 5 * time.Second},
		{"with all the jitter", 1, time.Second, allJitter, 2500 * time.Millisecond},
		{"received often", 50, time.Hour, noJitter, 5 * time.Second},
		{"received more often", 51, time.Hour, allJitter, 225 * time.Second},
		{"received more often, and young", 51, 50 * time.Second, noJitter, 5 * time.Second},
		{"received more often, and old", 51, 5 * 24 * time.Hour, allJitter, 15 * time.Minute},
		{"received more often, of unknown age", 51, 0, noJitter, 5 * time.Second},
	} {
		row(t, tt.name, func(w *world) {
			w.worker.Jitter = tt.jitter
			w.fail("claim")
			if r := w.oldMessage(tt.receives, tt.age); r.Outcome != process.Unavailable || r.Delay != tt.want {
				w.Errorf("%s, comes again in %v; want %v", r.Outcome, r.Delay, tt.want)
			}
		})
	}
}

// An outage of six hours costs an event few receives, also where each of them meets a
// process that knows nothing of the outage.
func TestReceivesInAnOutage(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		renew bool
		most  int
	}{
		{"the process stays up", false, 59},
		{"a new process each time", true, 149},
	} {
		row(t, tt.name, func(w *world) {
			w.fail("claim")
			n := w.receives(nil, 6*time.Hour, tt.renew, func(p *process.Worker) { p.Jitter = allJitter })
			if w.Logf("%d receives", n); n > tt.most {
				w.Errorf("%d receives, want at most %d", n, tt.most)
			}
		})
	}
}

// A message that the queue would soon drop becomes a letter also where the ledger does not
// answer. The letter has no fence: sent back, it is judged as the provider's retry is.
func TestExpiredWithoutLedger(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		before  bool            // the event is handled before
		age     time.Duration   // of the message
		outcome process.Outcome // while the ledger does not answer
		after   process.Outcome // of the letter, sent back when it does
		calls   []string
	}{
		{"never claimed", false, 6*24*time.Hour + time.Minute, process.DeadLettered, process.Handled, []string{"charge evt_1"}},
		{"handled already", true, 6*24*time.Hour + time.Minute, process.DeadLettered, process.Duplicate, nil},
		{"not old enough", false, 6*24*time.Hour - time.Minute, process.Unavailable, "", nil},
	} {
		row(t, tt.name, func(w *world) {
			w.on("charge", nil)
			if tt.before {
				w.handle("evt_1", process.Handled, true)
				w.calls = nil
			}
			record := w.state("evt_1")
			w.send(message("evt_1"))
			w.fail("claim")
			time.Sleep(tt.age)
			w.want(w.deliver(), tt.outcome, tt.outcome == process.DeadLettered)
			w.wantState("evt_1", record)
			if tt.outcome != process.DeadLettered {
				return
			}
			f := w.letter()
			if f.Reason != queue.ReasonExpired || f.Fence != 0 || f.Attempts != 0 || !strings.Contains(f.Error, errDown.Error()) {
				w.Errorf("letter = %+v, want expired without a fence, and why", f)
			}
			w.ledger.Fault = nil
			w.redrive(nil)
			w.want(w.deliver(), tt.after, true)
			w.wantCalls(tt.calls...)
		})
	}
}

// A letter that an operator sent back, and that could not be claimed until the queue was about
// to drop it, is still a letter of the same failure: sent back once more, it runs.
func TestRedriveExpiresWithoutLedger(t *testing.T) {
	inWorld(t, func(w *world) {
		fails := true
		w.on("charge", func(context.Context, hook.Event[order]) error {
			if fails {
				return hook.Permanent(errBank)
			}
			return nil
		})
		w.on("book", nil)
		w.handle("evt_1", process.DeadLettered, true)
		first := w.letter()
		fails = false

		w.redrive(func(f *queue.Failure) { f.AssumeDone = []string{"book"} })
		w.fail("claim")
		time.Sleep(6*24*time.Hour + time.Minute)
		w.want(w.deliver(), process.DeadLettered, true)
		again := w.letter()
		if again.Reason != queue.ReasonExpired || again.Fence != first.Fence || again.Attempts != first.Attempts || !slices.Equal(again.AssumeDone, []string{"book"}) ||
			!strings.Contains(again.Error, errDown.Error()) || !strings.Contains(again.Error, first.Error) {
			t.Errorf("letter = %+v, want expired, with what the first one said: %+v", again, first)
		}
		w.ledger.Fault = nil
		w.redrive(nil)
		w.want(w.deliver(), process.Handled, true)
	})
}

// What a process counts does not fill its memory: at the 1,001st message it begins again,
// and those that it forgot begin with a short wait.
func TestOutageOfManyRecords(t *testing.T) {
	inWorld(t, func(w *world) {
		w.worker.Jitter = noJitter
		w.ledger.Fault = func(op, key string) (bool, error) {
			if op == "claim" && key != "shop#evt_good" {
				return false, errDown
			}
			return true, nil
		}
		fail := func(n int) time.Duration { // one record alone
			bad := message(fmt.Sprint("evt_", n))
			bad.Wire.MessageID = bad.ID
			return w.worker.Batch(w.Context(), []queue.Message{bad, message("evt_good")})[0].Delay
		}
		for n := range 1000 {
			fail(n)
		}
		for _, tt := range []struct {
			n    int
			want time.Duration
		}{{0, 10 * time.Second}, {1000, 5 * time.Second}, {1000, 10 * time.Second}, {0, 5 * time.Second}} {
			if got := fail(tt.n); got != tt.want {
				t.Errorf("message %d waits %v, want %v", tt.n, got, tt.want)
			}
		}
	})
}
