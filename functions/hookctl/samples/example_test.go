package samples_test

import (
	"context"
	"encoding/json"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/functions/hookctl/samples"
)

// Each file is the JSON of a type of package events of aws-lambda-go.
func Example() {
	files, err := samples.Build(context.Background(), nil)
	if err != nil {
		fmt.Println(err)
		return
	}
	var e events.SQSEvent
	if err := json.Unmarshal(files["sqs/contiguity.text.incoming.sms.json"], &e); err != nil {
		fmt.Println(err)
		return
	}
	fmt.Println(*e.Records[0].MessageAttributes["id"].StringValue)
	// Output: evt_sample_sms
}
