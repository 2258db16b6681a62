package webhook

import (
	"encoding/json"
)

// maxNameLen is the length in characters up to which an event's id or type is taken.
const maxNameLen = 200

// An Object is a JSON object whose values are not read yet. Unlike a struct it matches
// names exactly; of a repeated name the last counts. Its values are parts of the body
// that it was parsed from, not copies.
type Object map[string]json.RawMessage

// ParseObject reads body as a JSON object. It returns [ErrMalformedBody] where it is
// none, without quoting it.
func ParseObject(body []byte) (Object, error) {
	if !json.Valid(body) {
		return nil, ErrMalformedBody
	}
	rest := skipSpace(body)
	if rest[0] != '{' {
		return nil, ErrMalformedBody
	}
	return splitMembers(rest), nil
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
	raw := o[field]
	if len(raw) == 0 || string(raw) == "null" {
		return "", missing
	}
	if raw[0] != '"' {
		return "", invalid
	}
	if s := unquote(raw); ValidName(s) {
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
