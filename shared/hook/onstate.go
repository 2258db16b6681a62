package hook

import (
	"context"
	"encoding/json"
	"fmt"
	"reflect"
	"time"

	"webhookintake/shared/webhook"
)

// OnState registers fn like [On], for handlers that keep a state: fn gets the state of the
// event's key, or the zero S if there is none yet, and returns the next state and a result.
// Both are committed together with the note that fn finished, so each event moves the state
// exactly once, in some serial order for each key. A handler that is registered later, with
// [After], acts on the result: see [State.Result].
//
// Fn must not have other effects. If another event moves the state meanwhile, fn is run
// again at once with the new state, at most 5 times; then the event is put back for some
// seconds, which does not count as a try. An operator's replay moves the state once more.
//
// A state takes at most [MaxState] bytes of JSON and a result [MaxResult]; more is a
// permanent error. An event without a key, or whose stored state no longer fits S, becomes
// a dead letter for the reason payload.
//
// OnState panics like [On], and if S or R cannot be stored as JSON, if another State of the
// name is registered, or with [AtMostOnce], because a move happens once anyway.
func OnState[T, S, R any](
	r *Registry, t webhook.Type[T], name string, s State[S, R],
	key func(T) string, fn func(context.Context, Event[T], S) (S, R, error), opts ...Option,
) {
	place := callerOutside()
	checkState[S, R](r, s.kind, fmt.Sprintf("hook: handler %q at %s", name, place))
	var bind binder[T]
	if key != nil && fn != nil {
		bind = func(e Event[T], sc *scope) (call Call, err error) {
			call.State, err = bindState(s.kind, key(e.Data), func(ctx context.Context, found S) (S, R, error) {
				return fn(sc.in(ctx), e, found)
			})
			return call, err
		}
	}
	e := typed(t)
	e.handler.moves = s.kind
	register(r, e, t.Provider(), name, decodeAs(t), bind, opts)
}

// A StateCall is the state that a [Call] moves.
type StateCall struct {
	ID          string        // in hexadecimal, of the state's name and key
	ForgetAfter time.Duration // 0: never
	bind        func(found json.RawMessage) (func(context.Context) (Move, error), error)
}

// Bind returns the run on the state that was found, nil if there is none. Its error is a
// [PanicError] from the state's own methods, or webhook.ErrPayload if the state does not
// fit its Go type, which no retry can fix.
func (c StateCall) Bind(found json.RawMessage) (run func(context.Context) (Move, error), err error) {
	defer func() { err = recovered(recover(), err) }()
	return c.bind(found)
}

// A Move is the outcome of a handler that moves a state.
type Move struct{ State, Result json.RawMessage }

// bindState returns the call of fn for the state of a key.
func bindState[S, R any](k *stateKind, key string, fn func(context.Context, S) (S, R, error)) (*StateCall, error) {
	if key == "" {
		return nil, fmt.Errorf("state %s: %w: it has no key", k.name, webhook.ErrPayload)
	}
	call := &StateCall{ID: k.id(key), ForgetAfter: k.forgetAfter}
	call.bind = func(found json.RawMessage) (func(context.Context) (Move, error), error) {
		var state S
		if err := decodeStored(found, &state); err != nil {
			return nil, fmt.Errorf("state %s: %w", k.name, err)
		}
		return func(ctx context.Context) (m Move, err error) {
			next, result, err := fn(ctx, state)
			if err != nil {
				return Move{}, err
			}
			if m.State, err = encodeStored("state "+k.name, next, MaxState); err != nil {
				return Move{}, err
			}
			m.Result, err = encodeStored("result of state "+k.name, result, MaxResult)
			return m, err
		}, nil
	}
	return call, nil
}

// checkState panics if the state cannot be stored. Handler begins the message.
func checkState[S, R any](r *Registry, k *stateKind, handler string) {
	switch {
	case k == nil:
		panic(RegistrationError(handler + ": its State was not made with NewState"))
	case !webhook.ValidName(k.name):
		panic(RegistrationError(fmt.Sprintf("%s: state name %q at %s: give 1 to 200 visible ASCII characters without spaces", handler, k.name, k.place)))
	case k.forgets && k.forgetAfter < time.Second:
		panic(RegistrationError(fmt.Sprintf("%s: state %q at %s: ForgetAfter(%v) is less than a second", handler, k.name, k.place, k.forgetAfter)))
	}
	for _, t := range []reflect.Type{reflect.TypeFor[S](), reflect.TypeFor[R]()} {
		if problem := notStorable(t); problem != "" {
			panic(RegistrationError(handler + ": " + problem))
		}
	}
	for _, old := range r.entries {
		if other := old.handler.moves; other != nil && other != k && other.name == k.name {
			panic(RegistrationError(fmt.Sprintf("%s: state %q is made twice: at %s and at %s", handler, k.name, other.place, k.place)))
		}
	}
}
