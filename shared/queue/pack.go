package queue

import (
	"bytes"
	"crypto/subtle"
	"encoding/json"
	"errors"
	"fmt"
	"strings"

	"webhookintake/shared/webhook"
)

// Errors of [Unpack].
var (
	// ErrDamaged says that the bytes are not those that Pack returned.
	ErrDamaged = errors.New("not a packed message, or a damaged one")
	// ErrOtherKey says that another key made the sum, so it cannot be checked.
	ErrOtherKey = errors.New("the sum of the packed message was made with another key")
)

// sumContext separates these sums from the ids that the same key makes of bodies, which
// are JSON.
const sumContext = "packed\n"

// Pack returns m as bytes, to be kept outside the queue: a sum made by hash, the
// attributes, and the body as received, each except the last ended by a line break. The
// error is ErrInvalid with the field at fault.
func Pack(m Message, hash webhook.Hasher) ([]byte, error) {
	described := m
	if m.Origin.Stored == nil {
		described.Raw = []byte("{}") // the attributes do not depend on a body that is sent as it is
	}
	w, err := Encode(described)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	attributes, err := json.Marshal(w.Attributes)
	if err != nil {
		return nil, fmt.Errorf("pack: %w", err)
	}
	content := append(append(attributes, '\n'), m.Raw...)
	return append([]byte(sum(hash, content)+"\n"), content...), nil
}

func sum(hash webhook.Hasher, content []byte) string {
	return hash.Body(append([]byte(sumContext), content...))
}

// Unpack returns the message that Pack was given. One of the hashes must have made its sum.
// The error is ErrOtherKey if none of them has the sum's key, otherwise ErrDamaged.
func Unpack(data []byte, hashes ...webhook.Hasher) (Message, error) {
	head, content, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return Message{}, ErrDamaged
	}
	if err := checkSum(string(head), content, hashes); err != nil {
		return Message{}, err
	}
	return unpack(content)
}

// Look returns the message as Unpack does, without checking its sum: it says what anybody may
// have written, so it is for searching, never for handling. The error is ErrDamaged.
func Look(data []byte) (Message, error) {
	_, content, ok := bytes.Cut(data, []byte("\n"))
	if !ok {
		return Message{}, ErrDamaged
	}
	return unpack(content)
}

func unpack(content []byte) (Message, error) {
	text, raw, ok := bytes.Cut(content, []byte("\n"))
	var attributes map[string]string
	if err := json.Unmarshal(text, &attributes); err != nil || !ok {
		return Message{}, ErrDamaged
	}
	m := Decode(Wire{Body: "{}", Attributes: attributes})
	if m.Unreadable != nil {
		return Message{}, fmt.Errorf("%w: %w", ErrDamaged, m.Unreadable)
	}
	m.Wire = Wire{}
	if m.Origin.Stored == nil {
		m.Raw = bytes.Clone(raw)
	}
	return m, nil
}

func checkSum(head string, content []byte, hashes []webhook.Hasher) error {
	err := ErrOtherKey
	for _, hash := range hashes {
		want := sum(hash, content)
		if subtle.ConstantTimeCompare([]byte(want), []byte(head)) == 1 {
			return nil
		}
		if kind(want) == kind(head) {
			err = ErrDamaged
		}
	}
	return err
}

// kind returns the part of a sum that says how it was made, and with which key.
func kind(sum string) string {
	kind, _, _ := strings.Cut(sum, ":")
	return kind
}
