package bench

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// batchSize is the event source's.
const batchSize = 10

// BenchmarkProcess measures process with a handler that does nothing, the smallest possible
// function behind a queue (floor), and one that only makes two conditional writes for each
// event (two writes), in one run. It prints a table for a DynamoDB that answers at once, and
// one for DynamoDB Local. The ratios mean more than the times, which depend on the machine.
func BenchmarkProcess(b *testing.B) {
	idle := lambdatest.Program{
		Package:  "webhookintake/functions/process",
		Handlers: "testdata/idle/register.go",
	}
	defer func() {
		if err := idle.Remove(); err != nil {
			b.Error(err)
		}
	}()
	programs := []candidate{
		{name: "floor", path: build(b, "./testdata/floorqueue")},
		{name: "two writes", path: build(b, "./testdata/floorprocess")},
		{name: "process", path: idle.Path(b), log: " handled by idle"},
	}
	b.Run("instant", func(b *testing.B) {
		fake := lambdatest.NewDynamoDB()
		defer fake.Server.Close()
		processTable(b, "an instant fake of DynamoDB", programs, func(string) map[string]string { return fake.Env() })
	})
	b.Run("local", func(b *testing.B) {
		l := newDynamoDBLocal(b)
		processTable(b, "DynamoDB Local", programs, l.env)
	})
}

// processTable prints a table of the programs, each with the environment for its name.
func processTable(b *testing.B, over string, programs []candidate, env func(name string) map[string]string) {
	b.Helper()
	candidates := make([]candidate, len(programs))
	for i, c := range programs {
		c.env = env(c.name)
		maps.Copy(c.env, map[string]string{ // of queues that only failures use
			"QUEUE_URL": "http://127.0.0.1:1/queue", "DLQ_URL": "http://127.0.0.1:1/dead", "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:1",
		})
		candidates[i] = c
	}
	l := load{
		warmUp: 30, iterations: 150, events: batchSize, timeout: time.Minute, want: `"batchItemFailures":[]`,
		event: func() []byte { return newBatch(b) },
	}
	title := fmt.Sprintf("process, batches of %d new events, over %s", batchSize, over)
	for b.Loop() {
		table(os.Stdout, title, candidates, measure(b, l, candidates))
	}
}

// newBatch returns an SQS event with new events.
func newBatch(b *testing.B) []byte {
	b.Helper()
	var batch events.SQSEvent
	for range batchSize {
		batch.Records = append(batch.Records, newRecord(b))
	}
	text, err := json.Marshal(batch)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// newRecord returns the message of a new event, as the event source passes it.
func newRecord(b *testing.B) events.SQSMessage {
	b.Helper()
	id := "evt_" + rand.Text()
	w, err := queue.Encode(queue.Message{Event: webhook.Event{
		Source: "contiguity", Provider: "contiguity", ID: id, Type: contiguity.TextIncomingSMS.Name(), Received: time.Now(),
		Raw: []byte(`{"id":"` + id + `","type":"text.incoming.sms","timestamp":1790000000,"api_version":"2026-01-01",` +
			`"data":{"from":"+15005550001","to":"+15005550002","body":"Is my order on its way?","timestamp":1790000000}}`),
	}})
	if err != nil {
		b.Fatal(err)
	}
	now := fmt.Sprint(time.Now().UnixMilli())
	r := events.SQSMessage{
		MessageId: rand.Text(), ReceiptHandle: rand.Text() + rand.Text(), Body: w.Body,
		Attributes: map[string]string{
			"ApproximateReceiveCount": "1", "SentTimestamp": now, "ApproximateFirstReceiveTimestamp": now, "SenderId": "AROATEST",
		},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
		EventSource:       "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:queue", AWSRegion: "us-east-1",
	}
	for name, value := range w.Attributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return r
}
