package process

import (
	"context"
	"encoding/json"
	"errors"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// maxAgain is how often a handler is run again at once because its input changed before its
// end was committed.
const maxAgain = 5

// lostRace reports whether running the handler again at once may help: nothing was
// committed, because others were first.
func lostRace(err error) bool {
	return errors.Is(err, ledger.ErrStateMoved) || errors.Is(err, webhook.ErrCondition)
}

// callAgain calls the handler, and again at once as long as it loses races.
func (b *batch) callAgain(ctx context.Context, j *job, h hook.Handler, call hook.Call, tx ledger.Tx, p *progress) Run {
	run := b.callHandler(ctx, j, h, call, tx, p)
	for range maxAgain {
		if !lostRace(run.Err) || h.Has(hook.AtMostOnce) || ctx.Err() != nil {
			break
		}
		next := b.callHandler(ctx, j, h, call, tx, p)
		if next.End == RunNotStarted {
			break // the current state could not be read: the race is still lost
		}
		run = next
	}
	return run
}

// delivery returns what a handler may know about the event's other handlers and about this
// run.
func (b *batch) delivery(j *job, p *progress) hook.Delivery {
	return hook.Delivery{
		Attempt: j.claim.Runs, DedupUntil: j.claim.DedupUntil, Earlier: j.claim.Earlier,
		Done: p.done, Results: p.results, ReadState: b.currentState,
	}
}

// getTries is how often a handler's read is tried.
const getTries = 2

// currentState reads a state for a handler, within the handler's own time.
func (b *batch) currentState(ctx context.Context, id string) (json.RawMessage, error) {
	var found ledger.StateValue
	var err error
	for range getTries {
		asking, cancel := context.WithTimeout(ctx, tryTimeout)
		found, err = b.States.GetState(asking, id)
		cancel()
		if err == nil || ctx.Err() != nil {
			break
		}
	}
	return found.Current(b.Now()), err
}

// readState reads the state that a handler is about to move.
func (b *batch) readState(id string) (found ledger.StateValue, err error) {
	err = b.try(func(ctx context.Context) (err error) {
		found, err = b.States.GetState(ctx, id)
		return err
	})
	return found, err
}

// moveState runs a handler on its state and commits the new state and the result, on
// condition that nobody else has moved the state meanwhile.
func (b *batch) moveState(ctx context.Context, j *job, h hook.Handler, call hook.StateCall, tx ledger.Tx, p *progress) Run {
	found, err := b.readState(call.ID)
	if err != nil {
		return Run{End: RunNotStarted, Err: err}
	}
	fn, err := call.Bind(found.Current(b.Now()))
	if err != nil {
		return unprepared(err, p)
	}
	var move hook.Move
	p.ran = true
	_, err = b.call(ctx, j, h, func(ctx context.Context) (_ []webhook.Write, err error) {
		move, err = fn(ctx)
		return nil, err
	})
	if err != nil {
		return failed(err, h, p)
	}
	tx.State = &ledger.StateChange{ID: call.ID, Version: found.Version, JSON: move.State, At: b.Now()}
	if call.ForgetAfter > 0 {
		tx.State.Expires = tx.State.At.Add(call.ForgetAfter)
	}
	tx.Result = move.Result
	run := b.commit(j, h, tx)
	if run.End == RunDone {
		p.results = p.results.With(h.Name, tx.Result)
		run.State = len(move.State)
	}
	return run
}
