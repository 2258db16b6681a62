package sqs_test

import (
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/credentials"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/warm"
	"webhookintake/shared/webhook"
)

// Warming sends no message, and the first one finds the connection open.
func TestWarm(t *testing.T) {
	t.Parallel()
	lambdatest.WantOnce(t, []string{"1: GET ", "1: POST AmazonSQS.SendMessage"}, func() []string {
		service := lambdatest.NewSQS()
		defer service.Server.Close()
		recorder := lambdatest.Record(service)
		defer recorder.Server.Close()
		q, err := sqs.New(sqs.Options{
			URL: recorder.Server.URL + "/123456789012/queue", Region: "us-east-1", Endpoint: recorder.Server.URL,
			Credentials: credentials.NewStaticCredentialsProvider("AKIDTEST", "secret", ""), HTTPClient: warm.NewClient(),
		})
		if err != nil {
			t.Fatal(err)
		}
		q.Warm(t.Context())
		event := webhook.Event{Source: "kyc", Provider: "kyc", ID: "evt_1", Type: "session.created", Received: time.Now(), Raw: []byte("{}")}
		if err := q.Send(t.Context(), queue.Message{Event: event}, 0); err != nil {
			t.Fatal(err)
		}
		if sent := service.Sent(); len(sent) != 1 || sent[0].Attributes[queue.AttrID] != "evt_1" {
			t.Errorf("sent %v", sent)
		}
		return recorder.Requests()
	})
}
