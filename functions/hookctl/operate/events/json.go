package events

import (
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
)

// A View is an event as JSON, the same in every command. Times are RFC 3339 in UTC. The
// fields are listed in hookctl's README, and their names stay.
type View struct {
	Source       string    `json:"source"`
	ID           string    `json:"id"`
	Type         string    `json:"type"`
	State        string    `json:"state"`
	Reason       string    `json:"reason,omitempty"`
	Kind         string    `json:"kind,omitempty"` // why it is open: the handler and the Go type of its error
	Next         Next      `json:"next,omitempty"`
	NextAt       time.Time `json:"next_at,omitzero"`
	Attempts     int       `json:"attempts"` // that count against the limit
	Runs         int       `json:"runs"`     // all of them
	Tries        []Try     `json:"tries,omitempty"`
	Done         []string  `json:"done"`
	Started      []string  `json:"started"`
	Received     time.Time `json:"received"`
	Since        time.Time `json:"since,omitzero"` // when it became open
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

// A Next is what happens next to an event.
type Next string

// The next steps. An event of which nothing more happens has none.
const (
	NextRetry     Next = "retry"     // the queue delivers it again, at NextAt at the earliest
	NextLeaseEnd  Next = "lease_end" // it is being handled; if its process died, it is delivered again after NextAt
	NextOperator  Next = "operator"  // its dead letter waits to be redriven or dropped
	NextUnhandled Next = "replay"    // no handler was registered: it is replayed once there is one
)

func (e Entry) nextStep() Next {
	switch {
	case e.State == ledger.StateReleased:
		return NextRetry
	case e.State == ledger.StateClaimed:
		return NextLeaseEnd
	case e.HasLetter():
		return NextOperator
	case e.State == ledger.StateCompleted && e.Reason == ledger.ReasonUnhandled:
		return NextUnhandled
	}
	return ""
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
		Source: e.Source(), ID: e.ID(), Type: e.Type, State: string(e.State), Reason: e.Reason, Kind: e.Kind, Next: e.nextStep(), NextAt: e.NextTry().UTC(),
		Attempts: e.Attempts, Runs: e.Runs, Tries: tries,
		Done: append([]string{}, e.Done...), Started: append([]string{}, e.Started...),
		Received: e.Received.UTC(), Since: e.Since.UTC(), FirstClaimed: e.FirstClaimed.UTC(), Finished: e.Finished.UTC(), NotBefore: e.NotBefore.UTC(),
		Lease: e.Lease.UTC(), DedupUntil: e.DedupUntil.UTC(), Expires: e.Expires.UTC(), Fence: e.Fence, Hash: e.Hash, Secret: e.Secret,
	}
}

// WithPayload adds the payload, unless it is nil.
func (v View) WithPayload(payload []byte) View {
	v.Payload, v.PayloadB64 = operate.PayloadText(payload)
	return v
}
