package queue

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"time"

	"webhookintake/shared/webhook"
)

// The values of AttrEncoding.
const (
	encodingBase64 = "base64"
	encodingGzip   = "gzip+base64"
	encodingVault  = "vault"
	encodingNone   = "none"
)

// noBody is the body of a message that has none: SQS refuses an empty one.
const noBody = "none"

// maxReceived is the last millisecond of the year 9999. A later time has no RFC 3339 form.
const maxReceived = 253402300799999

// Encode returns the body and the attributes of m as they are sent; the other fields of
// the Wire are zero. An Unreadable message keeps the body that it came with, and those of
// its attributes that fit. The error is ErrTooLarge, or ErrInvalid with the field at fault.
func Encode(m Message) (Wire, error) {
	if m.Unreadable != nil {
		return encodeUnreadable(m)
	}
	if err := checkEvent(m.Event); err != nil {
		return Wire{}, err
	}
	body, encoding, err := encodeBody(m)
	if err != nil {
		return Wire{}, err
	}
	w := Wire{Body: body, Attributes: map[string]string{
		AttrSource:   m.Source,
		AttrProvider: m.Provider,
		AttrID:       m.ID,
		AttrType:     m.Type,
		AttrReceived: strconv.FormatInt(m.Received.UnixMilli(), 10),
	}}
	if encoding != "" {
		w.Attributes[AttrEncoding] = encoding
	}
	origin, err := encodeOrigin(m)
	if err != nil {
		return Wire{}, err
	}
	if origin != "" {
		w.Attributes[AttrOrigin] = origin
	}
	if m.Failure != nil {
		if w.Attributes[AttrFailure], err = m.Failure.encode(); err != nil {
			return Wire{}, err
		}
	}
	if w.Size() > MaxBytes { // an operator's lists may be longer than the room for them
		return Wire{}, fmt.Errorf("%w: %d bytes with its failure", ErrTooLarge, w.Size())
	}
	return w, nil
}

func checkEvent(e webhook.Event) error {
	ms := e.Received.UnixMilli()
	for _, check := range []struct {
		name string
		ok   bool
	}{
		{AttrSource, validSource(e.Source)},
		{AttrProvider, validSource(e.Provider)},
		{AttrID, webhook.ValidName(e.ID)},
		{AttrType, webhook.ValidName(e.Type)},
		{AttrReceived, ms > 0 && ms <= maxReceived},
	} {
		if !check.ok {
			return fmt.Errorf("%w: %s is missing or malformed", ErrInvalid, check.name)
		}
	}
	return nil
}

// encodeUnreadable makes a message that can be sent, whatever must be dropped for it: a
// message that could be neither handled nor dead-lettered would come back forever.
// Attributes give way to the failure, and the failure to the body.
func encodeUnreadable(m Message) (Wire, error) {
	if !ValidText(m.Wire.Body) {
		return Wire{}, fmt.Errorf("%w: no queue can have delivered the unreadable body", ErrInvalid)
	}
	w := Wire{Body: m.Wire.Body, Attributes: map[string]string{}}
	if w.Size() > MaxBytes {
		return Wire{}, fmt.Errorf("%w: an unreadable body of %d bytes", ErrTooLarge, w.Size())
	}
	if m.Failure != nil {
		value, err := m.Failure.encode()
		if err != nil {
			return Wire{}, err
		}
		if !w.add(AttrFailure, value) {
			short := Failure{Reason: m.Failure.Reason}
			if value, err = short.encode(); err == nil {
				w.add(AttrFailure, value)
			}
		}
	}
	own := []string{AttrEncoding, AttrSource, AttrProvider, AttrID, AttrType, AttrReceived, AttrOrigin, AttrFailure}
	for _, name := range slices.Concat(own, slices.Sorted(maps.Keys(m.Wire.Attributes))) {
		if value, ok := m.Wire.Attributes[name]; ok {
			w.add(name, value)
		}
	}
	return w, nil
}

// add sets an attribute if SQS accepts it and it fits, and reports whether it is set. It
// does not change one that is set already.
func (w Wire) add(name, value string) bool {
	if _, ok := w.Attributes[name]; ok {
		return true
	}
	fits := len(w.Attributes) < MaxAttributes && w.Size()+attributeSize(name, value) <= MaxBytes
	if !fits || !ValidAttributeName(name) || !ValidText(value) {
		return false
	}
	w.Attributes[name] = value
	return true
}

// Decode reads a message as the queue delivered it. It does not fail: if w is not what
// Encode writes, it sets Unreadable to the first fault, which quotes nothing of w, and
// fills the fields that it can read.
func Decode(w Wire) Message {
	m := Message{Wire: w}
	fault := func(err error) {
		if m.Unreadable == nil && err != nil {
			m.Unreadable = err
		}
	}
	name := func(field *string, attribute string, valid func(string) bool) {
		value, err := readAttribute(w, attribute, valid)
		fault(err)
		*field = value
	}
	name(&m.Source, AttrSource, validSource)
	name(&m.Provider, AttrProvider, validSource)
	name(&m.ID, AttrID, webhook.ValidName)
	name(&m.Type, AttrType, webhook.ValidName)
	var received string
	name(&received, AttrReceived, validReceived)
	if ms, err := strconv.ParseInt(received, 10, 64); err == nil {
		m.Received = time.UnixMilli(ms).UTC()
	}
	var err error
	m.NoBody = w.Attributes[AttrEncoding] == encodingNone
	m.Raw, err = decodeBody(w.Body, w.Attributes)
	fault(err)
	fault(decodeOrigin(&m, w.Attributes))
	m.Failure, err = decodeFailure(w.Attributes)
	fault(err)
	return m
}

func readAttribute(w Wire, name string, valid func(string) bool) (string, error) {
	value, ok := w.Attributes[name]
	if !ok {
		return "", fmt.Errorf("attribute %s is missing", name)
	}
	if !valid(value) {
		return "", fmt.Errorf("attribute %s is malformed", name)
	}
	return value, nil
}

// validSource reports whether s can be the name of a source or provider. "payload" cannot:
// the ledger keeps payloads under that name.
func validSource(s string) bool {
	if s == "" || len(s) > 63 || s[0] == '-' || s == "payload" {
		return false
	}
	for i := range len(s) {
		if b := s[i]; (b < 'a' || b > 'z') && (b < '0' || b > '9') && b != '-' {
			return false
		}
	}
	return true
}

// validReceived accepts only the decimal form that Encode writes.
func validReceived(s string) bool {
	ms, err := strconv.ParseInt(s, 10, 64)
	return err == nil && ms > 0 && ms <= maxReceived && strconv.FormatInt(ms, 10) == s
}
