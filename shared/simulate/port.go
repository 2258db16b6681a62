package simulate

import (
	"context"
	"errors"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// errNoAnswer is the error for a caller whose request or answer was lost.
var errNoAnswer = errors.New("no answer")

// A port is an invocation's way to the engines. Each call parks, and the driver decides
// whether the engine gets it and whether its answer comes back.
type port struct {
	w   *world
	inv *invocation
}

var (
	_ ledger.Store    = (*port)(nil)
	_ ledger.Entities = (*port)(nil)
	_ ledger.States   = (*port)(nil)
)

// Claim is described at [ledger.Store].
func (p *port) Claim(ctx context.Context, requests []ledger.Request) []ledger.Answer {
	got, answers := make([]ledger.Answer, len(requests)), make([]ledger.Answer, len(requests))
	c := &call{op: opClaim, inv: p.inv, ctx: ctx}
	for i, r := range requests {
		answers[i].Err = errNoAnswer
		c.add(i, r.Key, func() { got[i] = p.w.claim(p.inv, r) })
	}
	if p.w.park(c) {
		c.each(func(i int) { answers[i] = got[i] })
	}
	return answers
}

// End is described at [ledger.Store].
func (p *port) End(ctx context.Context, ends []ledger.End) []error {
	got, errs := make([]error, len(ends)), make([]error, len(ends))
	c := &call{op: opEnd, inv: p.inv, ctx: ctx}
	for i, e := range ends {
		errs[i] = errNoAnswer
		c.add(i, e.Claim.Key, func() { got[i] = p.w.end(p.inv, e) })
	}
	if p.w.park(c) {
		c.each(func(i int) { errs[i] = got[i] })
	}
	return errs
}

// Start is described at [ledger.Store].
func (p *port) Start(ctx context.Context, claim ledger.Claim, handler string) error {
	return p.one(ctx, opStart, claim.Key, claim.Key+" "+handler, func() error { return p.w.start(p.inv, claim, handler) })
}

// Commit is described at [ledger.Store].
func (p *port) Commit(ctx context.Context, claim ledger.Claim, handler string, tx ledger.Tx) error {
	return p.one(ctx, opCommit, claim.Key, claim.Key+" "+handler, func() error { return p.w.commit(p.inv, claim, handler, tx) })
}

// Newest is described at [ledger.Entities].
func (p *port) Newest(ctx context.Context, e ledger.Entity) (newest time.Time, err error) {
	var got time.Time
	err = p.one(ctx, opNewest, e.Name, e.Handler+" "+e.Name, func() (err error) {
		got, err = p.w.ledger.Newest(context.Background(), e)
		return err
	})
	if err == nil {
		newest = got
	}
	return newest, err
}

// GetState is described at [ledger.States].
func (p *port) GetState(ctx context.Context, id string) (value ledger.StateValue, err error) {
	var got ledger.StateValue
	err = p.one(ctx, opState, id, p.w.personOf(id), func() (err error) {
		got, err = p.w.ledger.GetState(context.Background(), id)
		return err
	})
	if err == nil {
		value = got
	}
	return value, err
}

// Send puts a letter into the dead-letter queue.
func (p *port) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	return p.one(ctx, opLetter, m.Key(), m.Key(), func() error { return p.w.sendLetter(m, delay) })
}

// Defer is described at [queue.Queue].
func (p *port) Defer(ctx context.Context, deferrals []queue.Deferral) []error {
	got, errs := make([]error, len(deferrals)), make([]error, len(deferrals))
	c := &call{op: opDefer, inv: p.inv, ctx: ctx}
	for i, d := range deferrals {
		errs[i] = errNoAnswer
		c.add(i, d.Receipt, func() { got[i] = p.w.queue.Defer(context.Background(), []queue.Deferral{d})[0] })
	}
	if p.w.park(c) {
		c.each(func(i int) { errs[i] = got[i] })
	}
	return errs
}

// one is a call about one record or message.
func (p *port) one(ctx context.Context, op, key, subject string, apply func() error) error {
	var got error
	c := &call{op: op, subject: subject, inv: p.inv, ctx: ctx}
	c.add(0, key, func() { got = apply() })
	if !p.w.park(c) || !c.items[0].told {
		return errNoAnswer
	}
	return got
}

// The following methods are the engines, as the driver calls them: each is one step,
// checked before and after.

func (w *world) claim(inv *invocation, r ledger.Request) ledger.Answer {
	before := w.record(r.Key)
	answer := w.engine.Claim(context.Background(), []ledger.Request{r})[0]
	w.watch.claimed(inv, r, before, w.record(r.Key))
	return answer
}

func (w *world) end(inv *invocation, e ledger.End) error {
	before := w.record(e.Claim.Key)
	err := w.engine.End(context.Background(), []ledger.End{e})[0]
	w.watch.ended(inv, e, before, w.record(e.Claim.Key))
	return err
}

func (w *world) start(inv *invocation, c ledger.Claim, handler string) error {
	before := w.record(c.Key)
	err := w.engine.Start(context.Background(), c, handler)
	w.watch.changed(inv, c, "", before, w.record(c.Key))
	return err
}

func (w *world) commit(inv *invocation, c ledger.Claim, handler string, tx ledger.Tx) error {
	before, moves := w.record(c.Key), w.movesFor(c.Key)
	err := w.engine.Commit(context.Background(), c, handler, tx)
	w.watch.committed(inv, c, handler, before, w.record(c.Key))
	if movesState(handler) {
		if errors.Is(err, ledger.ErrStateMoved) {
			w.say(inv.name, "loses a race for the conversation", "")
		}
		w.watch.moved(c, before, w.record(c.Key), moves, err)
	}
	return err
}

func (w *world) record(key string) *ledger.Record {
	if r, ok := w.ledger.Record(key); ok {
		return &r
	}
	return nil
}

func (w *world) sendLetter(m queue.Message, delay time.Duration) error {
	err := w.dead.Send(context.Background(), m, delay)
	if err == nil {
		w.watch.lettered(m)
	}
	return err
}

func (w *world) deleteMessage(inv *invocation, m queue.Message) {
	w.watch.deleting(inv, m)
	w.queue.Delete(context.Background(), []string{m.Wire.Receipt})
	if !w.healed && w.chance(w.plan.Copies/2) {
		w.copyMessage(m)
	}
}
