package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"webhookintake/shared/webhook"
)

// A Registry holds the handlers. The zero Registry is empty and ready to use. One goroutine
// fills it at start; afterwards many may read it.
type Registry struct{ entries []entry }

type entry struct {
	provider, typ string            // typ is empty if takes is set
	takes         func(string) bool // by the type's name
	handler       Handler
	place         string
}

// A Handler is a registered function, as package process runs it.
type Handler struct {
	Name     string
	Options  Flag
	After    []string      // handlers that must be done before it runs
	Timeout  time.Duration // of one run; 0 means as long as handlers have
	Attempts int           // of the event, before a failure of this handler ends it; 0 means the worker's default
	moves    *stateKind    // of OnState
	prepare  func(webhook.Event, Delivery) (Call, error)
}

// Has reports whether the handler was registered with the option.
func (h Handler) Has(o Flag) bool { return h.Options&o != 0 }

// MovesState reports whether the handler was registered with [OnState].
func (h Handler) MovesState() bool { return h.moves != nil }

// A Delivery says which run of an event it is.
type Delivery struct {
	Attempt    int       // every run, including this one
	DedupUntil time.Time // the end of the window in which the event is the same event
	Earlier    time.Time // when the same id was last received before that window; zero if it was not

	Done    []string                   // the event's handlers that have finished
	Results map[string]json.RawMessage // the results of those that moved a state
	// ReadState reads a state by its id; nil JSON means that there is no state.
	ReadState func(ctx context.Context, id string) (json.RawMessage, error)
}

// A Call is a handler bound to one event, ready to run.
type Call struct {
	Time   time.Time // the event's own time; zero if unknown
	Entity string    // of SkipStale: what the event is about
	Run    func(context.Context) ([]webhook.Write, error)
	State  *StateCall // of OnState, in place of Run
}

// Prepare decodes the event for the handler. Its error is a [PanicError] from the author's
// other code, or one that no retry can fix: webhook.ErrPayload or the error of the
// provider's Open.
func (h Handler) Prepare(e webhook.Event, d Delivery) (call Call, err error) {
	defer func() { err = recovered(recover(), err) }()
	return h.prepare(e, d)
}

// On registers fn for the events of type t, under a name that is unique for the type.
// The name is kept in the ledger with each event that fn finished: renaming a handler
// makes it another one. The same name under several types is one handler.
//
// On panics if the name is taken, naming both places, or if the options do not fit: these
// are mistakes in the program, which no input can cause.
func On[T any](r *Registry, t webhook.Type[T], name string, fn func(context.Context, Event[T]) error, opts ...Option) {
	OnWrites(r, t, name, withoutWrites(fn), opts...)
}

// OnWrites registers fn like [On], for effects that are DynamoDB writes: the writes that fn
// returns are committed together with the note that it finished, so they happen exactly
// once. Fn must not have other effects, because it may run more than once, even at once, if
// the condition of a write does not hold ([ErrCondition]).
func OnWrites[T any](r *Registry, t webhook.Type[T], name string, fn func(context.Context, Event[T]) ([]webhook.Write, error), opts ...Option) {
	register(r, typed(t), t.Provider(), name, decodeAs(t), binding(fn), opts)
}

// typed returns the entry of a handler for events of type t.
func typed[T any](t webhook.Type[T]) entry {
	return entry{provider: t.Provider().Name(), typ: t.Name()}
}

func decodeAs[T any](t webhook.Type[T]) func(body []byte) (T, time.Time, error) {
	return func(body []byte) (T, time.Time, error) {
		data, envelope, err := t.Decode(body)
		return data, envelope.Time, err
	}
}

// A binder returns the call of a handler for an event. Time and entity are set later.
type binder[T any] func(Event[T], *scope) (Call, error)

// binding binds fn; nil for no fn.
func binding[T any](fn func(context.Context, Event[T]) ([]webhook.Write, error)) binder[T] {
	if fn == nil {
		return nil
	}
	return func(e Event[T], s *scope) (Call, error) {
		return Call{Run: func(ctx context.Context) ([]webhook.Write, error) { return fn(s.in(ctx), e) }}, nil
	}
}

// OnProvider registers fn for every event of the provider, in addition to typed handlers;
// Data is the payload as received. It panics like [On].
func OnProvider(r *Registry, p webhook.Provider, name string, fn func(context.Context, Event[json.RawMessage]) error, opts ...Option) {
	OnTypes(r, p, func(string) bool { return true }, name, fn, opts...)
}

// OnTypes registers fn like [OnProvider], for the types for which takes returns true. Use
// it for types that have no Go type here, or of which only a part of the name is known. An
// event of another type without a handler still counts as unhandled. Takes gets the current
// name of the type, and must always return the same for it.
func OnTypes(r *Registry, p webhook.Provider, takes func(typ string) bool, name string, fn func(context.Context, Event[json.RawMessage]) error, opts ...Option) {
	decode := func(body []byte) (json.RawMessage, time.Time, error) {
		envelope, err := p.Open(body)
		return envelope.Data, envelope.Time, err
	}
	register(r, entry{provider: p.Name(), takes: takes}, p, name, decode, binding(withoutWrites(fn)), opts)
}

// For returns the handlers of an event type in the order of registration.
func (r *Registry) For(provider, typ string) []Handler {
	var hs []Handler
	for _, e := range r.entries {
		if e.provider == provider && e.has(typ) {
			hs = append(hs, e.handler)
		}
	}
	return hs
}

// has reports whether the entry is for events of the type. If the author's function panics,
// it is: then the handler fails with that panic, which counts as a try and ends. Otherwise
// the panic would end the process before the event is claimed, each time that it comes.
func (e entry) has(typ string) (is bool) {
	if e.takes == nil {
		return e.typ == typ
	}
	defer func() {
		if recover() != nil {
			is = true
		}
	}()
	return e.takes(typ)
}

func withoutWrites[T any](fn func(context.Context, Event[T]) error) func(context.Context, Event[T]) ([]webhook.Write, error) {
	if fn == nil {
		return nil
	}
	return func(ctx context.Context, e Event[T]) ([]webhook.Write, error) { return nil, fn(ctx, e) }
}

// register completes e and adds it. It is called by On, OnWrites, OnProvider, OnTypes or
// OnState.
func register[T any](
	r *Registry, e entry, p webhook.Provider, name string,
	decode func([]byte) (T, time.Time, error),
	bind binder[T],
	opts []Option,
) {
	e.place, e.handler.Name = callerOutside(), name
	for i, o := range opts {
		if o == nil {
			e.refuse(fmt.Sprintf("option %d is nil: leave it out", i+1))
		}
		o.apply(&e)
	}
	r.check(e, bind == nil)
	h := e.handler
	if h.Has(SkipStale) {
		checkSkipStale[T](p, e)
	}
	h.prepare = func(ev webhook.Event, d Delivery) (Call, error) {
		if e.takes != nil {
			e.takes(ev.Type) // if it panics, this handler fails: see has
		}
		data, at, err := decode(ev.Raw)
		if err != nil {
			return Call{}, err
		}
		ev.Time = at
		var about string
		if h.Has(SkipStale) {
			if about = any(data).(entity).Entity(); about == "" || at.IsZero() {
				return Call{}, fmt.Errorf("skip stale: %w: it names no entity or no time", webhook.ErrPayload)
			}
		}
		event := Event[T]{Event: ev, Attempt: d.Attempt, Data: data, handler: name, dedupUntil: d.DedupUntil, earlier: d.Earlier}
		call, err := bind(event, &scope{r, ev.Provider, ev.Type, name, d})
		call.Time, call.Entity = at, about
		return call, err
	}
	e.handler = h
	r.add(e)
}

// entity is the method that a payload type needs for skipping stale events.
type entity interface{ Entity() string }

// timeless is the method of a provider whose events have no time of their own.
type timeless interface{ Timeless() }

func checkSkipStale[T any](p webhook.Provider, e entry) {
	var zero T
	if _, ok := any(zero).(entity); !ok {
		e.refuse(fmt.Sprintf("SkipStale needs a method Entity() string on %T", zero))
	}
	if _, ok := p.(timeless); ok {
		e.refuse(fmt.Sprintf("SkipStale needs events with a time, and those of %s have none", p.Name()))
	}
}

// check refuses an entry that no handler may have.
func (r *Registry) check(e entry, noFunction bool) {
	switch h := e.handler; {
	case !webhook.ValidName(h.Name):
		e.refuse("give it a name of 1 to 200 visible ASCII characters without spaces")
	case e.provider == webhook.Probe:
		e.refuse("the stack tests itself by events of this provider, which run no handler: give your provider another name")
	case noFunction:
		e.refuse("it has no function")
	case e.typ == "" && e.takes == nil:
		e.refuse("it has no function to say which types it takes")
	case h.moves != nil && h.Has(AtMostOnce):
		e.refuse("it moves a state, which happens once without AtMostOnce: leave that out")
	}
	r.checkAfter(e)
}

// fault begins a message about the entry with its handler, type and place.
func (e entry) fault(problem string) string {
	return fmt.Sprintf("hook: handler %q for %s at %s: %s", e.handler.Name, describe(e), e.place, problem)
}

func (e entry) refuse(problem string) { panic(RegistrationError(e.fault(problem))) }

// add adds e, unless its name is taken for an event that both would get.
func (r *Registry) add(e entry) {
	for _, old := range r.entries {
		same := old.provider == e.provider && old.handler.Name == e.handler.Name
		if same && old.meets(e) {
			panic(RegistrationError(fmt.Sprintf("hook: handler %q for %s is registered twice: at %s and at %s",
				e.handler.Name, describe(e), old.place, e.place)))
		}
	}
	r.entries = append(r.entries, e)
}

// meets reports whether both may be for the same event. For two that choose types by a
// function this cannot be decided, so it assumes that they may.
func (e entry) meets(other entry) bool {
	switch {
	case e.takes == nil:
		return other.has(e.typ)
	case other.takes == nil:
		return e.has(other.typ)
	}
	return true
}

func describe(e entry) string {
	if e.typ == "" {
		return "types of " + e.provider
	}
	return e.provider + " " + e.typ
}
