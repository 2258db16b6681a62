package telemetry_test

import (
	"bytes"
	"fmt"
	"regexp"
	"time"

	"webhookintake/shared/telemetry"
)

// A function counts while it works, and flushes at the end of the invocation: one line.
func Example() {
	var out bytes.Buffer // os.Stdout in a Lambda function
	metrics := telemetry.NewMetrics(&out, false, telemetry.Dimension{Name: telemetry.FieldFunction, Value: "process"})

	source := telemetry.Dimension{Name: telemetry.FieldSource, Value: "kyc"}
	metrics.Count(telemetry.MetricHandled, 2, source)
	metrics.Time(telemetry.MetricQueueDelay, 40*time.Millisecond, source)
	if err := metrics.Flush(); err != nil {
		fmt.Println(err)
	}

	fmt.Print(regexp.MustCompile(`"Timestamp":\d+`).ReplaceAllString(out.String(), `"Timestamp":0`))
	// Output: {"Handled":2,"QueueDelay":40,"_aws":{"Timestamp":0,"CloudWatchMetrics":[{"Namespace":"WebhookIntake","Dimensions":[["function","source"]],"Metrics":[{"Name":"Handled","Unit":"Count"},{"Name":"QueueDelay","Unit":"Milliseconds"}]}]},"function":"process","source":"kyc"}
}
