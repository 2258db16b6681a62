package webhook

import (
	"encoding/json"
	"iter"
)

// maxNameLen is the maximum length of an event's id or type, in characters.
const maxNameLen = 200

// An Object is a JSON object whose values are not decoded yet. Unlike a struct it matches
// names exactly; if a name is repeated, the last field counts. Its values are slices of
// the text that it was parsed from, not copies. The zero Object has no fields.
//
// It is a list because that is faster to build than a map, and few fields are looked up.
type Object struct{ members []member }

// A member is a name, with its quotes, and its value.
type member struct{ quoted, value []byte }

// usualFields is a number of fields that most objects do not exceed.
const usualFields = 8

// ParseObject parses a JSON object. If body is not one, it returns [ErrMalformedBody],
// which does not quote it.
func ParseObject(body []byte) (Object, error) {
	c := checker{text: body}
	o, ok := c.object()
	if !ok || !c.ends() {
		return Object{}, ErrMalformedBody
	}
	return o, nil
}

// object is an object, split into its members.
func (c *checker) object() (Object, bool) {
	if c.peek() != '{' {
		return Object{}, false
	}
	members := make([]member, 0, usualFields)
	ok := c.list('}', func(c *checker) bool {
		m, ok := c.member()
		members = append(members, m)
		return ok
	})
	return Object{members}, ok
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

// Get returns the value of the field of that name, or nil if there is none.
func (o Object) Get(name string) json.RawMessage {
	for i := len(o.members) - 1; i >= 0; i-- {
		if quotes(o.members[i].quoted, name) {
			return o.members[i].value
		}
	}
	return nil
}

// All iterates over the fields in the order of the text, repeated ones included.
func (o Object) All() iter.Seq2[string, json.RawMessage] {
	return func(yield func(string, json.RawMessage) bool) {
		for _, m := range o.members {
			if !yield(unquote(m.quoted), m.value) {
				return
			}
		}
	}
}

// Object returns the value of the field of that name as an object. If the field is absent
// or not an object, it returns [ErrMalformedBody].
func (o Object) Object(name string) (Object, error) { return ParseObject(o.Get(name)) }

// Objects returns the value of the field of that name as a list of objects. If the field is
// absent, not an array, or one of anything else, it returns [ErrMalformedBody].
func (o Object) Objects(name string) ([]Object, error) {
	c := checker{text: o.Get(name)}
	var objects []Object
	if c.peek() != '[' || !c.list(']', func(c *checker) bool {
		element, ok := c.object()
		objects = append(objects, element)
		return ok
	}) {
		return nil, ErrMalformedBody
	}
	return objects, nil
}

// Text returns the value of the field of that name as a string, and reports whether it is
// one.
func (o Object) Text(name string) (text string, ok bool) {
	value := o.Get(name)
	if len(value) == 0 || value[0] != '"' {
		return "", false
	}
	return unquote(value), true
}

// Texts returns the fields of the field of that name that are strings. It is nil if there is
// no such field, or it is not an object.
func (o Object) Texts(name string) map[string]string {
	inner, err := o.Object(name)
	if err != nil {
		return nil
	}
	texts := make(map[string]string, len(inner.members))
	for _, m := range inner.members {
		if m.value[0] == '"' {
			texts[unquote(m.quoted)] = unquote(m.value)
		}
	}
	return texts
}

// ID returns the value of the field of that name as an event's id. Its error is
// [ErrMissingID] or [ErrInvalidID].
func (o Object) ID(field string) (string, error) {
	return o.name(field, ErrMissingID, ErrInvalidID)
}

// Type returns the value of the field of that name as an event's type. Its error is
// [ErrMissingType] or [ErrInvalidType].
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
// 0x21–0x7E. These are allowed in queue attributes, table keys and log lines.
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
