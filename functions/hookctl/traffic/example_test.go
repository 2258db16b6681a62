package traffic_test

import (
	"fmt"
	"time"

	"webhookintake/functions/hookctl/traffic"
)

// A seed always makes the same schedule, so that a run can be repeated.
func Example() {
	rate, err := traffic.ParseRate("120/m")
	if err != nil {
		fmt.Println(err)
		return
	}
	faults, err := traffic.ParseFaults("duplicate=50%")
	if err != nil {
		fmt.Println(err)
		return
	}
	plan := traffic.Plan{Events: 3, Rate: rate, Faults: faults, Seed: 3}
	for _, d := range plan.Schedule(2) {
		fmt.Println(d.At.Round(time.Millisecond), "event", d.Event, "type", d.Type, "again:", d.Copy)
	}
	// Output:
	// 357ms event 0 type 1 again: false
	// 871ms event 1 type 0 again: false
	// 1.046s event 2 type 0 again: false
	// 1.598s event 2 type 0 again: true
	// 1.648s event 1 type 0 again: true
	// 1.997s event 0 type 1 again: true
}
