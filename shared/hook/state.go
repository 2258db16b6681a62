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

// The most that a state and a result may take as JSON, in bytes.
const (
	MaxState  = 300 << 10
	MaxResult = 4 << 10
)

// ErrNoResult says that no handler of the event has given a result yet, or none ever
// will: the one that moves the state was skipped, or an operator took it as done.
var ErrNoResult = errors.New("the event has no result of the state")

// A State is a kind of state that handlers keep, one for each key: S is the state, R what
// a move of it gives. Make each once, with [NewState], and move it with [OnState].
//
// Both are stored as JSON, so only exported fields last. A stored state that has a field
// which S does not know is refused: let a new field have omitempty, and set it from the
// deployment after the one that brings it.
type State[S, R any] struct{ kind *stateKind }

type stateKind struct {
	name, place string
	forgets     bool
	forgetAfter time.Duration
}

// A StateOption changes how a [State] is kept.
type StateOption func(*stateKind)

// ForgetAfter lets a state be forgotten when it was not moved for d, at least a second:
// the next event finds the zero S.
func ForgetAfter(d time.Duration) StateOption {
	return func(k *stateKind) { k.forgets, k.forgetAfter = true, d }
}

// NewState makes a kind of state. The name is part of what the states are stored under:
// under another name they begin again. A registry takes one State of a name.
func NewState[S, R any](name string, opts ...StateOption) State[S, R] {
	k := &stateKind{name: name, place: callerOutside()}
	for _, o := range opts {
		o(k)
	}
	return State[S, R]{k}
}

// id names the state of a key in the ledger. It shows neither name nor key.
func (k *stateKind) id(key string) string {
	sum := sha256.Sum256(fmt.Appendf(nil, "%q %q", k.name, key))
	return hex.EncodeToString(sum[:])
}

// Result gives what the handler that moves the state gave for this event, however late
// it is called: in a retry an hour later it is still this event's, while other events have
// moved the state on. Call it in a handler that is registered for the event after that
// one, with [After]. Where several before it move the state, it is the last one's.
//
// Its error is [ErrNoResult], permanent if no retry can help, or webhook.ErrPayload if
// the result does not fit R any more.
func (s State[S, R]) Result(ctx context.Context) (R, error) {
	var result, none R
	raw, err := scopeOf(ctx).result(s.kind)
	if err != nil {
		return none, fmt.Errorf("result of state %s: %w", s.kind.name, err)
	}
	if err := decodeStored(raw, &result); err != nil {
		return none, Permanent(fmt.Errorf("result of state %s: %w", s.kind.name, err))
	}
	return result, nil
}

// Get gives today's state of the key, the zero S where there is none. Other events may
// have moved it since this one did, and may while the handler runs: what this event gave
// is [State.Result]. In a handler that runs [AtMostOnce] call it before anything is sent,
// and return its error as [NotSent].
func (s State[S, R]) Get(ctx context.Context, key string) (S, error) {
	var state, none S
	raw, err := scopeOf(ctx).read(ctx, s.kind.id(key))
	if err != nil {
		return none, fmt.Errorf("read state %s: %w", s.kind.name, err)
	}
	if err := decodeStored(raw, &state); err != nil {
		return none, Permanent(fmt.Errorf("read state %s: %w", s.kind.name, err))
	}
	return state, nil
}

// A scope is what the context of a running handler knows.
type scope struct {
	registry      *Registry
	provider, typ string // of the event
	handler       string // the handler's name
	delivery      Delivery
}

type scopeKey struct{}

// in gives ctx the scope.
func (s *scope) in(ctx context.Context) context.Context {
	return context.WithValue(ctx, scopeKey{}, s)
}

// earlier are the event's handlers that are registered before this one.
func (s *scope) earlier() []Handler {
	hs := s.registry.For(s.provider, s.typ)
	i := slices.IndexFunc(hs, func(h Handler) bool { return h.Name == s.handler })
	return hs[:max(i, 0)]
}

var errNoScope = errors.New("the context is not one that a handler gets")

// scopeOf gives the scope of ctx, nil where it has none.
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

// result is that of the last earlier handler which moves the state.
func (s *scope) result(k *stateKind) (json.RawMessage, error) {
	if s == nil || k == nil {
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
			return nil, Permanent(fmt.Errorf("%w: handler %s is done and gave none", ErrNoResult, h.Name))
		}
		return nil, fmt.Errorf("%w: handler %s has not finished", ErrNoResult, h.Name)
	}
	return nil, Permanent(fmt.Errorf("%w: no handler that is registered before this one moves it", ErrNoResult))
}

// decodeStored reads what was stored into dst, which stays as it is where there is
// nothing. What does not fit is webhook.ErrPayload with the field, and never the value.
func decodeStored(raw json.RawMessage, dst any) error {
	if raw == nil {
		return nil
	}
	d := json.NewDecoder(bytes.NewReader(raw))
	d.DisallowUnknownFields() // a field that was renamed would be lost without a word
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

// encodeStored gives v as JSON of at most so many bytes.
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
