package traffic

import (
	"crypto/rand"
	"encoding/binary"
	"fmt"
	"net/http"
	"strconv"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

// A maker makes the requests of a run. It makes the same body for every try of a delivery and
// for its duplicate, so that bodies need not be kept.
type maker struct {
	profile  Profile
	settings webhook.Settings
	samples  []dialect.Sample
	run      uint32    // is in all ids of this run
	began    time.Time // of the run
}

// newRun returns a random part of ids, which differs between runs.
func newRun() uint32 {
	var b [4]byte
	_, _ = rand.Read(b[:]) // never fails: it ends the program instead
	return binary.BigEndian.Uint32(b[:])
}

// id returns the id of an event of this run.
func (m *maker) id(event int) string {
	if m.profile.NumberIDs {
		return strconv.FormatUint(uint64(m.run)*MaxEvents+uint64(event), 10)
	}
	return fmt.Sprintf("evt_%08x_%06d", m.run, event)
}

// body returns the sample of the delivery's type, with the event's id and time. The error
// says that the sample cannot have an id.
func (m *maker) body(d Delivery) ([]byte, error) {
	s := m.samples[d.Type]
	s.Body = s.Fresh(m.began.Add(d.Created))
	body, err := s.WithID(m.id(d.Event))
	if err != nil {
		return nil, fmt.Errorf("sample %s: %w", s.Name, err)
	}
	return body, nil
}

// request returns the delivery as sent at the given time.
func (m *maker) request(d Delivery, at time.Time) (webhook.Request, error) {
	body, err := m.body(d)
	if err != nil {
		return webhook.Request{}, err
	}
	if !m.profile.SignsEachTry {
		at = m.began.Add(d.Created)
	}
	provider := m.samples[d.Type].Provider
	if d.Forgery == OtherSecret {
		return dialect.SignWrong(provider, m.settings, body, at), nil
	}
	r := dialect.Sign(provider, m.settings, body, at)
	switch d.Forgery {
	case ChangedBody:
		r.Body = append(r.Body, ' ') // still the same JSON
	case NoSignature:
		r.Header = http.Header{}
	}
	return r, nil
}
