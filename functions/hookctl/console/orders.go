package console

import (
	"context"
	"fmt"
	"net/url"
	"time"

	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/queue"
)

// entry reads the event that a form names. One without a record has no state.
func (c *Console) entry(ctx context.Context, form url.Values) (events.Entry, events.Ledger, error) {
	l, err := c.options.Intake.Ledger()
	if err != nil {
		return events.Entry{}, nil, err
	}
	key := form.Get("key")
	rec, _, err := l.Record(ctx, key)
	return events.Entry{Key: key, Record: rec}, l, err
}

func (c *Console) formatTime(t time.Time) string { return relative(t, c.options.Now()) }

// oneAct is an act on one event.
func oneAct(e events.Entry, title, verb, text string, refused error) act {
	item := link{query("event", "key", e.Key), e.ID()}
	a := act{title: title, verb: verb, back: link{item.href, "See the event"}}
	l := actLine{item: item, about: sourceAndType(e.Source(), e.Type), text: text}
	if refused != nil {
		l.text, l.refused, a.refused = refused.Error(), true, 1
	} else {
		a.count = 1
	}
	a.lines = []actLine{l}
	return a
}

// reported turns the error of an act on one event into its outcome.
func (a act) reported(word string, err error) jobResult {
	if err != nil {
		return jobResult{item: a.lines[0].item, tone: bad, word: "failed", text: err.Error()}
	}
	return jobResult{item: a.lines[0].item, tone: good, word: word}
}

// planRetry plans to run a waiting event now.
func (c *Console) planRetry(ctx context.Context, form url.Values) (act, error) {
	return c.planOrder(ctx, form, "Retry now", "Run it now", "retried", "its handlers that are not done run now; what waits in the queue is dropped then",
		func(o *events.Order, e events.Entry) (queue.Message, error) { return o.Retry(ctx, e) })
}

// planCancel plans to end a waiting event.
func (c *Console) planCancel(ctx context.Context, form url.Values) (act, error) {
	return c.planOrder(ctx, form, "Cancel the event", "Cancel it", "cancelled", "it ends without another run and without a dead letter; what its handlers did stays done",
		func(o *events.Order, e events.Entry) (queue.Message, error) { return o.Cancel(e) })
}

func (c *Console) planOrder(ctx context.Context, form url.Values, title, verb, word, text string,
	message func(*events.Order, events.Entry) (queue.Message, error),
) (act, error) {
	e, l, err := c.entry(ctx, form)
	if err != nil {
		return act{}, err
	}
	q, err := c.options.Intake.Queue()
	if err != nil {
		return act{}, err
	}
	o := &events.Order{Ledger: l, Queue: q, Now: c.options.Now, Provider: form.Get("provider"), FormatTime: c.formatTime}
	m, refused := message(o, e)
	a := oneAct(e, title, verb, text, refused)
	a.run = func(ctx context.Context, report func(jobResult)) error {
		report(a.reported(word, o.Send(ctx, m)))
		return nil
	}
	return a, nil
}

// planReplay plans to handle an ended event again.
func (c *Console) planReplay(ctx context.Context, form url.Values) (act, error) {
	e, l, err := c.entry(ctx, form)
	if err != nil {
		return act{}, err
	}
	q, err := c.options.Intake.Queue()
	if err != nil {
		return act{}, err
	}
	r := &events.Replay{
		Ledger: l, Queue: q, Handlers: c.options.Handlers, Now: c.options.Now, Provider: form.Get("provider"),
		Only: form["handler"], FormatTime: c.formatTime,
	}
	plan, refused := r.Plan(e)
	text := "runs again: " + plan.Text()
	for _, run := range plan.Runs {
		if run.Warning != "" {
			text += fmt.Sprintf("; %s %s", run.Mark(), run.Warning)
		}
	}
	a := oneAct(e, "Replay the event", "Handle it again", text, refused)
	a.run = func(ctx context.Context, report func(jobResult)) error {
		report(a.reported("replayed", r.Send(ctx, plan)))
		return nil
	}
	return a, nil
}
