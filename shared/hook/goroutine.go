package hook

import (
	"context"
	"errors"
	"sync"
)

// Go runs fn in a goroutine that belongs to the handler that got ctx or a parent of it. A
// panic in fn fails the handler's run, as one in the handler itself does; in a goroutine
// started by a go statement it would end the process, with all events in it, and print the
// panic's value to the log.
//
// A handler finishes when all goroutines that it started with Go have returned, even if it
// returns earlier itself: only then its error counts and its event is recorded as done. Its
// return does not cancel its context, which ends at the same time as always; a goroutine
// that ignores that delays the event as a handler that hangs does. To return a result, fn
// sets a variable that the handler reads once it knows that fn is done, as with any
// goroutine.
//
// With a context that is not a handler's, as in a test that calls the handler directly, or
// after the handler has finished, Go is an ordinary go statement.
func Go(ctx context.Context, fn func()) {
	if g, ok := ctx.Value(goroutinesKey{}).(*goroutines); ok && g.start(fn) {
		return
	}
	go fn()
}

// Supervise calls fn, in a new goroutine, with a context for [Go]. When fn and all
// goroutines that belong to it have returned, it returns fn's error, and a [PanicError] for
// each that panicked. It is for package process.
func Supervise(ctx context.Context, fn func(context.Context) error) error {
	var g goroutines
	g.idle.L = &g.mu
	var err error
	g.start(func() { err = fn(context.WithValue(ctx, goroutinesKey{}, &g)) })
	if ended := g.wait(); len(ended) > 0 {
		return errors.Join(append(ended, err)...)
	}
	return err
}

type goroutinesKey struct{}

// goroutines are those of one run of a handler, including its own.
type goroutines struct {
	mu      sync.Mutex
	idle    sync.Cond // signalled when the last one ends
	running int
	over    bool    // the run has finished
	errs    []error // of those that did not return normally
}

// start runs fn in a goroutine of the run, unless the run has finished.
func (g *goroutines) start(fn func()) bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.over {
		return false
	}
	g.running++
	go g.run(fn)
	return true
}

// errGoexit is the error of a goroutine that calls runtime.Goexit, as t.FailNow does.
var errGoexit = errors.New("handler called runtime.Goexit")

// run calls fn. It recovers a panic and notices runtime.Goexit.
func (g *goroutines) run(fn func()) {
	err := errGoexit
	defer func() {
		if v := recover(); v != nil {
			err = newPanicError(v)
		}
		g.ended(err)
	}()
	fn()
	err = nil
}

func (g *goroutines) ended(err error) {
	g.mu.Lock()
	defer g.mu.Unlock()
	if err != nil {
		g.errs = append(g.errs, err)
	}
	if g.running--; g.running == 0 {
		g.idle.Signal()
	}
}

// wait waits for all goroutines, and returns the errors of those that did not
// return normally.
func (g *goroutines) wait() []error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.running > 0 {
		g.idle.Wait()
	}
	g.over = true
	return g.errs
}
