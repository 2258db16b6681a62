package hook

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Option changes how a handler is run: [AtMostOnce] and [SkipStale], which also join
// to AtMostOnce | SkipStale, and what [After], [Timeout] and [Attempts] return.
type Option interface{ apply(*entry) }

// A Flag is an Option that takes no value. Flags join with |.
type Flag uint

const (
	// AtMostOnce is for effects that must not happen twice and have no idempotency
	// key: the start is written down before the run, and a run whose end is not known
	// goes to the dead-letter queue as outcome_unknown instead of being repeated.
	AtMostOnce Flag = 1 << iota
	// SkipStale skips an event that is older, by its own time, than the newest one
	// that the handler finished for the same entity. The payload type has a method
	// Entity() string, and the provider gives events a time.
	SkipStale
)

func (f Flag) apply(e *entry) { e.handler.Options |= f }

// An option is an Option that takes a value. Like a Flag it can be compared.
type option struct{ set func(*entry) }

func (o *option) apply(e *entry) { o.set(e) }

// After makes the handler wait for others of the same provider and type, that are
// registered before it: it runs only when all of them are done, in this run of the event
// or in an earlier one. While one of them is to be tried again the handler waits, which
// is not a try of its own; when one of them ends the event as a dead letter, the handler
// is not run. It is not for [OnProvider] and [OnTypes].
//
// A name that is not registered before, under the type, is refused at start. So where
// another handler is left out because a setting is missing, leave out the one that comes
// after it, too.
func After(names ...string) Option {
	return &option{func(e *entry) {
		if len(names) == 0 {
			e.refuse("After names no handler")
		}
		e.handler.After = append(e.handler.After, names...)
	}}
}

// Timeout ends the handler's context d after the handler was called, or when the time
// that the function leaves to handlers ends, whichever is first. The handler has to
// return then: one that does not holds up its event, as without a Timeout. A d that is
// longer than the function leaves to handlers is refused at start.
func Timeout(d time.Duration) Option {
	return &option{func(e *entry) {
		if d <= 0 {
			e.refuse(fmt.Sprintf("Timeout(%v): give more than 0", d))
		}
		e.handler.Timeout = d
	}}
}

// MaxAttempts is the most that [Attempts] takes.
const MaxAttempts = 100

// Attempts ends the event as a dead letter when the handler fails in an attempt that is
// at least the nth of the event, in place of the 12th: n is from 1 to [MaxAttempts]. A run
// in which every handler that failed asks to wait is no attempt, see [RetryAfter].
func Attempts(n int) Option {
	return &option{func(e *entry) {
		if n < 1 || n > MaxAttempts {
			e.refuse(fmt.Sprintf("Attempts(%d): give 1 to %d", n, MaxAttempts))
		}
		e.handler.Attempts = n
	}}
}

// checkAfter refuses names of handlers that cannot be done before the one of e.
func (r *Registry) checkAfter(e entry) {
	if len(e.handler.After) > 0 && e.takes != nil {
		e.refuse("After is for handlers of one type, which OnProvider and OnTypes do not register")
	}
	earlier := r.For(e.provider, e.typ)
	for _, name := range e.handler.After {
		if !slices.ContainsFunc(earlier, func(h Handler) bool { return h.Name == name }) {
			e.refuse(fmt.Sprintf("After names %q, which is not registered for the type before it: "+
				"register it first or, where it is switched off as settings are missing, leave out both", name))
		}
	}
}

// CheckTimeouts returns an error that names each handler whose Timeout is longer than
// handlers have.
func (r *Registry) CheckTimeouts(most time.Duration) error {
	var faults []string
	for _, e := range r.entries {
		if e.handler.Timeout > most {
			faults = append(faults, e.fault(fmt.Sprintf("Timeout(%v) is longer than the %v that the function leaves to handlers",
				e.handler.Timeout, most)))
		}
	}
	if len(faults) == 0 {
		return nil
	}
	return RegistrationError(strings.Join(faults, "\n"))
}

// A RegistrationError is a mistake in registering handlers, with which [On] and its like
// panic: no input can cause it. It names the handler, what it is registered for, and the
// place.
type RegistrationError string

// Error says what is wrong.
func (e RegistrationError) Error() string { return string(e) }

// NewRegistry gives a Registry that register has filled. Its error is register's, or the
// RegistrationError that register panicked with: that shows the author's mistake without
// a dump of goroutines.
func NewRegistry(register func(*Registry) error) (r *Registry, err error) {
	defer func() {
		switch v := recover().(type) {
		case nil:
		case RegistrationError:
			r, err = nil, v
		default:
			panic(v)
		}
	}()
	r = new(Registry)
	if err := register(r); err != nil {
		return nil, err
	}
	return r, nil
}
