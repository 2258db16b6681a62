package dead_test

import (
	"encoding/json"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/functions/hookctl/operate/dead"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/queue"
)

// TestViews wants times in UTC.
func TestViews(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.on("reply", hook.AtMostOnce)
		w.client.Planner.AssumeDone = []string{"reply"}
		w.fail(queue.ReasonOutcomeUnknown, nil, []string{"reply"})
		plan := w.plans(dead.Filter{})[0]
		local := time.FixedZone("CEST", 2*3600)
		plan.Letter.Received = plan.Letter.Received.In(local)
		plan.Record.FirstClaimed, plan.Record.Finished = plan.Record.FirstClaimed.In(local), plan.Record.Finished.In(local)
		view := dead.Result{Plan: plan, Fail: errors.Join(errLost)}.View().WithPayload([]byte(`{"a":"ü"}`), []byte("\xff"))
		text, err := json.Marshal(view)
		if err != nil {
			t.Fatal(err)
		}
		record, err := json.Marshal(events.Entry{Key: "texts#evt_1", Record: *plan.Record}.View())
		if err != nil {
			t.Fatal(err)
		}
		want := `{"message_id":"m1","source":"texts","provider":"contiguity","id":"evt_1","type":"text.incoming.sms",` +
			`"reason":"outcome_unknown","error":"bank is closed","attempts":1,"fence":1,"at":"2000-01-01T00:00:00Z","received":"2000-01-01T00:00:00Z",` +
			`"record":` + string(record) + `,` +
			`"redriving":{"fate":"run","run":["note"],"done":["reply"],"assumed_done":["reply"]},` +
			`"act":"redrive","outcome":"failed","problem":"lost","payload":"{\"a\":\"ü\"}","kept_payload_base64":"/w=="}`
		if diff := cmp.Diff(want, string(text)); diff != "" {
			t.Errorf("JSON (-want +got):\n%s", diff)
		}
	})
}

// TestViewHash wants the hashes of the body and of the record under the same name, to compare
// them.
func TestViewHash(t *testing.T) {
	t.Parallel()
	inWorld(t, func(w *world) {
		w.on("note")
		w.on("reply", hook.AtMostOnce)
		w.fail(queue.ReasonPermanent, nil, nil)
		plans, err := w.client.Examine(w.Context(), "evt_1")
		if err != nil || len(plans) != 1 {
			t.Fatalf("Examine = %d plans, %v", len(plans), err)
		}
		text, err := json.Marshal(plans[0].View())
		if err != nil {
			t.Fatal(err)
		}
		var got struct {
			Hash   string `json:"hash"`
			Record struct {
				Hash string `json:"hash"`
			} `json:"record"`
		}
		if err := json.Unmarshal(text, &got); err != nil || got.Hash == "" || got.Hash != got.Record.Hash {
			t.Errorf("hashes %q and %q, %v; want the same:\n%s", got.Hash, got.Record.Hash, err, text)
		}
	})
}
