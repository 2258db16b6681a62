package hook

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// The maximum sizes of a state and a result as JSON, in bytes.
const (
	MaxState  = 300 << 10
	MaxResult = 4 << 10
)

// ErrNoResult says that the event has no result yet, or will never have one: the handler
// that moves the state was skipped, or an operator assumed it done.
var ErrNoResult = errors.New("the event has no result of the state")

// A State is a kind of state that handlers keep, one for each key: S is the state, R the
// result of a move. Make each once, with [NewState], and move it with [OnState].
//
// Both are stored as JSON, so only exported fields are kept. A stored state with a field
// that S does not have is refused: give a new field omitempty, and set it only in the
// deployment after the one that adds it.
type State[S, R any] struct{ kind *stateKind }

type stateKind struct {
	name, place string
	forgets     bool
	forgetAfter time.Duration
}

// A StateOption changes how a [State] is kept.
type StateOption func(*stateKind)

// ForgetAfter makes a state expire when it was not moved for d, at least a second: the next
// event finds the zero S.
func ForgetAfter(d time.Duration) StateOption {
	return func(k *stateKind) { k.forgets, k.forgetAfter = true, d }
}

// NewState returns a kind of state. The states are stored under its name: under another
// name they start over. A registry accepts one State of a name.
func NewState[S, R any](name string, opts ...StateOption) State[S, R] {
	k := &stateKind{name: name, place: callerOutside()}
	for _, o := range opts {
		o(k)
	}
	return State[S, R]{k}
}

func (k *stateKind) id(key string) string { return StateID(k.name, key) }

// StateID returns the id in the ledger of the state with that name and key, for programs that
// look after states. It reveals neither.
func StateID(name, key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", name, key))
	return hex.EncodeToString(sum[:])
}

// Result returns the result of the handler that moved the state for this event. It stays
// the same however late it is called: in a retry an hour later it is still this event's,
// even if other events have moved the state. Call it in a handler that is registered after
// the moving one, with [After]. If several earlier handlers move the state, it is the
// result of the last one.
//
// Its error is [ErrNoResult], permanent if no retry can help, or webhook.ErrPayload if the
// result no longer fits R.
func (s State[S, R]) Result(ctx context.Context) (R, error) {
	var result, none R
	if s.kind == nil {
		return none, errNotMade
	}
	raw, err := scopeOf(ctx).result(s.kind)
	if err != nil {
		return none, fmt.Errorf("result of state %s: %w", s.kind.name, err)
	}
	if err := decodeStored(raw, &result); err != nil {
		return none, Permanent(fmt.Errorf("result of state %s: %w", s.kind.name, err))
	}
	return result, nil
}

// Get returns the current state of the key, or the zero S if there is none. Other events
// may have moved it since this one did, and may move it while the handler runs: this
// event's result is [State.Result]. In a handler that runs [AtMostOnce], call it before
// sending anything, and return its error as [NotSent].
func (s State[S, R]) Get(ctx context.Context, key string) (S, error) {
	var state, none S
	if s.kind == nil {
		return none, errNotMade
	}
	raw, err := scopeOf(ctx).read(ctx, s.kind.id(key))
	if err != nil {
		return none, fmt.Errorf("read state %s: %w", s.kind.name, err)
	}
	if err := decodeStored(raw, &state); err != nil {
		return none, Permanent(fmt.Errorf("read state %s: %w", s.kind.name, err))
	}
	return state, nil
}

// A scope is what the context of a running handler carries.
type scope struct {
	registry      *Registry
	provider, typ string // of the event
	handler       string // the handler's name
	delivery      Delivery
}

type scopeKey struct{}

// in returns ctx with the scope.
func (s *scope) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// earlier returns the event's handlers that are registered before this one.
func (s *scope) earlier() []Handler {
	hs := s.registry.For(s.provider, s.typ)
	i := slices.IndexFunc(hs, func(h Handler) bool { return h.Name == s.handler })
	return hs[:max(i, 0)]
}

var errNoScope = errors.New("the context is not a handler's: pass the one that the handler got")

// errNotMade is the error of a zero State.
var errNotMade = Permanent(errors.New("the State was not made with NewState"))

// scopeOf returns the scope of ctx, or nil.
func scopeOf(ctx context.Context) *scope {
	s, _ := ctx.Value(scopeKey{}).(*scope)
	return s
}

func (s *scope) read(ctx context.Context, id string) (json.RawMessage, error) {
	if s == nil || s.delivery.ReadState == nil {
		return nil, errNoScope
	}
	return s.delivery.ReadState(ctx, id)
}

// result returns the result of the last earlier handler that moves the state.
func (s *scope) result(k *stateKind) (json.RawMessage, error) {
	if s == nil {
		return nil, errNoScope
	}
	for _, h := range slices.Backward(s.earlier()) {
		if h.moves != k {
			continue
		}
		if raw, ok := s.delivery.Results[h.Name]; ok {
			return raw, nil
		}
		if slices.Contains(s.delivery.Done, h.Name) {
			return nil, Permanent(fmt.Errorf("%w: handler %s is done and gave no result", ErrNoResult, h.Name))
		}
		return nil, fmt.Errorf("%w: handler %s has not finished", ErrNoResult, h.Name)
	}
	return nil, Permanent(fmt.Errorf("%w: no handler that is registered before this one moves it", ErrNoResult))
}

// decodeStored decodes a stored value into dst, and leaves dst unchanged if there is none.
// If the value does not fit, it returns webhook.ErrPayload with the field, never the value.
func decodeStored(raw json.RawMessage, dst any) error {
	if raw == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields() // a renamed field would be lost silently
	err := d.Decode(dst)
	if err == nil {
		return nil
	}
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		if bad.Field == "" {
			return fmt.Errorf("%w: the whole: want %s", webhook.ErrPayload, bad.Type)
		}
		return fmt.Errorf("%w: field %s: want %s", webhook.ErrPayload, bad.Field, bad.Type)
	}
	if _, field, ok := strings.Cut(err.Error(), "unknown field "); ok {
		return fmt.Errorf("%w: field %s: the Go type has none of this name", webhook.ErrPayload, strings.Trim(field, `"`))
	}
	return fmt.Errorf("%w: %T", webhook.ErrPayload, err)
}

// encodeStored returns v as JSON of at most that many bytes.
func encodeStored(what string, v any, most int) (json.RawMessage, error) {
	raw, err := json.Marshal(v)
	if err != nil {
		return nil, Permanent(fmt.Errorf("%s cannot be JSON: %w", what, err))
	}
	if len(raw) > most {
		return nil, Permanent(fmt.Errorf("%s takes %d bytes of JSON, more than the %d that it may", what, len(raw), most))
	}
	return raw, nil
}
