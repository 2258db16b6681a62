package events

import (
	"time"

	"webhookintake/functions/hookctl/operate"
)

// A View is an event as JSON. Times are RFC 3339 in UTC.
type View struct {
	Source       string    `json:"source"`
	ID           string    `json:"id"`
	Type         string    `json:"type"`
	State        string    `json:"state"`
	Reason       string    `json:"reason,omitempty"`
	Attempts     int       `json:"attempts"` // that count against the limit
	Runs         int       `json:"runs"`     // all of them
	Tries        []Try     `json:"tries,omitempty"`
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
	Secret       *int      `json:"secret,omitempty"` // index of the source's secret that signed it

	Payload    string `json:"payload,omitempty"`
	PayloadB64 []byte `json:"payload_base64,omitempty"` // in place of a payload that is not UTF-8
}

// A Try is why a handler left the event unfinished in one run, as JSON.
type Try struct {
	At      time.Time `json:"at"`
	Run     int       `json:"run"`
	Outcome string    `json:"outcome"`
	Handler string    `json:"handler,omitempty"` // empty if the process died
	Error   string    `json:"error"`
}

// View returns the event as JSON.
func (e Entry) View() View {
	var tries []Try
	for _, t := range e.Tries {
		tries = append(tries, Try{At: t.At.UTC(), Run: t.Attempt, Outcome: t.Outcome, Handler: t.Handler, Error: t.Error})
	}
	return View{
		Source: e.Source(), ID: e.ID(), Type: e.Type, State: string(e.State), Reason: e.Reason, Attempts: e.Attempts, Runs: e.Runs, Tries: tries,
		Done: append([]string{}, e.Done...), Started: append([]string{}, e.Started...),
		Received: e.Received.UTC(), FirstClaimed: e.FirstClaimed.UTC(), Finished: e.Finished.UTC(), NotBefore: e.NotBefore.UTC(),
		Lease: e.Lease.UTC(), DedupUntil: e.DedupUntil.UTC(), Expires: e.Expires.UTC(), Fence: e.Fence, Hash: e.Hash, Secret: e.Secret,
	}
}

// WithPayload adds the payload, unless it is nil.
func (v View) WithPayload(payload []byte) View {
	v.Payload, v.PayloadB64 = operate.PayloadText(payload)
	return v
}
