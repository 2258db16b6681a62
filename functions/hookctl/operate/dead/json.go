package dead

import (
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

// A View is a letter as JSON. It has a payload only after [View.WithPayload].
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

	Record    *RecordView    `json:"record,omitempty"`
	Redriving *RedrivingView `json:"redriving,omitempty"`
	Result    string         `json:"result,omitempty"` // the outcome: redriven, refused, dropped or failed
	Problem   string         `json:"problem,omitempty"`

	Payload     string `json:"payload,omitempty"`
	PayloadB64  []byte `json:"payload_base64,omitempty"` // in place of a payload that is not UTF-8
	KeptPayload string `json:"kept_payload,omitempty"`   // the one that the ledger keeps
	KeptB64     []byte `json:"kept_payload_base64,omitempty"`
}

// A RecordView is the ledger's record of an event, as JSON.
type RecordView struct {
	State        ledger.State `json:"state"`
	Reason       string       `json:"reason,omitempty"`
	Fence        int64        `json:"fence"`
	Attempts     int          `json:"attempts"`
	Done         []string     `json:"done,omitempty"`
	Started      []string     `json:"started,omitempty"`
	Hash         string       `json:"hash,omitempty"`
	FirstClaimed time.Time    `json:"first_claimed,omitzero"`
	Finished     time.Time    `json:"finished,omitzero"`
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
	if r := plan.Record; r != nil {
		v.Record = &RecordView{
			State: r.State, Reason: r.Reason, Fence: r.Fence, Attempts: r.Attempts, Done: r.Done, Started: r.Started,
			Hash: r.Hash, FirstClaimed: r.FirstClaimed.UTC(), Finished: r.Finished.UTC(),
		}
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

// View returns the result as JSON.
func (r Result) View() View {
	v := r.Plan.View()
	v.Result = r.Outcome()
	if r.Fail != nil {
		v.Problem = r.Fail.Error()
	}
	return v
}

// WithPayload adds the letter's own body, and the one that the ledger keeps; nil means
// none.
func (v View) WithPayload(body, kept []byte) View {
	v.Payload, v.PayloadB64 = operate.PayloadText(body)
	v.KeptPayload, v.KeptB64 = operate.PayloadText(kept)
	return v
}
