package console_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/console"
	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
)

// Everything that the filter matches is sent back, after its number was typed.
func TestRedriveAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for range 60 { // more than a page shows
		w.receive(t, kyc1, newID())
	}
	w.failWith(t, "standard#evt_other", "h", "boom")
	w.mended.Store(true)
	list := w.get(t, "dead?source=kyc", http.StatusOK)
	list.wants(t, "60 events match. The first 50 are shown.", "the bank does not know this customer", "runs open-account")
	plan := w.get(t, list.links["Send back all 60 that match…"], http.StatusOK)
	plan.wants(t, "Would act on 60.", "To confirm, type 60", "10 more")
	w.confirm(t, plan, "6").wants(t, "Not confirmed: type 60")
	if got := w.DeadLetters.Counts().Visible; got != 60 {
		t.Errorf("%d letters although nothing was confirmed", got)
	}
	w.confirm(t, plan, "60").wants(t, "Done.", "redriven 60")
	if letters, waiting := w.DeadLetters.Counts().Visible, w.Queue.Counts().Visible; letters != 0 || waiting != 60 {
		t.Errorf("%d letters, %d waiting", letters, waiting)
	}
	w.get(t, "dead", http.StatusOK).wants(t, "There are no dead letters.")
	w.confirm(t, plan, "60").wants(t, "was carried out, or is not kept any more", "Nothing matches any more.")
}

// A handler that may have acted is sent back only after somebody says whether it did.
func TestOutcomeUnknown(t *testing.T) {
	t.Parallel()
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "send", func(context.Context, hook.Event[contiguity.Text]) error {
		return errors.New("the connection broke")
	}, hook.AtMostOnce)
	w := newWorld(t, func(o *console.Options) { o.Handlers = operate.Handlers{All: &handlers} })
	w.receive(t, sms, "evt_once")
	plan := w.get(t, "act?do=redrive", http.StatusOK)
	plan.wants(t, "refused until you say whether it acted: send began", "There is nothing to act on.")
	plan.lacks(t, "--assume-done")
	for link, does := range map[string]string{"send acted: take it as done": "done: send", "None of them acted: run them again": "send may act a second time"} {
		w.get(t, plan.links[link], http.StatusOK).wants(t, "Would act on 1.", does)
	}
	w.confirm(t, w.get(t, plan.links["send acted: take it as done"], http.StatusOK), "").wants(t, "Done.", "redriven")
	w.work(t)
	if got := w.state(t, "contiguity#evt_once"); got != ledger.StateCompleted {
		t.Errorf("state %s", got)
	}
}

// slow is an intake whose queue says that a message is being sent, and then waits until it may go.
type slow struct {
	operate.Intake
	sending, goOn chan struct{}
}

func (s slow) Queue() (queue.Queue, error) {
	q, err := s.Intake.Queue()
	return slowQueue{q, s}, err
}

type slowQueue struct {
	queue.Queue
	slow slow
}

func (s slowQueue) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	s.slow.sending <- struct{}{}
	<-s.slow.goOn
	return s.Queue.Send(ctx, m, delay)
}

// An act that takes long shows how far it is, and can be stopped.
func TestStop(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	busy := slow{w.Intake(), make(chan struct{}), make(chan struct{})}
	w.options.Intake = busy
	w.enter(t)
	w.console.SetPatience(time.Millisecond)
	for range 25 {
		w.receive(t, kyc1, newID())
	}
	page := w.confirm(t, w.get(t, "act?do=redrive", http.StatusOK), "25")
	page.wants(t, "Working.", "0 of 25", "Stop")
	for range 10 { // the group under way
		<-busy.sending
	}
	stopped := w.confirm(t, page, "")
	stopped.wants(t, "Stopping: what is under way is finished first.")
	close(busy.goOn)
	for strings.Contains(stopped.text, "Stopping:") {
		stopped = w.confirm(t, page, "") // waits a moment for the end
	}
	stopped.wants(t, "Stopped.", "What was not reached was not touched.", "redriven 10")
	if letters := w.DeadLetters.Counts(); letters.Visible != 15 || letters.InFlight != 0 {
		t.Errorf("letters %+v", letters)
	}
	w.get(t, "job?id=none", http.StatusNotFound).wants(t, "No such act")
}
