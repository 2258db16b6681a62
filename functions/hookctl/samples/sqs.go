package samples

import (
	"context"
	"crypto/md5" //nolint:gosec // SQS has it as a checksum of the body
	"encoding/hex"
	"fmt"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/ingest"
	"webhookintake/shared/lambdahttp"
	"webhookintake/shared/queue"
	"webhookintake/shared/queue/memory"
	"webhookintake/shared/source"
)

// ingested returns what ingest puts into the queue for the HTTP event.
func ingested(ctx context.Context, e events.APIGatewayV2HTTPRequest) (queue.Wire, error) {
	q := memory.New(memory.Options{Now: dialect.Time})
	h := lambdahttp.Handler(&ingest.Handler{
		Sources: source.Fixed(dialect.Sources()),
		Queue:   q,
		Now:     func() time.Time { return time.UnixMilli(e.RequestContext.TimeEpoch) },
	})
	answer, err := h(ctx, e)
	if err != nil {
		return queue.Wire{}, fmt.Errorf("ingest: %w", err)
	}
	messages := q.Messages()
	if len(messages) != 1 {
		return queue.Wire{}, fmt.Errorf("ingest answered %d %s", answer.StatusCode, answer.Body)
	}
	return messages[0].Wire, nil
}

// record returns a message as in Lambda's event at its first receive. It has no
// SentTimestamp, because the message would count as queued since then, and be too old one
// day.
func record(w queue.Wire, number int) events.SQSMessage {
	sum := md5.Sum([]byte(w.Body)) //nolint:gosec // as above
	m := events.SQSMessage{
		MessageId:     fmt.Sprintf("5a3c1e00-0000-4000-8000-%012d", number),
		ReceiptHandle: fmt.Sprintf("sample-receipt-%03d", number),
		Body:          w.Body,
		Md5OfBody:     hex.EncodeToString(sum[:]),
		Attributes: map[string]string{
			"ApproximateReceiveCount":          "1",
			"ApproximateFirstReceiveTimestamp": strconv.FormatInt(dialect.Time().UnixMilli(), 10),
			"SenderId":                         "AROASAMPLE:webhook-intake-Ingest",
		},
		MessageAttributes: make(map[string]events.SQSMessageAttribute, len(w.Attributes)),
		EventSource:       "aws:sqs",
		EventSourceARN:    "arn:aws:sqs:" + region + ":" + accountID + ":webhook-intake-Queue",
		AWSRegion:         region,
	}
	for name, value := range w.Attributes {
		m.MessageAttributes[name] = events.SQSMessageAttribute{
			DataType: "String", StringValue: new(value),
			StringListValues: []string{}, BinaryListValues: [][]byte{},
		}
	}
	return m
}

func batch(records ...events.SQSMessage) events.SQSEvent { return events.SQSEvent{Records: records} }
