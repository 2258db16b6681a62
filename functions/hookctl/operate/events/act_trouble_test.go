package events_test

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// An expiring sender's credentials end after some messages.
type expiring struct {
	events.Sender
	left atomic.Int32
}

var errExpired = errors.New("api error ExpiredToken: the security token included in the request is expired")

// Send implements [events.Sender].
func (x *expiring) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	if x.left.Add(-1) < 0 {
		return errExpired
	}
	return x.Sender.Send(ctx, m, delay)
}

// A token that expires in the middle ends the act, which says why for each event that was not
// sent. With another token it goes on, and each event is handled once.
func TestTokenExpires(t *testing.T) {
	t.Parallel()
	const n, before = 60, 20
	w, registry, o := waiting(t, n)
	x := &expiring{Sender: w.queue}
	x.left.Store(before)
	o.Queue = x
	tally, err := o.RetryAll(w.items(events.Match{Open: true})).Run(t.Context(), func(r act.Result[events.Entry]) {
		if r.Err != nil && !errors.Is(r.Err, errExpired) {
			t.Error(r.Err)
		}
	})
	if !errors.Is(err, act.ErrStopped) || tally.Done != before || tally.Refused != 0 || tally.All() >= n {
		t.Fatalf("%+v, %v; want %d done, and an early end", tally, err, before)
	}
	o.Queue = w.queue
	began := w.now
	w.now = w.now.Add(time.Second)
	w.workAll(registry)
	do(t, o.RetryAll(w.items(events.Match{Open: true, HandledBefore: began})), act.Tally{Done: n - before})
	w.workAll(registry)
	for i := range n {
		if e := w.entry(fmt.Sprintf("kyc#evt_%02d", i)); e.State != ledger.StateCompleted || e.Runs != 2 {
			t.Errorf("%s: %s after %d runs", e.Key, e.StateText(), e.Runs)
		}
	}
}

// Two operators who act on the same events at once have each event run once.
func TestTwoOperators(t *testing.T) {
	t.Parallel()
	const n = 40
	w, registry, o := waiting(t, n)
	var both sync.WaitGroup
	for range 2 {
		both.Go(func() {
			if _, err := o.RetryAll(w.items(events.Match{Open: true})).Run(t.Context(), func(act.Result[events.Entry]) {}); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if ran := w.workAll(registry); ran != n {
		t.Errorf("ran %d handlers, want %d", ran, n)
	}
	w.now = w.now.Add(4 * time.Hour) // and the events' own messages come back
	if ran := w.workAll(registry); ran != 0 {
		t.Errorf("ran %d handlers again", ran)
	}
}

// An event whose source is gone, or has another name than its provider, is left alone with
// what to do; the others are not held up. Cancelled it can be all the same.
func TestActOnASourceThatIsGone(t *testing.T) {
	t.Parallel()
	w, registry, o := waiting(t, 3)
	e := approved("evt_x")
	e.Source = "kyc-gone"
	w.receive(e)
	w.work(w.register([]handler{{name: "a", err: hook.RetryAfter(3*time.Hour, errClosed)}}))
	w.now = w.now.Add(time.Minute)
	m := events.Match{Open: true}
	survey, err := o.RetryAll(w.items(m)).Survey(t.Context(), nil)
	if err != nil || survey.Act != 3 || survey.Refuse != 1 {
		t.Fatalf("%+v, %v", survey, err)
	}
	refused := survey.Groups[1]
	want := act.Group{Text: events.ErrProvider.Error(), Refused: true, Count: 1, Samples: []string{"kyc-gone#evt_x"}, Why: refused.Why}
	if diff := cmp.Diff(want, refused); diff != "" {
		t.Errorf("group (-want +got):\n%s", diff)
	}
	do(t, o.RetryAll(w.items(m)), act.Tally{Done: 3, Refused: 1})
	if ran := w.workAll(registry); ran != 3 {
		t.Errorf("ran %d, want 3", ran)
	}
	do(t, o.CancelAll(w.items(m)), act.Tally{Done: 1})
	w.workAll(registry)
	if got := w.entry("kyc-gone#evt_x").StateText(); got != "failed (cancelled)" {
		t.Errorf("it is %s", got)
	}
}
