package records

import (
	"encoding/json"
	"io"
	"time"

	"webhookintake/functions/hookctl/screen"
)

// entryJSON is an entry as --json prints it. Times are RFC 3339 in UTC.
type entryJSON struct {
	Source       string    `json:"source"`
	ID           string    `json:"id"`
	Type         string    `json:"type"`
	State        string    `json:"state"`
	Reason       string    `json:"reason,omitempty"`
	Attempts     int       `json:"attempts"`
	Done         []string  `json:"done"`
	Started      []string  `json:"started"`
	Received     time.Time `json:"received"`
	FirstClaimed time.Time `json:"first_claimed,omitzero"`
	Finished     time.Time `json:"finished,omitzero"`
	NotBefore    time.Time `json:"not_before,omitzero"`
	Lease        time.Time `json:"lease,omitzero"`
	DedupUntil   time.Time `json:"dedup_until,omitzero"`
	Expires      time.Time `json:"expires,omitzero"`
	Fence        int64     `json:"fence"`
	Hash         string    `json:"hash,omitempty"`

	Payload json.RawMessage `json:"payload,omitempty"`
	Bytes   []byte          `json:"payload_base64,omitempty"`
}

func (e Entry) json() entryJSON {
	return entryJSON{
		Source: e.Source(), ID: e.ID(), Type: e.Type, State: string(e.State), Reason: e.Reason, Attempts: e.Attempts,
		Done: append([]string{}, e.Done...), Started: append([]string{}, e.Started...),
		Received: e.Received, FirstClaimed: e.FirstClaimed, Finished: e.Finished, NotBefore: e.NotBefore,
		Lease: e.Lease, DedupUntil: e.DedupUntil, Expires: e.Expires, Fence: e.Fence, Hash: e.Hash,
	}
}

// WriteJSON writes a line of JSON for each event.
func (l List) WriteJSON(w io.Writer) error {
	for _, e := range l.Entries {
		if err := screen.JSONLine(w, e.json()); err != nil {
			return err
		}
	}
	return nil
}

// WriteJSON writes the event as one line of JSON, with its payload unless that is nil:
// as "payload" where it is JSON, else as "payload_base64".
func (e Entry) WriteJSON(w io.Writer, payload []byte) error {
	out := e.json()
	if json.Valid(payload) {
		out.Payload = payload
	} else {
		out.Bytes = payload
	}
	return screen.JSONLine(w, out)
}
