package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// ErrPayload says that a body does not fit the Go type of its event type. No retry
// can cure that.
var ErrPayload = errors.New("payload does not fit its type")

// Type is an event type of a provider, bound to the Go type of its payload. Declare
// each once, at package level, and use it for handling, sending and testing alike.
type Type[T any] struct {
	provider Provider
	name     string
}

// NewType binds the wire name of p's event type to T.
func NewType[T any](p Provider, name string) Type[T] { return Type[T]{provider: p, name: name} }

// Name is the wire name, as it stands in [Event].Type.
func (t Type[T]) Name() string { return t.name }

// Provider is the provider whose event type it is.
func (t Type[T]) Provider() Provider { return t.provider }

// Decode opens a verified body and reads its payload. It does not compare the body's
// type with t's. Its error is [ErrPayload], naming the field and the expected type but
// never the value, or what Provider.Open returns.
func (t Type[T]) Decode(body []byte) (T, Envelope, error) {
	var data T
	envelope, err := t.provider.Open(body)
	if err != nil {
		return data, Envelope{}, fmt.Errorf("open %s: %w", t.name, err)
	}
	if err := decodePayload(envelope.Data, &data); err != nil {
		var zero T
		return zero, Envelope{}, fmt.Errorf("decode %s: %w", t.name, err)
	}
	return data, envelope, nil
}

// decodePayload reads data into dst. The errors of encoding/json quote the offending
// value, so they are told anew.
func decodePayload(data json.RawMessage, dst any) error {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || string(trimmed) == "null" {
		return fmt.Errorf("%w: it has no data", ErrPayload)
	}
	err := json.Unmarshal(data, dst)
	if err == nil {
		return nil
	}
	if bad, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		field := bad.Field
		if field == "" {
			field = "data"
		}
		return fmt.Errorf("%w: field %s: want %s", ErrPayload, field, bad.Type)
	}
	if bad, ok := errors.AsType[*FieldError](err); ok {
		return fmt.Errorf("%w: %w", ErrPayload, bad)
	}
	return ErrPayload
}

// TypeInfo describes a typed event for people: listings and documentation.
type TypeInfo struct {
	Name     string   // wire name
	Provider string   // provider's name
	Payload  string   // Go type of the payload, as "contiguity.Text"
	Key      string   // Go name of the typed key, as "contiguity.TextIncomingSMS"
	Aliases  []string // older wire names that reach the same handlers
}

// Info describes t, whose Go identifier within its package is key.
func (t Type[T]) Info(key string, aliases ...string) TypeInfo {
	payload := reflect.TypeFor[T]().String()
	pkg, _, _ := strings.Cut(payload, ".")
	return TypeInfo{
		Name: t.name, Provider: t.provider.Name(),
		Payload: payload, Key: pkg + "." + key, Aliases: aliases,
	}
}
