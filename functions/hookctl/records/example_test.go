package records_test

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"webhookintake/functions/hookctl/records"
	"webhookintake/functions/hookctl/screen"
	"webhookintake/shared/hook"
	"webhookintake/shared/ledger"
	"webhookintake/shared/provider/kyc"
)

// What a replay would run is said before anything is sent; here nothing is.
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

	var out bytes.Buffer
	r := records.Replay{
		Ledger: l, Registry: &registry, Now: func() time.Time { return noon },
		Screen: screen.New(&out, func(string) string { return "" }),
	}
	entries, _ := r.Read(context.Background(), []string{"kyc#evt_1"})
	err := r.Run(context.Background(), entries)
	fmt.Print(out.String())
	fmt.Println(err)
	// Output:
	// 1 event to be handled again. As the handlers are registered here, these run:
	//   open-account       1 times
	// would send kyc#evt_1: open-account
	// 1 event could be replayed; none was.
	// <nil>
}
