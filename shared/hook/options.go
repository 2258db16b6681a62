package hook

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// An Option changes how a handler is run: [AtMostOnce], [SkipStale], both as AtMostOnce |
// SkipStale, or a value of [After], [Timeout] or [Attempts].
type Option interface{ apply(*entry) }

// A Flag is an Option without a value. Join flags with |.
type Flag uint

const (
	// AtMostOnce is for effects that must not happen twice and have no idempotency key: the
	// start is recorded before the run, and an event with a run whose outcome is not known
	// goes to the dead-letter queue as outcome_unknown instead of being repeated.
	AtMostOnce Flag = 1 << iota
	// SkipStale skips an event that is older, by its own time, than the newest one that the
	// handler finished for the same entity. The payload type must have a method Entity()
	// string, and the provider must give events a time. An event whose time is more than a day
	// after its arrival runs, and makes no other event stale.
	SkipStale
)

func (f Flag) apply(e *entry) {
	if unknown := f &^ (AtMostOnce | SkipStale); unknown != 0 {
		e.refuse(fmt.Sprintf("there is no option Flag(%d)", unknown))
	}
	e.handler.Options |= f
}

// An option is an Option with a value. Like a Flag it can be compared.
type option struct{ set func(*entry) }

func (o *option) apply(e *entry) { o.set(e) }

// After makes the handler wait for others of the same provider and type that are registered
// before it: it runs only when all of them are done, in this run of the event or in an
// earlier one. While one of them is being retried, the handler waits, which is not a try of
// its own. If one of them ends the event as a dead letter, the handler does not run. It is
// not for [OnProvider] and [OnTypes].
//
// A name that is not registered earlier for the type is refused at start. So if you leave
// out a handler because a setting is missing, leave out the ones that come after it, too.
func After(names ...string) Option {
	return &option{func(e *entry) {
		if len(names) == 0 {
			e.refuse("After names no handler")
		}
		e.handler.After = append(e.handler.After, names...)
	}}
}

// Timeout ends the handler's context d after the handler was called, or when the function's
// time for handlers ends, whichever is first. The handler must return then: one that does
// not delays its event, as without a Timeout. A d longer than the function's time for
// handlers is refused at start.
func Timeout(d time.Duration) Option {
	return &option{func(e *entry) {
		if d <= 0 {
			e.refuse(fmt.Sprintf("Timeout(%v): give more than 0", d))
		}
		e.handler.Timeout = d
	}}
}

// MaxAttempts is the largest n of [Attempts].
const MaxAttempts = 100

// Attempts ends the event as a dead letter when the handler fails in the event's nth
// attempt or a later one, instead of the 12th: n is from 1 to [MaxAttempts]. A run in which
// every failed handler asks to wait is not an attempt, see [RetryAfter].
func Attempts(n int) Option {
	return &option{func(e *entry) {
		if n < 1 || n > MaxAttempts {
			e.refuse(fmt.Sprintf("Attempts(%d): give 1 to %d", n, MaxAttempts))
		}
		e.handler.Attempts = n
	}}
}

// checkAfter refuses names of handlers that cannot run before that of e.
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

// CheckTimeouts returns an error that names each handler whose Timeout is longer than the
// time that handlers have.
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

// A RegistrationError is a mistake in registering a handler. [On] and the similar functions
// panic with it, because no input can cause it. It names the handler, its event types, and
// the place in the source.
type RegistrationError string

// Error says what is wrong.
func (e RegistrationError) Error() string { return string(e) }

// NewRegistry returns a Registry that register has filled. Its error is that of register,
// or the RegistrationError with which register panicked: that shows the author's mistake
// without a dump of goroutines.
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
