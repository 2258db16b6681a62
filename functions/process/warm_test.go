package main

import (
	"maps"
	"slices"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
)

// The program opens its connection to DynamoDB before it asks for its first event, and claims
// the first one on it.
func TestConnectsFirst(t *testing.T) {
	t.Parallel()
	lambdatest.WantOnce(t, []string{"1: GET ", "1: POST DynamoDB_20120810.PutItem"}, func() []string {
		table := lambdatest.NewDynamoDB()
		t.Cleanup(table.Server.Close)
		recorder := lambdatest.Record(table)
		t.Cleanup(recorder.Server.Close)
		env := maps.Clone(deployed)
		env["AWS_ENDPOINT_URL_DYNAMODB"] = recorder.Server.URL
		p := lambdatest.Run(t, obedient.Path(t), env)
		if requests := recorder.Requests(); !slices.Equal(requests, []string{"1: GET "}) {
			t.Errorf("before the first event: %q, want one GET", requests)
		}
		if again, log := invoke(t, p, time.Minute, text("text.incoming.sms", "evt_1", "ok")); len(again) > 0 {
			t.Fatalf("comes again: %v; log:\n%s", again, log)
		}
		requests := recorder.Requests()
		if len(requests) != 3 {
			t.Fatalf("requests %q, want three", requests)
		}
		return requests[:2]
	})
}
