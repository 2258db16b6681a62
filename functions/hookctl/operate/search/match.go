package search

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
)

// A Match says what a payload has to contain. The zero Match matches every payload.
type Match struct {
	Contains string  // a text in it, as it stands there or in one of its JSON strings
	Fields   []Field // all of them
}

// IsZero reports whether m matches every payload.
func (m Match) IsZero() bool { return m.Contains == "" && len(m.Fields) == 0 }

// Matches reports whether m matches a payload.
func (m Match) Matches(body []byte) bool {
	if m.Contains != "" && !contains(body, m.Contains) {
		return false
	}
	if len(m.Fields) == 0 {
		return true
	}
	d := json.NewDecoder(bytes.NewReader(body))
	d.UseNumber() // a number as it stands there
	var whole any
	if d.Decode(&whole) != nil {
		return false
	}
	for _, f := range m.Fields {
		if !f.in(whole, f.path) {
			return false
		}
	}
	return true
}

// contains reports whether a payload contains a text, as it stands or in a JSON string, where
// it may be escaped.
func contains(body []byte, text string) bool {
	if bytes.Contains(body, []byte(text)) {
		return true
	}
	if !bytes.ContainsRune(body, '\\') {
		return false
	}
	for d := json.NewDecoder(bytes.NewReader(body)); ; {
		token, err := d.Token()
		if err != nil {
			return false // also at the end
		}
		if s, ok := token.(string); ok && strings.Contains(s, text) {
			return true
		}
	}
}

// A Field is a value at a place in a payload's JSON. Make it with [ParseField].
type Field struct {
	path  []string
	value string
}

// ErrField says that a text is not a field.
var ErrField = errors.New("it is not PATH=VALUE, as data.from=+15005550001 or /data/from=+15005550001")

// ParseField reads PATH=VALUE. A path has names with dots between them, or, if names contain
// dots, is a JSON pointer. A name that is a number is the place in an array; without one, any
// element counts. A value is a string without its quotes, or a number, true, false or null as
// it stands in the JSON.
func ParseField(text string) (Field, error) {
	path, value, ok := strings.Cut(text, "=")
	if !ok || strings.Trim(path, "./") == "" {
		return Field{}, fmt.Errorf("%w", ErrField)
	}
	if pointer, is := strings.CutPrefix(path, "/"); is {
		names := strings.Split(pointer, "/")
		for i, name := range names {
			names[i] = strings.NewReplacer("~1", "/", "~0", "~").Replace(name)
		}
		return Field{names, value}, nil
	}
	return Field{strings.Split(path, "."), value}, nil
}

// in reports whether the field is at the path in a value.
func (f Field) in(value any, path []string) bool {
	if list, ok := value.([]any); ok {
		return f.inList(list, path)
	}
	if len(path) == 0 {
		return text(value) == f.value && !isObject(value)
	}
	object, ok := value.(map[string]any)
	if !ok {
		return false
	}
	next, ok := object[path[0]]
	return ok && f.in(next, path[1:])
}

// inList reports whether the field is in the element that the path names, or in any.
func (f Field) inList(list []any, path []string) bool {
	if len(path) > 0 {
		if n, err := strconv.Atoi(path[0]); err == nil {
			return n >= 0 && n < len(list) && f.in(list[n], path[1:])
		}
	}
	for _, element := range list {
		if f.in(element, path) {
			return true
		}
	}
	return false
}

func isObject(value any) bool {
	_, ok := value.(map[string]any)
	return ok
}

// text returns a JSON value that is neither an object nor an array as a field names it.
func text(value any) string {
	switch value := value.(type) {
	case string:
		return value
	case json.Number:
		return value.String()
	case bool:
		return strconv.FormatBool(value)
	case nil:
		return "null"
	}
	return ""
}
