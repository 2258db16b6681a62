package cost

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"maps"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// secret is the source's. Sample secrets are refused outside of `sam local`.
const secret = "whsec_measured-and-never-used-elsewhere"

// An ingestSubject is ingest with a fake SQS.
type ingestSubject struct {
	subject
	sqs *lambdatest.SQS
}

func newIngest(t *testing.T) ingestSubject {
	t.Helper()
	sqs := lambdatest.NewSQS()
	t.Cleanup(sqs.Server.Close)
	env := sqs.Env()
	env["SOURCES"] = `{"contiguity": {"secrets": ["` + secret + `"]}}`
	return ingestSubject{sqs: sqs, subject: subject{
		path: ingest.Path(t), env: env, want: "accepted",
		next: func() []byte { return webhookEvent(t) }, calls: func() int { return len(sqs.Sent()) },
	}}
}

// webhookEvent returns the sample as API Gateway invokes ingest with it, signed now.
func webhookEvent(t *testing.T) []byte {
	t.Helper()
	text, err := os.ReadFile(root + "events/http/" + sampleName + ".json")
	if err != nil {
		t.Fatal(err)
	}
	var e events.APIGatewayV2HTTPRequest
	if err := json.Unmarshal(text, &e); err != nil {
		t.Fatal(err)
	}
	if e.IsBase64Encoded {
		body, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			t.Fatal(err)
		}
		e.Body, e.IsBase64Encoded = string(body), false
	}
	s, err := dialect.Find(sampleName)
	if err != nil {
		t.Fatal(err)
	}
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}}
	for name, values := range dialect.Sign(s.Provider, settings, []byte(e.Body), time.Now()).Header {
		e.Headers[strings.ToLower(name)] = strings.Join(values, ",")
	}
	return mustJSON(t, e)
}

// headers is about how many bytes API Gateway adds to an answer: status line, date, content
// type, length, connection and request id.
const headers = 200

// event returns what one event leaves in the queue, and the size of its answer.
func (s ingestSubject) event(t *testing.T) Event {
	t.Helper()
	p := lambdatest.Run(t, s.path, s.env)
	var answer events.APIGatewayV2HTTPResponse
	if err := json.Unmarshal(lambdatest.MustInvoke(t, p, s.next()), &answer); err != nil {
		t.Fatal(err)
	}
	m := s.message()
	return Event{
		Answer:  float64(len(answer.Body) + headers),
		Message: float64(queue.Wire{Body: m.Body, Attributes: m.Attributes}.Size()),
	}
}

// message returns the first message that ingest sent.
func (s ingestSubject) message() lambdatest.SQSMessage { return s.sqs.Sent()[0] }

// A processSubject is process with a fake DynamoDB.
type processSubject struct {
	*subject
	table  *table
	events int // invoked with so far
}

func newProcess(t *testing.T, m lambdatest.SQSMessage, size int) *processSubject {
	t.Helper()
	table := newTable(t)
	p := &processSubject{table: table}
	env := table.to.Env()
	maps.Copy(env, map[string]string{ // queues, which are used only if something fails
		"VAULT_BUCKET": "vault", "QUEUE_URL": "http://127.0.0.1:1/queue", "DLQ_URL": "http://127.0.0.1:1/dead", "AWS_ENDPOINT_URL_SQS": "http://127.0.0.1:1",
	})
	p.subject = &subject{
		path: process.Path(t), env: env, want: `"batchItemFailures":[]`, calls: table.callCount,
		next: func() []byte {
			var batch events.SQSEvent
			for range size {
				p.events++
				batch.Records = append(batch.Records, record(m, p.events))
			}
			return mustJSON(t, batch)
		},
	}
	return p
}

// record returns the message as the event source invokes process with it, under another id.
func record(m lambdatest.SQSMessage, n int) events.SQSMessage {
	id := m.Attributes["id"]
	own := id[:len(id)-6] + fmt.Sprintf("%06d", n)
	now := fmt.Sprint(time.Now().UnixMilli())
	r := events.SQSMessage{
		MessageId: fmt.Sprintf("5a3c1e00-0000-4000-8000-%012d", n), ReceiptHandle: fmt.Sprint("receipt-", n),
		Body: strings.ReplaceAll(m.Body, id, own),
		Attributes: map[string]string{
			"ApproximateReceiveCount": "1", "SentTimestamp": now, "ApproximateFirstReceiveTimestamp": now, "SenderId": "AROATEST",
		},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
		EventSource:       "aws:sqs", EventSourceARN: "arn:aws:sqs:us-east-1:123456789012:queue", AWSRegion: "us-east-1",
	}
	for name, value := range m.Attributes {
		if value = strings.ReplaceAll(value, id, own); name == queue.AttrReceived {
			value = now // an older one is logged as late
		}
		r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return r
}

func mustJSON(t *testing.T, v any) []byte {
	t.Helper()
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	return text
}
