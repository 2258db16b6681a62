package webhook

import (
	"encoding/json"
	"iter"
)

// maxNameLen is the length in characters up to which an event's id or type is taken.
const maxNameLen = 200

// An Object is a JSON object whose values are not read yet. Unlike a struct it matches
// names exactly; of a repeated name the last counts. Its values are parts of the body
// that it was parsed from, not copies. The zero Object has no fields.
//
// It is a list, and no map, as that is quicker to make than what is asked of it saves.
type Object struct{ members []member }

// A member is a name, in its quotes, with its value.
type member struct{ quoted, value []byte }

// ParseObject reads body as a JSON object. It returns [ErrMalformedBody] where it is
// none, without quoting it.
func ParseObject(body []byte) (Object, error) {
	if !json.Valid(body) {
		return Object{}, ErrMalformedBody
	}
	return splitObject(body)
}

// splitObject reads text, which must be valid JSON.
func splitObject(text []byte) (Object, error) {
	text = skipSpace(text)
	if text[0] != '{' {
		return Object{}, ErrMalformedBody
	}
	return Object{splitMembers(text)}, nil
}

// ParseEnvelope reads a body that has its id, type and data in fields of these names, as
// most have. It returns the object too, for further fields such as the event's time.
//
// Its error is [ErrMalformedBody], or that of [Object.ID] or [Object.Type].
func ParseEnvelope(body []byte) (Object, Envelope, error) {
	o, err := ParseObject(body)
	if err != nil {
		return Object{}, Envelope{}, err
	}
	id, err := o.ID("id")
	if err != nil {
		return Object{}, Envelope{}, err
	}
	eventType, err := o.Type("type")
	if err != nil {
		return Object{}, Envelope{}, err
	}
	return o, Envelope{ID: id, Type: eventType, Data: o.Get("data")}, nil
}

// Get gives the value of the field of that name; nil where it is absent.
func (o Object) Get(name string) json.RawMessage {
	for i := len(o.members) - 1; i >= 0; i-- {
		if quotes(o.members[i].quoted, name) {
			return o.members[i].value
		}
	}
	return nil
}

// All gives every field in the order of the body, a repeated one repeatedly.
func (o Object) All() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for _, m := range o.members {
			if !yield(unquote(m.quoted), m.value) {
				return
			}
		}
	}
}

// Object reads the field of that name as an object. It returns [ErrMalformedBody] where
// it is absent or none. It costs less than [ParseObject], as the value is known to be
// valid.
func (o Object) Object(name string) (Object, error) {
	value := o.Get(name)
	if value == nil {
		return Object{}, ErrMalformedBody
	}
	return splitObject(value)
}

// Text reads the field of that name as a string, and reports whether it is one.
func (o Object) Text(name string) (text string, ok bool) {
	value := o.Get(name)
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	return unquote(value), true
}

// ID reads the field of that name as an event's id. It returns [ErrMissingID] or
// [ErrInvalidID].
func (o Object) ID(field string) (string, error) {
	return o.name(field, ErrMissingID, ErrInvalidID)
}

// Type reads the field of that name as an event's type. It returns [ErrMissingType]
// or [ErrInvalidType].
func (o Object) Type(field string) (string, error) {
	return o.name(field, ErrMissingType, ErrInvalidType)
}

func (o Object) name(field string, missing, invalid Code) (string, error) {
	if raw := o.Get(field); raw == nil || string(raw) == "null" {
		return "", missing
	}
	if s, ok := o.Text(field); ok && ValidName(s) {
		return s, nil
	}
	return "", invalid
}

// ValidName reports whether s can be an event's id or type: 1 to 200 characters of
// 0x21–0x7E, which every queue attribute, table key and log line takes as they are.
func ValidName(s string) bool {
	if s == "" || len(s) > maxNameLen {
		return false
	}
	for i := range len(s) {
		if s[i] < 0x21 || s[i] > 0x7E {
			return false
		}
	}
	return true
}
