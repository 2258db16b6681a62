package source

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"unicode/utf8"
)

// errNotObject says that a JSON value is something else than an object.
var errNotObject = errors.New("want a JSON object, as {\"name\": …}")

// A member is one name and value of a JSON object.
type member struct {
	name  string
	value json.RawMessage
}

// readDocument reads doc as one JSON object and nothing else. The errors of
// encoding/json quote the text they stumble over, which may be a secret's, so a fault
// of syntax is told by its place alone.
func readDocument(doc []byte) ([]member, error) {
	if !utf8.Valid(doc) {
		return nil, errors.New("not valid UTF-8; save the document as UTF-8")
	}
	var whole json.RawMessage
	if err := json.Unmarshal(doc, &whole); err != nil {
		offset := int64(len(doc))
		if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
			offset = syntax.Offset
		}
		line, column := place(doc, offset)
		return nil, fmt.Errorf("not one JSON document: look at line %d, character %d", line, column)
	}
	return readObject(whole)
}

// place turns the number of bytes read into a line and a character in it, both from 1.
func place(doc []byte, read int64) (line, column int) {
	before := doc[:min(max(read, 0), int64(len(doc)))]
	line = 1 + bytes.Count(before, []byte("\n"))
	column = utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
	return line, max(column, 1)
}

// readObject lists the members of a JSON value whose syntax was checked before, in
// their order and with repeated names, which a map would hide. Of a value that is no
// object it returns errNotObject.
func readObject(value json.RawMessage) ([]member, error) {
	d := json.NewDecoder(bytes.NewReader(value))
	if open, err := d.Token(); err != nil || open != json.Delim('{') {
		return nil, errNotObject
	}
	var members []member
	for d.More() {
		name, err := d.Token()
		if err != nil {
			return nil, errNotObject
		}
		m := member{name: fmt.Sprint(name)}
		if err := d.Decode(&m.value); err != nil {
			return nil, errNotObject
		}
		members = append(members, m)
	}
	return members, nil
}
