package dead

import (
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/queue"
)

// A View is a letter as JSON, the same in every command. It has a payload only after
// [View.WithPayload]. The fields are listed in hookctl's README, and their names stay.
type View struct {
	MessageID  string       `json:"message_id"`
	Source     string       `json:"source,omitempty"`
	Provider   string       `json:"provider,omitempty"`
	ID         string       `json:"id,omitempty"`
	Type       string       `json:"type,omitempty"`
	Reason     queue.Reason `json:"reason"`
	Error      string       `json:"error,omitempty"`
	Attempts   int          `json:"attempts,omitempty"`
	Fence      int64        `json:"fence,omitempty"`
	At         time.Time    `json:"at,omitzero"`
	Received   time.Time    `json:"received,omitzero"`
	Unreadable string       `json:"unreadable,omitempty"`
	Folded     []string     `json:"folded,omitempty"` // message ids of the event's other letters

	Hash string `json:"hash,omitempty"` // of the body, if the body was looked at

	Record    *events.View   `json:"record,omitempty"` // the ledger's
	Redriving *RedrivingView `json:"redriving,omitempty"`
	Closes    *bool          `json:"closes_event,omitempty"` // whether dropping it gives its event up, too
	Act       string         `json:"act,omitempty"`          // redrive or drop
	Outcome   string         `json:"outcome,omitempty"`      // planned, redriven, refused, dropped or failed
	Problem   string         `json:"problem,omitempty"`

	Payload     string `json:"payload,omitempty"`
	PayloadB64  []byte `json:"payload_base64,omitempty"` // in place of a payload that is not UTF-8
	KeptPayload string `json:"kept_payload,omitempty"`   // the one that the ledger keeps
	KeptB64     []byte `json:"kept_payload_base64,omitempty"`
}

// A RedrivingView is what redriving would do, as JSON.
type RedrivingView struct {
	Fate        Fate     `json:"fate"`
	Run         []string `json:"run,omitempty"`
	RunIfSet    []string `json:"run_if_set,omitempty"` // those of Run that need settings which cannot be seen from here
	Done        []string `json:"done,omitempty"`
	Assumed     []string `json:"assumed_done,omitempty"`
	MayActTwice []string `json:"may_act_twice,omitempty"`
	NotRepeated []string `json:"not_repeated,omitempty"`
	Refused     string   `json:"refused,omitempty"`
}

// View returns the letter as JSON.
func (l Letter) View() View {
	v := View{
		MessageID: l.Wire.MessageID, Source: l.Source, Provider: l.Provider, ID: l.ID, Type: l.Type,
		Reason: l.Reason(), Error: l.Cause(), Attempts: l.Attempts(), At: l.At(), Received: l.Received.UTC(),
		Fence: l.Fence(), Folded: l.Folded,
	}
	if l.Raw != nil {
		v.Hash = l.Hash()
	}
	if l.Unreadable != nil {
		v.Unreadable = l.Unreadable.Error()
	}
	return v
}

// View returns the letter, its record and what redriving would do, as JSON.
func (plan Plan) View() View {
	v := plan.Letter.View()
	if plan.Record != nil {
		v.Record = new(events.Entry{Key: plan.Letter.Key(), Record: *plan.Record}.View())
	}
	if plan.Err != nil {
		v.Problem = plan.Err.Error()
		return v
	}
	v.Redriving = &RedrivingView{
		Fate: plan.Fate, Run: plan.Run, RunIfSet: plan.RunIfSet, Done: plan.Done, Assumed: plan.Assumed,
		MayActTwice: plan.MayActTwice, NotRepeated: plan.NotRepeated,
	}
	if plan.Why != nil {
		v.Redriving.Refused = plan.Why.Error()
	}
	return v
}

// did adds the outcome of an act, and what went wrong.
func (v View) did(act, outcome string, problem error) View {
	v.Act, v.Outcome = act, outcome
	if problem != nil {
		v.Problem = problem.Error()
	}
	return v
}

// PlannedView returns the plan as JSON, as an act that did nothing yet.
func (plan Plan) PlannedView() View {
	if plan.Fate == FateRefused {
		return plan.View().did(ActRedrive, Refused, plan.Why)
	}
	return plan.View().did(ActRedrive, Planned, nil)
}

// View returns the outcome as JSON.
func (r Result) View() View {
	if r.Fate == FateRefused && r.Fail == nil {
		return r.PlannedView()
	}
	return r.Plan.View().did(ActRedrive, r.Outcome(), r.Fail)
}

// View returns the plan as JSON.
func (p DropPlan) View() View {
	v := Plan{Letter: p.Letter, Record: p.Record}.View()
	v.Redriving, v.Closes = nil, &p.Closes
	outcome := Planned
	if p.Refuse != nil {
		outcome = Refused
	}
	return v.did(ActDrop, outcome, p.Refuse)
}

// View returns the outcome as JSON.
func (r DropResult) View() View { return r.DropPlan.View().did(ActDrop, r.Outcome(), r.Fail) }

// WithPayload adds the letter's own body, and the one that the ledger keeps; nil means
// none.
func (v View) WithPayload(body, kept []byte) View {
	v.Payload, v.PayloadB64 = operate.PayloadText(body)
	v.KeptPayload, v.KeptB64 = operate.PayloadText(kept)
	return v
}
