package ledger

import (
	"encoding/json"
	"errors"
	"maps"
	"slices"
	"time"
)

// ErrStateMoved says that Commit changed nothing because the state is no longer at the
// version that was read: read it again, and decide again.
var ErrStateMoved = errors.New("the state was moved since it was read")

// A StateValue is a state as a Store keeps it. The zero StateValue means that there is no
// state.
type StateValue struct {
	Version int64
	JSON    json.RawMessage
	Expires time.Time // when it expires; zero means never
}

// Current returns the state's JSON, or nil if there is no state or it has expired.
func (v StateValue) Current(now time.Time) json.RawMessage {
	if !v.Expires.IsZero() && !now.Before(v.Expires) {
		return nil
	}
	return v.JSON
}

// A StateChange moves a state from the version that was read to the next one.
type StateChange struct {
	ID      string          // in hexadecimal, of the state's name and key
	Version int64           // the version that was read; 0 if there was no state
	JSON    json.RawMessage // the next state
	Expires time.Time       // when the next state expires, to the second; zero means never
	At      time.Time       // now, by the caller's clock
}

// Next returns the version that the change leaves. The first version is the clock in
// milliseconds, so a state that is created again after its item was dropped never gets a
// version of the old one.
func (c StateChange) Next() int64 {
	if c.Version == 0 {
		return c.At.UnixMilli()
	}
	return c.Version + 1
}

// Value returns the state that the change leaves.
func (c StateChange) Value() StateValue {
	v := StateValue{Version: c.Next(), JSON: slices.Clone(c.JSON)}
	if !c.Expires.IsZero() {
		v.Expires = c.Expires.Truncate(time.Second).UTC()
	}
	return v
}

// Results are the results of handlers, as JSON by the handler's name. They are replaced,
// never changed, so they can be handed out.
type Results map[string]json.RawMessage

// With returns the results with that of one more handler; a nil result adds nothing.
func (rs Results) With(handler string, result json.RawMessage) Results {
	if result == nil {
		return rs
	}
	all := Results{handler: slices.Clone(result)}
	for name, r := range rs {
		if name != handler {
			all[name] = r
		}
	}
	return all
}

// without returns the results without those of the handlers; no handlers removes all
// results.
func (rs Results) without(handlers []string) Results {
	if len(handlers) == 0 {
		return nil
	}
	left := maps.Clone(rs)
	maps.DeleteFunc(left, func(name string, _ json.RawMessage) bool { return slices.Contains(handlers, name) })
	if len(left) == 0 {
		return nil
	}
	return left
}
