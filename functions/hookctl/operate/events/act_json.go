package events

import "webhookintake/functions/hookctl/operate/act"

// The outcomes of an act, in JSON.
const (
	OutcomePlanned = "planned" // it would be done; nothing was sent
	OutcomeSent    = "sent"    // the queue has the message that does it
	OutcomeRefused = "refused" // it is left alone, for the problem
	OutcomeUnknown = "unknown" // it may or may not have been sent
)

// An ActView is an event as JSON, as it was found, with what an act does to it.
type ActView struct {
	View
	Act     string `json:"act"`            // retry, cancel or replay
	Plan    string `json:"plan,omitempty"` // what happens
	Warning string `json:"warning,omitempty"`
	Outcome string `json:"outcome"`
	Problem string `json:"problem,omitempty"` // why it is refused, or not known
}

// NewActView returns the outcome of an act as JSON. Planned says that nothing was sent.
func NewActView(name string, r act.Result[Entry], planned bool) ActView {
	v := ActView{View: r.Item.View(), Act: name, Plan: r.Text, Warning: r.Warn, Outcome: OutcomeSent}
	switch {
	case r.Err != nil:
		v.Outcome, v.Problem = OutcomeUnknown, r.Err.Error()
	case r.Refuse != nil:
		v.Outcome, v.Problem, v.Plan, v.Warning = OutcomeRefused, r.Refuse.Error(), "", ""
	case planned:
		v.Outcome = OutcomePlanned
	}
	return v
}
