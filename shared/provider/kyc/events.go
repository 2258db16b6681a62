package kyc

import (
	"bytes"
	"encoding/json"
	"strings"

	"webhookintake/shared/webhook"
)

// The typed events. One session yields several of them in a row, so what a session is
// now must be told by its payload or by asking the API, not by the last arrival.
var (
	// SessionCreated says that a session was made.
	SessionCreated = webhook.NewType[Session](Provider{}, "kyc.session.created")
	// SessionCompleted says that the end user finished the last step.
	SessionCompleted = webhook.NewType[Session](Provider{}, "kyc.session.completed")
	// SessionProcessed says that automation decided. An automatic approval comes as
	// this one, not as [SessionApproved].
	SessionProcessed = webhook.NewType[Session](Provider{}, "kyc.session.processed")
	// SessionApproved says that a compliance officer approved by hand.
	SessionApproved = webhook.NewType[Session](Provider{}, "kyc.session.approved")
	// SessionRejected says that a compliance officer rejected by hand.
	SessionRejected = webhook.NewType[Session](Provider{}, "kyc.session.rejected")
	// SessionManualReview says that the session waits for a compliance officer.
	SessionManualReview = webhook.NewType[Session](Provider{}, "kyc.session.manual_review")
)

// A Status is where a session stands. The documentation has no closed list of them and
// writes them in either case: compare with [Status.Is], and expect others.
type Status string

// The statuses that the documentation shows.
const (
	StatusActive   Status = "active"
	StatusApproved Status = "APPROVED"
)

// Is reports whether both are the same, in whatever case.
func (s Status) Is(other Status) bool { return strings.EqualFold(string(s), string(other)) }

// A Decision is how a session was decided in the end. Compare with [Decision.Is].
type Decision string

// DecisionFlagged with [StatusApproved] means: let in, but watch. It is the one decision
// that the documentation shows.
const DecisionFlagged Decision = "flagged"

// Is reports whether both are the same, in whatever case.
func (d Decision) Is(other Decision) bool { return strings.EqualFold(string(d), string(other)) }

// A Session is the payload of every session event.
//
// Of its fields the documentation names Status and FinalDecision. The others have the
// names of the REST API: they are empty where the event has them not, or not as
// strings. What else came is in Raw.
type Session struct {
	SessionID     string          `json:"session_id,omitempty"`
	WorkflowID    string          `json:"workflow_id,omitempty"`
	CustomerID    string          `json:"customer_id,omitempty"`
	ClientID      string          `json:"client_id,omitempty"` // your own id of the customer
	Status        Status          `json:"status,omitempty"`
	FinalDecision Decision        `json:"final_decision,omitempty"`
	Metadata      json.RawMessage `json:"metadata,omitempty"` // what the session was made with
	Raw           json.RawMessage `json:"-"`                  // the whole payload as it came
}

// Entity is the session that the event is about.
func (s Session) Entity() string { return s.SessionID }

// UnmarshalJSON reads the fields from data itself or, where it does not say them, from
// an object "session" within; the session's id may also be data.id. Only Status and
// FinalDecision must be strings where they are there: the rest is not documented, so
// another shape of it must not cost the event.
func (s *Session) UnmarshalJSON(data []byte) error {
	outer, err := webhook.ParseObject(data)
	if err != nil {
		return &webhook.FieldError{Field: "data", Problem: "want an object"}
	}
	// An error leaves no inner object, which is as good as none there.
	inner, _ := outer.Object("session")
	f := fields{outer, inner}
	read := Session{
		SessionID:  f.text("session_id"),
		WorkflowID: f.text("workflow_id"),
		CustomerID: f.text("customer_id"),
		ClientID:   f.text("client_id"),
		Metadata:   bytes.Clone(f.raw("metadata")),
		Raw:        bytes.Clone(data),
	}
	if read.SessionID == "" {
		read.SessionID = fields{inner, outer}.text("id")
	}
	if err := f.documented("status", &read.Status); err != nil {
		return err
	}
	if err := f.documented("final_decision", &read.FinalDecision); err != nil {
		return err
	}
	*s = read
	return nil
}

// fields are the objects in which a field may stand, the likeliest first.
type fields [2]webhook.Object

// raw is the first value of that name which is not null; nil where there is none.
func (f fields) raw(name string) json.RawMessage {
	for _, o := range f {
		if value := o.Get(name); value != nil && string(value) != "null" {
			return value
		}
	}
	return nil
}

// text is the first value of that name, empty where it is no string.
func (f fields) text(name string) (text string) {
	_ = json.Unmarshal(f.raw(name), &text) // an error leaves it empty, as promised
	return text
}

// documented reads a field that is known to be a string. It may be missing.
func (f fields) documented(name string, dst any) error {
	raw := f.raw(name)
	if raw == nil {
		return nil
	}
	if err := json.Unmarshal(raw, dst); err != nil {
		return &webhook.FieldError{Field: name, Problem: "want a string"}
	}
	return nil
}
