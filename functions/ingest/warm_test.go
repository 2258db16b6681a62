package main

import (
	"net/http"
	"slices"
	"testing"

	"webhookintake/shared/lambdatest"
)

// The program opens its connection to SQS before it asks for its first event, and sends the
// first webhook on it.
func TestConnectsFirst(t *testing.T) {
	t.Parallel()
	lambdatest.WantOnce(t, []string{"1: GET ", "1: POST AmazonSQS.SendMessage"}, func() []string {
		sqs := newSQS(t)
		recorder := lambdatest.Record(sqs)
		t.Cleanup(recorder.Server.Close)
		p := lambdatest.Run(t, program.Path(t), with(sqs, map[string]string{
			"QUEUE_URL": recorder.Server.URL + "/123456789012/queue", "AWS_ENDPOINT_URL_SQS": recorder.Server.URL,
		}))
		if requests := recorder.Requests(); !slices.Equal(requests, []string{"1: GET "}) {
			t.Errorf("before the first event: %q, want one GET", requests)
		}
		body := `{"id": "evt_1", "type": "text.incoming.sms", "timestamp": 1790000000, "data": {}}`
		if got := send(t, p, signed("contiguity", "", body)); got.StatusCode != http.StatusOK {
			t.Fatalf("%+v", got)
		}
		return recorder.Requests()
	})
}
