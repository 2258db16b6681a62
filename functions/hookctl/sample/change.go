package sample

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math/big"
	"slices"
	"strconv"
	"time"
)

// Fresh is the body of an event like s that never was before: with a new id, and with
// at as its time where the provider's envelope has one.
func (s Sample) Fresh(at time.Time) []byte {
	body := setMember(s.Body, "id", s.newID())
	seconds := []byte(strconv.FormatInt(at.Unix(), 10))
	for _, name := range []string{"timestamp", "created"} {
		body = setMember(body, name, seconds)
	}
	if start, end, ok := findMember(body, "crumbs"); ok {
		crumbs := setMember(body[start:end], "timestamp", seconds)
		body = setMember(body, "crumbs", setMember(crumbs, "from", newSender()))
	}
	return body
}

// newSender makes a number for a format without ids (contiguity-v1), where another text
// of the same number within the same second is the same event.
func newSender() []byte {
	n, _ := rand.Int(rand.Reader, big.NewInt(100_000_000)) // never fails: it ends the program instead
	return fmt.Appendf(nil, `"+1500%08d"`, n.Int64())
}

// WithID is the body with another id, and the same at every call. An id that the
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

// newID makes an id as JSON, of the kind that the sample has.
func (s Sample) newID() []byte {
	if s.hasNumber() {
		n, _ := rand.Int(rand.Reader, big.NewInt(900_000_000)) // never fails: it ends the program instead
		return []byte(strconv.FormatInt(n.Int64()+100_000_000, 10))
	}
	var b [8]byte
	_, _ = rand.Read(b[:]) // likewise
	return []byte(`"evt_` + hex.EncodeToString(b[:]) + `"`)
}

// hasNumber reports whether the id is a number.
func (s Sample) hasNumber() bool {
	start, end, ok := findMember(s.Body, "id")
	return ok && s.Body[start:end][0] != '"'
}

// setMember is body with another value in the member of that name, where it has one.
// The rest stays byte for byte.
func setMember(body []byte, name string, value []byte) []byte {
	start, end, ok := findMember(body, name)
	if !ok {
		return body
	}
	return slices.Concat(body[:start], value, body[end:])
}

// findMember gives the place of the value of a member of the outermost object.
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
