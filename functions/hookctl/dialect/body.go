package dialect

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"slices"
	"strconv"
	"time"
)

// Fresh returns the body of an event like s that never occurred before: with a new id, and
// with at as its time if the provider's envelope has one.
func (s Sample) Fresh(at time.Time) []byte {
	return s.dialect.Refresh(setMember(s.Body, "id", s.newID()), at)
}

// WithID returns the body with another id, the same bytes at every call. An id that the
// provider would not write is an error: Compliancely's are whole numbers.
func (s Sample) WithID(id string) ([]byte, error) {
	value, err := json.Marshal(id)
	if err != nil {
		return nil, fmt.Errorf("id %q: %w", id, err)
	}
	if _, _, ok := findMember(s.Body, "id"); !ok {
		return nil, fmt.Errorf("id %q: events of %s have no ids; the same body is the same event", id, s.Provider.Name())
	}
	if s.hasNumber() {
		n, err := strconv.ParseUint(id, 10, 63)
		if err != nil {
			return nil, fmt.Errorf("id %q: ids of %s are whole numbers; give one, as 70002", id, s.Provider.Name())
		}
		value = strconv.AppendUint(nil, n, 10)
	}
	return setMember(s.Body, "id", value), nil
}

// newID returns a new id as JSON, of the same kind as the sample's.
func (s Sample) newID() []byte {
	if s.hasNumber() {
		return strconv.AppendInt(nil, randomBelow(900_000_000)+100_000_000, 10)
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return []byte(`"evt_` + hex.EncodeToString(b[:]) + `"`)
}

// hasNumber reports whether the id is a number.
func (s Sample) hasNumber() bool {
	start, end, ok := findMember(s.Body, "id")
	return ok && s.Body[start:end][0] != '"'
}

func unixSeconds(at time.Time) []byte { return strconv.AppendInt(nil, at.Unix(), 10) }

// setMember returns body with another value in its member of that name, if it has one.
// The rest stays byte for byte.
func setMember(body []byte, name string, value []byte) []byte {
	start, end, ok := findMember(body, name)
	if !ok {
		return body
	}
	return slices.Concat(body[:start], value, body[end:])
}

// findMember returns the place of the value of a member of the outermost object.
func findMember(body []byte, name string) (start, end int, ok bool) {
	d := json.NewDecoder(bytes.NewReader(body))
	if _, err := d.Token(); err != nil {
		return 0, 0, false
	}
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return 0, 0, false
		}
		var value json.RawMessage
		if err := d.Decode(&value); err != nil {
			return 0, 0, false
		}
		if key == name {
			end = int(d.InputOffset())
			return end - len(value), end, true
		}
	}
	return 0, 0, false
}
