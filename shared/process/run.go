package process

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/webhook"
)

// A progress is how far the handlers of one event have come.
type progress struct {
	runs    []Run
	done    []string // all that finished, in this claim and before
	started []string // at-most-once handlers that began, except those that sent nothing
	results ledger.Results
	ran     bool // some handler was called
}

// runHandlers runs the handlers that have not finished, one after another. The error of one
// does not stop the next; doubt about the claim does.
func (b *batch) runHandlers(j *job) progress {
	p := progress{done: slices.Clone(j.claim.Done), started: slices.Clone(j.claim.Started), results: j.claim.Results}
	ctx, cancel := context.WithTimeout(b.ctx, b.handlersEnd.Sub(b.Now()))
	defer cancel()
	late := !b.timeToStart()
	for _, h := range j.handlers {
		if slices.Contains(p.done, h.Name) {
			continue
		}
		began := b.Now()
		run := Run{End: RunNotStarted, Err: ErrNoTime}
		switch {
		case waits(h, p):
			run = Run{End: RunWaiting}
		case !late:
			run = b.runHandler(ctx, j, h, &p)
		}
		run.Handler, run.Took = h.Name, b.Now().Sub(began)
		p.runs = append(p.runs, run)
		switch run.End {
		case RunDone, RunSkipped:
			p.done = ledger.Union(p.done, []string{h.Name})
		case RunFenced, RunUncommitted:
			return p
		}
	}
	return p
}

// waits reports whether a handler that this one comes after has not finished.
func waits(h hook.Handler, p progress) bool {
	return slices.ContainsFunc(h.After, func(name string) bool { return !slices.Contains(p.done, name) })
}

// runHandler runs one handler, with what its options require before and after.
func (b *batch) runHandler(ctx context.Context, j *job, h hook.Handler, p *progress) Run {
	once := h.Has(hook.AtMostOnce)
	if once && slices.Contains(p.started, h.Name) {
		return Run{End: RunOutcomeUnknown, Err: errInterrupted}
	}
	call, err := h.Prepare(j.message.Event, b.delivery(j, p))
	if err != nil {
		return unprepared(err, p)
	}
	if ctx.Err() != nil {
		return Run{End: RunNotStarted, Err: ErrNoTime}
	}
	tx := ledger.Tx{}
	if h.Has(hook.SkipStale) && !call.Time.After(j.message.Received.Add(maxAhead)) {
		tx.Entity, tx.At = ledger.Entity{Handler: h.Name, Name: j.message.Source + "#" + call.Entity}, call.Time
		if run, decided := b.skipStale(tx); decided {
			return run
		}
	}
	if once {
		err := b.try(func(ctx context.Context) error { return b.Ledger.Start(ctx, j.claim, h.Name) })
		switch {
		case errors.Is(err, ledger.ErrFenced):
			return Run{End: RunFenced, Err: err}
		case err != nil:
			return Run{End: RunNotStarted, Err: err}
		}
		p.started = ledger.Union(p.started, []string{h.Name})
	}
	return b.callAgain(ctx, j, h, call, tx, p)
}

// callHandler calls the handler once, and commits at once the writes that it returns.
func (b *batch) callHandler(ctx context.Context, j *job, h hook.Handler, call hook.Call, tx ledger.Tx, p *progress) Run {
	if call.State != nil {
		return b.moveState(ctx, j, h, *call.State, tx, p)
	}
	var err error
	p.ran = true
	if tx.Writes, err = b.call(ctx, j, h, call.Run); err != nil {
		return failed(err, h, p)
	}
	if !h.Has(hook.AtMostOnce) && !h.Has(hook.SkipStale) && len(tx.Writes) == 0 {
		return Run{End: RunDone} // recorded when the claim ends
	}
	return b.commit(j, h, tx)
}

// call runs the handler's function.
func (b *batch) call(ctx context.Context, j *job, h hook.Handler, fn func(context.Context) ([]webhook.Write, error)) (writes []webhook.Write, err error) {
	ctx, cancel := within(ctx, h.Timeout)
	defer cancel()
	run := func() error {
		return hook.Supervise(ctx, func(ctx context.Context) (err error) {
			writes, err = fn(ctx)
			useError(err)
			return err
		})
	}
	if b.Around == nil {
		err = run()
	} else {
		err = b.Around(j.message, h.Name, run)
	}
	if over := context.Cause(ctx); err != nil && errors.Is(over, errTimeout) {
		err = fmt.Errorf("%w: %w", over, err)
	}
	return writes, err // set by run
}

// useError calls what is called later of an author's error, while a panic of it still is the
// handler's: one in (*Error)(nil).Error, say, would end the process with all events in it.
func useError(err error) {
	if err == nil {
		return
	}
	_ = err.Error()
	_ = hook.Hint(err)
	_ = webhook.ErrorKind(err)
	_ = lostRace(err)
}

var errTimeout = errors.New("the handler's Timeout")

// within limits a handler's context to its timeout; 0 leaves it as it is.
func within(ctx context.Context, timeout time.Duration) (context.Context, context.CancelFunc) {
	if timeout == 0 {
		return ctx, func() {}
	}
	return context.WithTimeoutCause(ctx, timeout, fmt.Errorf("%w of %v is over", errTimeout, timeout))
}

// unprepared judges why a handler could not be called: it has not acted, whatever its
// options.
func unprepared(err error, p *progress) Run {
	if _, ok := errors.AsType[*hook.PanicError](err); ok {
		p.ran = true // the author's code was called, and that counts: otherwise the event would come again forever
		return Run{End: RunFailed, Err: err}
	}
	return Run{End: RunPayload, Err: err}
}

// errInterrupted is the error of an at-most-once run that never reported its end.
var errInterrupted = errors.New("an earlier run's process died, or could not record its end: whether it acted is not known")

// maxAhead is how long after its arrival an event's own time may be. One that is further
// ahead runs, and does not count as the newest of its entity: every later event of the
// entity would be skipped as stale.
const maxAhead = 24 * time.Hour

// skipStale asks whether the handler has finished a newer event of the entity.
func (b *batch) skipStale(tx ledger.Tx) (run Run, decided bool) {
	var newest time.Time
	err := b.try(func(ctx context.Context) (err error) {
		newest, err = b.Entities.Newest(ctx, tx.Entity)
		return err
	})
	if err != nil {
		return Run{End: RunNotStarted, Err: err}, true
	}
	return Run{End: RunSkipped}, tx.At.Before(newest)
}

// failed judges the error of a handler that ran.
func failed(err error, h hook.Handler, p *progress) Run {
	hint := hook.Hint(err)
	switch {
	case hint.Permanent:
		return Run{End: RunPermanent, Err: err}
	case !h.Has(hook.AtMostOnce):
		return Run{End: RunFailed, Err: err}
	case hint.NotSent:
		p.started = slices.DeleteFunc(p.started, func(name string) bool { return name == h.Name })
		return Run{End: RunFailed, Err: err}
	}
	return Run{End: RunOutcomeUnknown, Err: err}
}

// commit records at once that the handler finished, with its writes.
func (b *batch) commit(j *job, h hook.Handler, tx ledger.Tx) Run {
	if err := webhook.CheckWrites(tx.Writes); err != nil {
		return Run{End: RunPermanent, Err: err}
	}
	err := b.try(func(ctx context.Context) error { return b.Ledger.Commit(ctx, j.claim, h.Name, tx) })
	switch {
	case err == nil:
		j.claim.Done = ledger.Union(j.claim.Done, []string{h.Name}) // the end need not add it
		return Run{End: RunDone}
	case errors.Is(err, ledger.ErrStateMoved):
		return Run{End: RunContended, Err: err}
	case errors.Is(err, webhook.ErrCondition):
		return failed(err, h, &progress{})
	case errors.Is(err, ledger.ErrStale):
		return Run{End: RunSkipped}
	case errors.Is(err, ledger.ErrFenced):
		return Run{End: RunFenced, Err: err}
	case errors.Is(err, webhook.ErrWrites):
		return Run{End: RunPermanent, Err: err}
	}
	return Run{End: RunUncommitted, Err: err}
}
