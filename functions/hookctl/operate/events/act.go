package events

import (
	"context"
	"errors"
	"iter"
	"slices"
	"strings"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/act"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// The acts on events, as they are called in JSON.
const (
	ActRetry  = "retry"
	ActCancel = "cancel"
	ActReplay = "replay"
)

// ErrNotTaken says that the ledger would not do what the message asks for.
var ErrNotTaken = errors.New("the ledger would not do it: look at the event with hookctl events show")

// refusals are why an act leaves an event alone. Any other error leaves the outcome open.
var refusals = []error{
	ErrNoRecord, ErrEnded, ErrNotEnded, ErrNotNow, ErrNoBody, ErrBody, ErrProvider, ErrHandler, ErrExpiring, ErrChanged, ErrNotTaken,
	queue.ErrTooLarge, queue.ErrInvalid,
}

// refuse puts err into the plan if it is a refusal, and returns it otherwise.
func refuse(p act.Plan, err error) (act.Plan, error) {
	if err == nil {
		return p, nil
	}
	if slices.ContainsFunc(refusals, func(kind error) bool { return errors.Is(err, kind) }) {
		p.Refuse = act.Refused(err, refusals...)
		return p, nil
	}
	return p, err
}

// Items returns what an act is for.
type Items = func(ctx context.Context) iter.Seq2[Entry, error]

// RetryAll returns the act that has events run now, before their time.
func (o *Order) RetryAll(items Items) act.Act[Entry] {
	return o.act(items, func(ctx context.Context, e Entry) (act.Plan, queue.Message, error) {
		p := act.Plan{Key: e.Key}
		m, err := o.Retry(ctx, e)
		if err == nil {
			p.Text, p.Warn = o.runs(e, m.Provider)
		}
		p, err = refuse(p, err)
		return p, m, err
	})
}

// CancelAll returns the act that ends waiting events without a run and without a letter.
func (o *Order) CancelAll(items Items) act.Act[Entry] {
	return o.act(items, func(_ context.Context, e Entry) (act.Plan, queue.Message, error) {
		p := act.Plan{Key: e.Key, Text: "ends without another run; " + doneText(e.Done)}
		m, err := o.Cancel(e)
		p, err = refuse(p, err)
		return p, m, err
	})
}

// act returns the act that sends the planned message.
func (o *Order) act(items Items, plan func(context.Context, Entry) (act.Plan, queue.Message, error)) act.Act[Entry] {
	return act.Act[Entry]{
		Items: items,
		Plan: func(ctx context.Context, e Entry) (act.Plan, error) {
			p, _, err := plan(ctx, e)
			return p, err
		},
		Do: func(ctx context.Context, e Entry, check act.Check) (act.Plan, error) {
			p, m, err := plan(ctx, e)
			if p = check(p); err != nil || p.Refuse != nil {
				return p, err
			}
			return refuse(p, o.Send(ctx, m))
		},
	}
}

// ReplayAll returns the act that has ended events handled again.
func (r *Replay) ReplayAll(items Items) act.Act[Entry] {
	return act.Act[Entry]{
		Items: items,
		Plan: func(ctx context.Context, e Entry) (act.Plan, error) {
			dry := *r
			dry.Queue = nil
			return dry.do(ctx, e, act.Unchecked)
		},
		Do: r.do,
	}
}

func (r *Replay) do(ctx context.Context, e Entry, check act.Check) (act.Plan, error) {
	plan, err := r.Plan(e)
	p := act.Plan{Key: e.Key, Text: "runs " + plan.Text(), Warn: plan.warning()}
	if err == nil {
		if p = check(p); p.Refuse == nil {
			err = r.Send(ctx, plan)
		}
	}
	return refuse(p, err)
}

// warning joins what an operator has to know before the handlers run.
func (p Plan) warning() string {
	var all []string
	for _, run := range p.Runs {
		if run.Warning != "" {
			all = append(all, run.Mark()+": "+run.Warning)
		}
	}
	return strings.Join(all, "; ")
}

// runs says what a retry of e would run, and what is done already.
func (o *Order) runs(e Entry, provider string) (text, warn string) {
	if o.Handlers.All == nil {
		return doneText(e.Done), ""
	}
	var names, stuck []string
	done := ledger.Union(e.Done, o.AssumeDone)
	for _, h := range o.Handlers.All.For(provider, e.Type) {
		switch {
		case slices.Contains(done, h.Name):
		case h.Has(hook.AtMostOnce) && slices.Contains(e.Started, h.Name):
			stuck = append(stuck, h.Name)
		default:
			names = append(names, operate.Mark(h.Name, o.Handlers.IsCertain(provider, e.Type, h.Name)))
		}
	}
	if len(stuck) > 0 {
		warn = strings.Join(stuck, ", ") + ": AT MOST ONCE, and it began before: it does not run, and the event fails as outcome_unknown; --assume-done takes it as done"
	}
	return "runs " + listed(names) + "; " + doneText(done), warn
}

func doneText(done []string) string {
	if len(done) == 0 {
		return "no handler is done"
	}
	return "done: " + strings.Join(done, ", ")
}
