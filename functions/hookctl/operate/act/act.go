package act

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"sync"
	"time"
)

// DefaultRate is how many items a second a run acts on unless it is told otherwise: about
// what process handles at its default concurrency if an event takes two seconds.
const DefaultRate = 50

const (
	// sideBySide is how many items are worked on at once: one after another over a slow line
	// would not reach the rate.
	sideBySide = 16
	// failuresInARow end a run: the intake accepts nothing at the moment, or the operator's
	// credentials have expired.
	failuresInARow = 10
	// callTimeout is how long the work on one item may take.
	callTimeout = 20 * time.Second
)

// ErrStopped says that a run ended early because nothing worked.
var ErrStopped = fmt.Errorf("stopped after %d failures in a row", failuresInARow)

// Failures counts failures since something worked. One goroutine at a time may use it.
type Failures int

// Add counts an outcome, and returns [ErrStopped] if it is time to end. What was refused does
// not show that anything works.
func (f *Failures) Add(refused bool, err error) error {
	switch {
	case err != nil:
		*f++
	case !refused:
		*f = 0
	}
	if *f >= failuresInARow {
		return ErrStopped
	}
	return nil
}

// A Plan is what an act would do to one item.
type Plan struct {
	Key    string
	Text   string // what would happen, in one line; equal for items that are alike
	Warn   string // what an operator has to know before it happens; may be empty
	Refuse error  // why nothing would happen; nil if something would
}

// A Refusal is why an act leaves an item alone.
type Refusal struct {
	Kind error // the same for items that are alike
	Err  error // with what differs between them
}

// Refused returns err as a [Refusal] of the first of the kinds that it is, or err itself.
func Refused(err error, kinds ...error) error {
	for _, kind := range kinds {
		if errors.Is(err, kind) {
			return &Refusal{kind, err}
		}
	}
	return err
}

func (r *Refusal) Error() string { return r.Err.Error() }
func (r *Refusal) Unwrap() error { return r.Err }

// An Act is one thing that is done to many items.
type Act[T any] struct {
	// Items returns everything that matches, each item once. It is called for the survey and
	// again for the run. An error ends either.
	Items func(ctx context.Context) iter.Seq2[T, error]
	// Plan says what would happen to an item, and changes nothing. An error means that this
	// is not known.
	Plan func(ctx context.Context, item T) (Plan, error)
	// Do plans an item again, as it is now, and does it unless the plan that check returns
	// for that one refuses. An error means that it may or may not be done.
	Do func(ctx context.Context, item T, check Check) (Plan, error)
	// Confirmed, if set, is the survey that an operator has confirmed: a run does nothing
	// that it did not plan.
	Confirmed *Survey
	// Rate is the most items a second; 0 means no limit.
	Rate float64
	// Progress, if set, is called with the number of items that are done so far.
	Progress func(done int)
}

// A Check returns the plan, refused if it is not to be carried out.
type Check func(Plan) Plan

// Unchecked is a [Check] that refuses nothing.
func Unchecked(p Plan) Plan { return p }

// ErrNotConfirmed says that an item came to match, or that what would happen to it changed,
// after a survey was confirmed.
var ErrNotConfirmed = errors.New("it is not in the plan that was confirmed, or something else would happen to it now: run this again to see the plan as it is now")

// check returns the Check of a run.
func (a Act[T]) check() Check {
	if a.Confirmed == nil {
		return Unchecked
	}
	return a.Confirmed.check
}

// A Result is the outcome of one item.
type Result[T any] struct {
	Item T
	Plan
	Err error // why it is not known to be done; nil if it is done, or refused
}

// A Tally counts outcomes.
type Tally struct{ Done, Refused, Failed int }

// All returns the number of all items.
func (t Tally) All() int { return t.Done + t.Refused + t.Failed }

// add counts an outcome.
func (t *Tally) add(refused bool, err error) {
	switch {
	case err != nil:
		t.Failed++
	case refused:
		t.Refused++
	default:
		t.Done++
	}
}

// Run acts on everything that matches, and calls report with the outcome of each item, one
// call at a time. It ends early with ctx, after the items under way, and with [ErrStopped].
func (a Act[T]) Run(ctx context.Context, report func(Result[T])) (Tally, error) {
	var tally Tally
	var failures Failures
	check := a.check()
	do := func(ctx context.Context, item T) (Plan, error) { return a.Do(ctx, item, check) }
	err := a.each(ctx, NewPace(a.Rate), do, func(item T, plan Plan, err error) error {
		tally.add(plan.Refuse != nil, err)
		report(Result[T]{item, plan, err})
		a.progress(tally.All())
		return failures.Add(plan.Refuse != nil, err)
	})
	return tally, err
}

func (a Act[T]) progress(done int) {
	if a.Progress != nil {
		a.Progress(done)
	}
}

// each calls do for every item, some at once, and then with its outcome, one call at a time.
// It ends early with ctx and with an error of with, and returns after the items under way.
func (a Act[T]) each(ctx context.Context, pace *Pace, do func(context.Context, T) (Plan, error), with func(T, Plan, error) error) error {
	ctx, stop := context.WithCancelCause(ctx)
	defer stop(nil)
	working := context.WithoutCancel(ctx) // an item that has begun is finished
	var one sync.Mutex
	var group sync.WaitGroup
	free := make(chan struct{}, sideBySide)
	err := a.feed(ctx, pace, free, func(item T) {
		group.Go(func() {
			defer func() { <-free }()
			asked, cancel := context.WithTimeout(working, callTimeout)
			defer cancel()
			plan, err := do(asked, item)
			one.Lock()
			defer one.Unlock()
			if err := with(item, plan, err); err != nil {
				stop(err)
			}
		})
	})
	group.Wait()
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	return err
}

// feed calls start with each item at the given pace, when there is room in free.
func (a Act[T]) feed(ctx context.Context, pace *Pace, free chan<- struct{}, start func(T)) error {
	for item, err := range a.Items(ctx) {
		if err != nil {
			return err
		}
		if err := pace.Wait(ctx, 1); err != nil {
			return err
		}
		select {
		case free <- struct{}{}:
			start(item)
		case <-ctx.Done():
			return ctx.Err()
		}
	}
	return nil
}
