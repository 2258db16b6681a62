package hooktest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"webhookintake/shared/ledger"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
)

var (
	// errDied is the error of every call in a process that has died. It is a lost claim, so
	// the worker does not retry.
	errDied = fmt.Errorf("the process has died: %w", ledger.ErrFenced)
	// errLost is the error of a caller whose answer was lost.
	errLost = errors.New("the ledger's answer was lost")
)

// An instance is one process: a worker and its access to the engines, where the faults
// happen.
type instance struct {
	*runner
	worker *process.Worker

	// Guarded by runner.mu:
	died    bool             // nothing that it does has an effect
	current map[string]*work // by key: under the claim that is in force, if a handler was called
	all     map[string]*work // by the message's receipt
}

// work is the work of an instance on one message.
type work struct {
	called    map[string]bool // handlers
	committed map[string]bool // handlers whose end the ledger recorded at once
	dying     string          // the handler after which the process dies; empty if it does not
	losing    string          // the handler about which answers are lost; empty if none are
}

var (
	_ ledger.Store     = (*instance)(nil)
	_ ledger.Entities  = (*instance)(nil)
	_ ledger.States    = (*instance)(nil)
	_ process.Deferrer = (*instance)(nil)
	_ process.Sender   = (*instance)(nil)
)

// restart begins a new process.
func (r *runner) restart() {
	i := &instance{runner: r, current: map[string]*work{}, all: map[string]*work{}}
	i.worker = &process.Worker{
		Handlers: &r.registry, Ledger: i, Entities: i, States: i, Queue: i, DeadLetters: i,
		Now: r.Now, Jitter: func(time.Duration) time.Duration { return 0 }, Around: i.around,
	}
	r.process = i
}

// around runs a handler, and arms the faults that happen after it.
func (i *instance) around(m queue.Message, handler string, run func() error) error {
	w, err := i.begin(m, handler)
	if err != nil {
		return err
	}
	err = run()
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stir()
	i.running[handler]--
	if i.strikes(crashAfter, handler) {
		w.dying = handler
	}
	if i.strikes(loseReply, handler) {
		w.losing = handler
	}
	return err
}

// begin records that a handler is called.
func (i *instance) begin(m queue.Message, handler string) (*work, error) {
	i.mu.Lock()
	defer i.mu.Unlock()
	w, err := i.reach(m.Key(), handler)
	if err != nil {
		return nil, err
	}
	if w == nil {
		w = &work{called: map[string]bool{}, committed: map[string]bool{}}
		i.current[m.Key()], i.all[m.Wire.Receipt] = w, w
	}
	w.called[handler] = true
	i.running[handler]++
	return w, nil
}

// strikes reports whether a fault of the kind happens now, which it does once.
func (r *runner) strikes(kind faultKind, handler string) bool {
	for _, f := range r.faults {
		if f.kind == kind && f.handler == handler && !f.used {
			f.used = true
			return true
		}
	}
	return false
}

// reach is called before anything is done for an event, for the named handler if any. The
// process dies here if an earlier handler of the event was meant to be its last. The work
// is nil before the first handler. i.mu is held.
func (i *instance) reach(key, handler string) (*work, error) {
	i.stir()
	w := i.current[key]
	if w != nil && w.dying != "" && w.dying != handler {
		i.died = true
	}
	if i.died {
		return nil, errDied
	}
	return w, nil
}

// endBatch ends the process that was to die after a handler, if nothing was done for the event
// since, as when the answer about the handler was lost, too.
func (i *instance) endBatch() {
	i.mu.Lock()
	defer i.mu.Unlock()
	for _, w := range i.all {
		i.died = i.died || w.dying != ""
	}
}

// Claim implements [ledger.Store].
func (i *instance) Claim(ctx context.Context, requests []ledger.Request) []ledger.Answer {
	i.mu.Lock()
	defer i.mu.Unlock()
	i.stir()
	if i.died {
		return slices.Repeat([]ledger.Answer{{Err: errDied}}, len(requests))
	}
	for _, r := range requests {
		delete(i.current, r.Key)
	}
	return i.ledger.Claim(ctx, requests)
}

// Start implements [ledger.Store].
func (i *instance) Start(ctx context.Context, c ledger.Claim, handler string) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	if _, err := i.reach(c.Key, ""); err != nil {
		return err
	}
	return i.ledger.Start(ctx, c, handler)
}

// Commit implements [ledger.Store].
func (i *instance) Commit(ctx context.Context, c ledger.Claim, handler string, tx ledger.Tx) error {
	i.mu.Lock()
	defer i.mu.Unlock()
	w, err := i.reach(c.Key, handler)
	if err != nil {
		return err
	}
	if err := i.ledger.Commit(ctx, c, handler, tx); err != nil {
		return err
	}
	if !w.committed[handler] {
		w.committed[handler] = true
		i.committed(c, handler, tx)
	}
	if handler == w.losing {
		return errLost
	}
	return nil
}

// End implements [ledger.Store].
func (i *instance) End(ctx context.Context, ends []ledger.End) []error {
	i.mu.Lock()
	defer i.mu.Unlock()
	errs := make([]error, len(ends))
	for n, e := range ends {
		w, err := i.reach(e.Claim.Key, "")
		if err != nil {
			errs[n] = err
			continue
		}
		errs[n] = i.ledger.End(ctx, []ledger.End{e})[0]
		if errs[n] == nil && w != nil && w.losing != "" && !w.committed[w.losing] {
			errs[n] = errLost
		}
	}
	return errs
}

// Newest implements [ledger.Entities].
func (i *instance) Newest(ctx context.Context, e ledger.Entity) (time.Time, error) {
	if i.dead() {
		return time.Time{}, errDied
	}
	return i.ledger.Newest(ctx, e)
}

// GetState implements [ledger.States].
func (i *instance) GetState(ctx context.Context, id string) (ledger.StateValue, error) {
	if i.dead() {
		return ledger.StateValue{}, errDied
	}
	return i.ledger.GetState(ctx, id)
}

// Defer implements [process.Deferrer].
func (i *instance) Defer(ctx context.Context, deferrals []queue.Deferral) []error {
	if i.dead() {
		return slices.Repeat([]error{errDied}, len(deferrals))
	}
	return i.queue.Defer(ctx, deferrals)
}

// Send implements [process.Sender], for dead letters.
func (i *instance) Send(ctx context.Context, m queue.Message, delay time.Duration) error {
	i.mu.Lock()
	_, err := i.reach(m.Key(), "")
	i.mu.Unlock()
	if err != nil {
		return err
	}
	return i.letters.Send(ctx, m, delay)
}

// dead reports whether the process has died.
func (i *instance) dead() bool {
	i.mu.Lock()
	defer i.mu.Unlock()
	return i.died
}

// ended returns how a run ended. In a process that died, a run that was not recorded has
// crashed, and ended reports false for one that never began.
func (i *instance) ended(m queue.Message, run process.Run) (HandlerRun, bool) {
	i.mu.Lock()
	defer i.mu.Unlock()
	h := HandlerRun{Handler: run.Handler, End: run.End, Err: run.Err}
	w, ok := i.all[m.Wire.Receipt]
	h.Called = ok && w.called[run.Handler]
	if !i.died {
		return h, true
	}
	if !h.Called {
		return h, false
	}
	h.End = Crashed
	if w.committed[run.Handler] {
		h.End = process.RunDone
	}
	if errors.Is(h.Err, errDied) {
		h.Err = nil // the worker's later error
	}
	return h, true
}
