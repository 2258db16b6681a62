package webhook

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
)

// ErrPayload says that a body does not fit the Go type of its event type. A retry does not
// help.
var ErrPayload = errors.New("payload does not fit its type")

// A Type is an event type of a provider, bound to the Go type of its payload. Declare each
// one once, at package level, and use it to register handlers, to send and to test.
type Type[T any] struct {
	provider Provider
	name     string
}

// NewType returns the event type of p that has that wire name and the payload type T.
func NewType[T any](p Provider, name string) Type[T] { return Type[T]{provider: p, name: name} }

// Name returns the wire name, the value of [Event].Type.
func (t Type[T]) Name() string { return t.name }

// Provider returns the provider of the type.
func (t Type[T]) Provider() Provider { return t.provider }

// Decode opens a verified body and decodes its payload. It does not compare the type in
// the body with t. Its error is that of Provider.Open, or [ErrPayload] with the name of the
// field and the expected type, but never the value.
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

// decodePayload decodes data into dst. The errors of encoding/json quote the value, so it
// makes its own.
func decodePayload(data json.RawMessage, dst any) error {
	if trimmed := bytes.TrimSpace(data); len(trimmed) == 0 || string(trimmed) == "null" {
		return fmt.Errorf("%w: it has no data", ErrPayload)
	}
	err := unmarshal(data, dst)
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

// unmarshal does what json.Unmarshal does, and reads a payload that decodes itself, as most
// do, half as often: json.Unmarshal checks the text and searches for its end, both byte by
// byte, before it calls the payload's method.
func unmarshal(data []byte, dst any) error {
	if own, ok := dst.(json.Unmarshaler); ok && valid(data) {
		return own.UnmarshalJSON(bytes.TrimSpace(data))
	}
	return json.Unmarshal(data, dst)
}

// A TypeInfo describes an event type for listings and documentation.
type TypeInfo struct {
	Name     string   // wire name
	Provider string   // provider's name
	Payload  string   // Go type of the payload, as "contiguity.Text"
	Key      string   // Go name of the typed key, as "contiguity.TextIncomingSMS"
	Aliases  []string // older wire names that reach the same handlers
}

// Info returns the description of t. Key is its Go identifier within its package.
func (t Type[T]) Info(key string, aliases ...string) TypeInfo {
	payload := reflect.TypeFor[T]().String()
	pkg, _, _ := strings.Cut(payload, ".")
	return TypeInfo{
		Name: t.name, Provider: t.provider.Name(),
		Payload: payload, Key: pkg + "." + key, Aliases: aliases,
	}
}
