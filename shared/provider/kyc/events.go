package kyc

import (
	"bytes"
	"encoding/json"
	"strings"

	"webhookintake/shared/webhook"
)

// The typed events. One session sends several of them. The last to arrive is not always the
// newest, so take the current state from the payload or from the API.
var (
	// SessionCreated says that a session was made.
	SessionCreated = webhook.NewType[Session](Provider{}, "kyc.session.created")
	// SessionCompleted says that the end user finished the last step.
	SessionCompleted = webhook.NewType[Session](Provider{}, "kyc.session.completed")
	// SessionProcessed says that the session was decided automatically. An automatic
	// approval comes as this event, not as [SessionApproved].
	SessionProcessed = webhook.NewType[Session](Provider{}, "kyc.session.processed")
	// SessionApproved says that a compliance officer approved the session.
	SessionApproved = webhook.NewType[Session](Provider{}, "kyc.session.approved")
	// SessionRejected says that a compliance officer rejected the session.
	SessionRejected = webhook.NewType[Session](Provider{}, "kyc.session.rejected")
	// SessionManualReview says that the session waits for a compliance officer.
	SessionManualReview = webhook.NewType[Session](Provider{}, "kyc.session.manual_review")
)

// A Status is the status of a session. The documented list is not complete, and uses upper
// and lower case: compare with [Status.Is], and expect others.
type Status string

// The statuses that the documentation shows.
const (
	StatusActive   Status = "active"
	StatusApproved Status = "APPROVED"
)

// Is reports whether both are equal, ignoring case.
func (s Status) Is(other Status) bool { return strings.EqualFold(string(s), string(other)) }

// A Decision is the final decision on a session. Compare with [Decision.Is].
type Decision string

// DecisionFlagged with [StatusApproved] means that the customer is accepted and must be
// monitored. It is the only documented decision.
const DecisionFlagged Decision = "flagged"

// Is reports whether both are equal, ignoring case.
func (d Decision) Is(other Decision) bool { return strings.EqualFold(string(d), string(other)) }

// A Session is the payload of every session event.
//
// The documentation names the fields Status and FinalDecision. The others have the names of
// the REST API. They are empty if the event does not have them, or not as strings.
// Everything else is in Raw.
type Session struct {
	SessionID     string          `json:"session_id,omitempty"`
	WorkflowID    string          `json:"workflow_id,omitempty"`
	CustomerID    string          `json:"customer_id,omitempty"`
	ClientID      string          `json:"client_id,omitempty"` // your own id of the customer
	Status        Status          `json:"status,omitempty"`
	FinalDecision Decision        `json:"final_decision,omitempty"`
	Metadata      json.RawMessage `json:"metadata,omitempty"` // as given when the session was made
	Raw           json.RawMessage `json:"-"`                  // the whole payload as received
}

// Entity returns the id of the session.
func (s Session) Entity() string { return s.SessionID }

// UnmarshalJSON reads the fields from data or, if they are missing there, from an object
// "session" in it; the id of the session may also be data.id. Status and FinalDecision must
// be strings if they are present. The other fields are not documented, so their form must
// not make the event unusable.
func (s *Session) UnmarshalJSON(data []byte) error {
	outer, err := webhook.ParseObject(data)
	if err != nil {
		return &webhook.FieldError{Field: "data", Problem: "want an object"}
	}
	// An error leaves the inner object empty, as if there were none.
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

// fields are the objects that may have a field, the most likely first.
type fields [2]webhook.Object

// raw returns the first value of that name that is not null, or nil.
func (f fields) raw(name string) json.RawMessage {
	for _, o := range f {
		if value := o.Get(name); value != nil && string(value) != "null" {
			return value
		}
	}
	return nil
}

// text returns the first value of that name, or "" if it is not a string.
func (f fields) text(name string) (text string) {
	_ = json.Unmarshal(f.raw(name), &text) // it stays empty on an error
	return text
}

// documented reads a field that is documented as a string. It may be missing.
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

// Types returns the typed events. Watchlist events, whose names are not documented, reach
// handlers of all events of the provider.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		SessionCreated.Info("SessionCreated"),
		SessionCompleted.Info("SessionCompleted"),
		SessionProcessed.Info("SessionProcessed"),
		SessionApproved.Info("SessionApproved"),
		SessionRejected.Info("SessionRejected"),
		SessionManualReview.Info("SessionManualReview"),
	}
}
