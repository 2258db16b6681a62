package bench

import (
	"crypto/rand"
	"encoding/json"
	"fmt"
	"maps"
	"testing"
	"time"

	lambdaevents "github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// batchSize is the event source's.
const batchSize = 10

// BenchmarkProcess measures process with a handler that does nothing, the smallest possible
// function behind a queue (floor), one that only makes two conditional writes for each event
// (two writes), and one for Node with Powertools, in one run. It prints a table for a DynamoDB that answers at once, and
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
	programs := append(node(b, "Powertools", "process.mjs"),
		candidate{name: "floor", path: build(b, "./testdata/floorqueue")},
		candidate{name: "two writes", path: build(b, "./testdata/floorprocess")},
		candidate{name: "process", path: idle.Path(b), log: `"handlers":"idle"`},
	)
	for _, load := range []struct{ events, size, iterations int }{
		{1, 0, 400}, {2, 0, 300}, {5, 0, 200}, {10, 0, 150}, {1, 100_000, 60}, {10, 100_000, 15}, {1, 900_000, 30}, {5, 900_000, 10},
	} {
		b.Run(fmt.Sprintf("instant/%d of %d", load.events, load.size), func(b *testing.B) {
			fake := lambdatest.NewDynamoDB()
			defer fake.Server.Close()
			processTable(b, load.events, load.size, load.iterations, "an instant fake of DynamoDB", programs, func(string) map[string]string { return fake.Env() })
		})
	}
	for _, events := range []int{1, batchSize} {
		b.Run(fmt.Sprintf("local/%d", events), func(b *testing.B) {
			l := newDynamoDBLocal(b)
			processTable(b, events, 0, 150, "DynamoDB Local", programs, l.env)
		})
	}
}

// processTable prints a table of the programs, each with the environment for its name. Events
// is the number in a batch, and size that of the text in each; 0 means a short one.
func processTable(b *testing.B, events, size, iterations int, over string, programs []candidate, env func(name string) map[string]string) {
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
		warmUp: iterations / 5, iterations: iterations, events: events, timeout: time.Minute, want: `"batchItemFailures":[]`,
		event: func() []byte { return newBatch(b, events, size) },
	}
	if events == batchSize && size == 0 {
		l.starts = 51
	}
	title := fmt.Sprintf("process, batches of %d new events of %.1f kB, over %s", events, float64(max(size, 300))/1000, over)
	for b.Loop() {
		report(b, title, candidates, measure(b, l, candidates))
	}
}

// newBatch returns an SQS event with new events.
func newBatch(b *testing.B, events, size int) []byte {
	b.Helper()
	var batch lambdaevents.SQSEvent
	for range events {
		batch.Records = append(batch.Records, newRecord(b, size))
	}
	text, err := json.Marshal(batch)
	if err != nil {
		b.Fatal(err)
	}
	return text
}

// newRecord returns the message of a new event, as the event source passes it.
func newRecord(b *testing.B, size int) lambdaevents.SQSMessage {
	b.Helper()
	id, text := "evt_"+rand.Text(), "Is my order on its way?"
	if size > 0 {
		text = longText(size)
	}
	raw := smsBody(id, text)
	w, err := queue.Encode(queue.Message{
		Event: webhook.Event{
			Source: "contiguity", Provider: "contiguity", ID: id, Type: contiguity.TextIncomingSMS.Name(), Received: time.Now(), Raw: raw,
		},
		Origin: queue.Origin{Digest: webhook.Hasher{}.Body(raw), Secret: new(0)}, // as ingest writes it
	})
	if err != nil {
		b.Fatal(err)
	}
	now := fmt.Sprint(time.Now().UnixMilli())
	r := lambdaevents.SQSMessage{
		MessageId: rand.Text(), ReceiptHandle: rand.Text() + rand.Text(), Body: w.Body,
		Attributes: map[string]string{
			"ApproximateReceiveCount": "1", "SentTimestamp": now, "ApproximateFirstReceiveTimestamp": now, "SenderId": "AROATEST",
		},
		MessageAttributes: map[string]lambdaevents.SQSMessageAttribute{},
		EventSource:       "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:queue", AWSRegion: "us-east-1",
	}
	for name, value := range w.Attributes {
		r.MessageAttributes[name] = lambdaevents.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return r
}

// smsBody returns the body of an event. Text is as JSON has it.
func smsBody(id, text string) []byte {
	return []byte(`{"id":"` + id + `","type":"text.incoming.sms","timestamp":1790000000,"api_version":"2026-01-01",` +
		`"data":{"from":"+15005550001","to":"+15005550002","body":"` + text + `","timestamp":1790000000}}`)
}
