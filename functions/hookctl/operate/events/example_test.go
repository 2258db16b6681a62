package events_test

import (
	"context"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/events"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/provider/kyc"
)

// The plan of a replay says what would run. Without a queue nothing is sent.
func Example() {
	l := &table{
		records: map[string]ledger.Record{"kyc#evt_1": {
			State: ledger.StateCompleted, Type: "kyc.session.approved", Fence: 1, Done: []string{"open-account"},
			Received: noon, Expires: noon.Add(29 * 24 * time.Hour),
		}},
		payloads: map[string]string{"kyc#evt_1": `{"id":"evt_1","type":"kyc.session.approved","data":{}}`},
	}
	var registry hook.Registry
	hook.On(&registry, kyc.SessionApproved, "open-account", func(context.Context, hook.Event[kyc.Session]) error { return nil })

	r := events.Replay{Ledger: l, Handlers: operate.Handlers{All: &registry}, Now: func() time.Time { return noon }}
	rec, _, _ := l.Record(context.Background(), "kyc#evt_1")
	plan, err := r.Plan(events.Entry{Key: "kyc#evt_1", Record: rec})
	fmt.Println(plan.Key, plan.Text(), err)
	fmt.Println(r.Send(context.Background(), plan))
	// Output:
	// kyc#evt_1 open-account <nil>
	// <nil>
}
