package console_test

import (
	"context"
	"errors"
	"net/http"
	"net/url"
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

// confirm sends the only form of a plan that posts, with what is typed into it, and follows
// to the page that it leads to.
func (w *world) confirm(t *testing.T, plan document, typed string) document {
	t.Helper()
	form, action := url.Values{}, ""
	for _, e := range plan.elements {
		switch {
		case e.Name.Local == "form" && attribute(e, "method") == "post":
			action = attribute(e, "action")
		case action != "" && e.Name.Local == "input":
			form.Add(attribute(e, "name"), attribute(e, "value"))
		}
	}
	if action == "" {
		t.Fatalf("nothing to confirm in %q", plan.text)
	}
	if form.Has("typed") {
		form.Set("typed", typed)
	}
	return w.follow(t, w.do(t, http.MethodPost, action, form, nil))
}

// follow goes where an answer redirects to.
func (w *world) follow(t *testing.T, answer *http.Response) document {
	t.Helper()
	if answer.StatusCode != http.StatusSeeOther {
		return parse(t, answer)
	}
	to, ok := strings.CutPrefix(answer.Header.Get("Location"), w.console.Path())
	if !ok {
		t.Fatalf("redirected to %s", answer.Header.Get("Location"))
	}
	return w.get(t, to, http.StatusOK)
}

func (w *world) state(t *testing.T, key string) ledger.State {
	t.Helper()
	rec, ok := w.Ledger.Record(key)
	if !ok {
		t.Fatalf("no record of %s", key)
	}
	return rec.State
}

// An event that failed for good is sent back from its own page, and is done.
func TestRedriveOne(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	w.receive(t, kyc1, "evt_bad")
	w.receive(t, kyc1, "evt_other")
	w.mended.Store(true)
	event := w.get(t, "event?key=kyc%23evt_bad", http.StatusOK)
	plan := w.get(t, event.links["Send its dead letter back…"], http.StatusOK)
	plan.wants(t, "Would act on 1. Nothing has happened yet.", "runs open-account")
	plan.lacks(t, "evt_other", "type 1")
	if got := w.DeadLetters.Counts().Visible; got != 2 {
		t.Errorf("%d letters after the plan", got)
	}
	w.confirm(t, plan, "").wants(t, "Done.", "redriven", "evt_bad")
	w.work(t)
	if got := w.state(t, "kyc#evt_bad"); got != ledger.StateCompleted {
		t.Errorf("state %s", got)
	}
	w.get(t, "event?key=kyc%23evt_bad", http.StatusOK).wants(t, "open-account done", "Completed")
	if got := w.state(t, "kyc#evt_other"); got != ledger.StateFailed {
		t.Errorf("the other is %s", got)
	}
}

// Everything that the filter matches is sent back, after its number was typed.
func TestRedriveAll(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for range 60 { // more than a page shows
		w.receive(t, kyc1, "evt_"+strings.ToLower(console.NewAccess().Token[:9]))
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

// A console that only shows has plans, and neither a button nor a way around it.
func TestPlanReadOnly(t *testing.T) {
	t.Parallel()
	w := newWorld(t, func(o *console.Options) { o.Write = false })
	w.receive(t, kyc1, "evt_bad")
	event := w.get(t, "event?key=kyc%23evt_bad", http.StatusOK)
	event.lacks(t, "Send its dead letter back", "Replay")
	plan := w.get(t, "act?do=redrive&id=evt_bad", http.StatusOK)
	plan.wants(t, "runs open-account", "start it with --write")
	for _, e := range plan.elements {
		if e.Name.Local == "form" || e.Name.Local == "button" {
			t.Errorf("the plan has a %s", e.Name.Local)
		}
	}
	answer := w.do(t, http.MethodPost, "act", url.Values{"do": {"redrive"}, "id": {"evt_bad"}, "count": {"1"}}, nil)
	if got := w.DeadLetters.Counts().Visible; answer.StatusCode != http.StatusForbidden || got != 1 {
		t.Errorf("answered %d, %d letters", answer.StatusCode, got)
	}
}

func TestOrders(t *testing.T) {
	t.Parallel()
	w := newWorld(t, nil)
	for _, id := range []string{"evt_retry", "evt_cancel"} {
		w.receive(t, sms, id)
	}
	w.mended.Store(true)
	for _, tt := range []struct {
		id, act, does, word string
		want                ledger.State
	}{
		{"evt_retry", "Retry now…", "run now", "retried", ledger.StateCompleted},
		{"evt_cancel", "Cancel…", "without another run", "cancelled", ledger.StateFailed},
		{"evt_retry", "Replay…", "runs again: reply", "replayed", ledger.StateCompleted},
	} {
		page := "event?key=contiguity%23" + tt.id
		plan := w.get(t, w.get(t, page, http.StatusOK).links[tt.act], http.StatusOK)
		plan.wants(t, tt.does)
		done := w.confirm(t, plan, "")
		done.wants(t, "Done.", tt.word)
		w.work(t)
		if got := w.state(t, "contiguity#"+tt.id); got != tt.want {
			t.Errorf("%s: state %s, want %s", tt.act, got, tt.want)
		}
		w.get(t, done.links["See the event"], http.StatusOK).wants(t, tt.id)
	}
	w.get(t, "event?key=contiguity%23evt_cancel", http.StatusOK).wants(t, "Cancelled by an operator")
	w.get(t, "act?do=retry&key=contiguity%23evt_retry", http.StatusOK).wants(t, "refused", "it has ended", "There is nothing to act on.")
	w.get(t, "act?do=cancel&key=nobody%23evt_0", http.StatusOK).wants(t, "refused", "no record")
	w.get(t, "act?do=nothing", http.StatusNotFound).wants(t, "No such act")
}

// A handler that may have acted is sent back only after somebody says whether it did.
func TestOutcomeUnknown(t *testing.T) {
	t.Parallel()
	var handlers hook.Registry
	hook.On(&handlers, contiguity.TextIncomingSMS, "send", func(context.Context, hook.Event[contiguity.Text]) error {
		return errors.New("the connection broke")
	}, hook.AtMostOnce)
	w := newWorld(t, func(o *console.Options) { o.Handlers = operate.Handlers{All: &handlers} })
	w.Pipeline = w.newPipeline(&handlers)
	w.options.Intake = w.Intake()
	w.enter(t)
	w.receive(t, sms, "evt_once")
	plan := w.get(t, "act?do=redrive", http.StatusOK)
	plan.wants(t, "refused", "may have acted", "There is nothing to act on.")
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
		w.receive(t, kyc1, "evt_"+strings.ToLower(console.NewAccess().Token[:9]))
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
