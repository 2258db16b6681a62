package lambdasqs_test

import (
	"fmt"
	"time"

	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/process"
)

// The log describes the outcome of an event in a few words.
func ExampleSummary() {
	r := process.Result{
		Outcome: process.Handled,
		Runs:    []process.Run{{Handler: "auto-reply", End: process.RunDone, Took: time.Millisecond}},
	}
	r.Message.ID = "evt_1"
	fmt.Println(lambdasqs.Summary(r))
	// Output: evt_1 handled by auto-reply
}
