package hook

import (
	"context"
	"errors"
	"sync"
)

// Go runs fn in a goroutine that belongs to the handler whose context ctx is, or comes
// from. A panic in fn fails the handler's run, as one in the handler itself does; in a
// goroutine started by a go statement it would end the process, with all events that it
// works on, and print the panic's value to the log.
//
// A handler is not finished before all goroutines that it started with Go have returned,
// also where it returns earlier: only then is its error judged, and its event recorded as
// done. Its context is not cancelled by its return, but ends at the same time as always,
// and a goroutine that ignores that holds the event as a handler that hangs does. What fn
// has to tell, it leaves in a variable that the handler reads once it knows that fn is
// done, as with any goroutine.
//
// With a context that is not a handler's, as in a test that calls the handler itself, and
// once the handler has finished, Go is an ordinary go statement.
func Go(ctx context.Context, fn func()) {
	if g, ok := ctx.Value(goroutinesKey{}).(*goroutines); ok && g.start(fn) {
		return
	}
	go fn()
}

// Supervise calls fn, in a goroutine of its own, with a context for [Go]. It returns once
// fn and all goroutines that belong to it have: fn's error, and a [PanicError] for each
// that panicked. It is for package process.
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

// goroutines are those of one run of a handler, itself included.
type goroutines struct {
	mu      sync.Mutex
	idle    sync.Cond // none runs any more
	running int
	over    bool    // the run has finished
	errs    []error // of those that did not return
}

// start runs fn in a goroutine of the run, unless that has finished.
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

// errGoexit is what ends a goroutine that calls runtime.Goexit, as t.FailNow does.
var errGoexit = errors.New("handler called runtime.Goexit")

// run calls fn. Neither a panic nor runtime.Goexit reaches beyond it.
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

// wait returns when none runs any more, with the errors of those that did not return.
func (g *goroutines) wait() []error {
	g.mu.Lock()
	defer g.mu.Unlock()
	for g.running > 0 {
		g.idle.Wait()
	}
	g.over = true
	return g.errs
}
