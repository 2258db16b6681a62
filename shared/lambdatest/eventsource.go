package lambdatest

import (
	"context"
	"encoding/json"
	"strconv"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/queue"
)

// An EventSource passes the messages of a queue to a program, as Lambda does. All fields
// are required.
type EventSource struct {
	Queue   queue.Queue
	Process *Process
	Timeout time.Duration // of the function
}

// Step receives a batch, waiting for the first message for up to the given time. It passes
// the batch to the program, deletes the messages that did not fail, and returns how many it
// deleted. If the program dies, the batch becomes visible at once; with Lambda it would
// wait, which would only lengthen a test.
func (s EventSource) Step(ctx context.Context, wait time.Duration) (acked int) {
	ms, err := s.Queue.Receive(ctx, queue.MaxBatch, wait)
	if err != nil || len(ms) == 0 {
		return 0
	}
	response, err := s.Process.Invoke(ctx, sqsEvent(ms), s.Timeout)
	var answer events.SQSEventResponse
	if err != nil || response.Failed || json.Unmarshal(response.Payload, &answer) != nil {
		again := make([]queue.Deferral, len(ms))
		for i, m := range ms {
			again[i] = queue.Deferral{Receipt: m.Wire.Receipt}
		}
		s.Queue.Defer(ctx, again) // otherwise they come back after the visibility timeout
		return 0
	}
	failed := map[string]bool{}
	for _, f := range answer.BatchItemFailures {
		failed[f.ItemIdentifier] = true
	}
	var receipts []string
	for _, m := range ms {
		if !failed[m.Wire.MessageID] {
			receipts = append(receipts, m.Wire.Receipt)
		}
	}
	s.Queue.Delete(ctx, receipts) // a message that stays comes again as a duplicate
	return len(receipts)
}

// sqsEvent returns a batch as Lambda passes it.
func sqsEvent(ms []queue.Message) []byte {
	var e events.SQSEvent
	for _, m := range ms {
		r := events.SQSMessage{
			MessageId: m.Wire.MessageID, ReceiptHandle: m.Wire.Receipt, Body: m.Wire.Body,
			Attributes: map[string]string{
				"ApproximateReceiveCount": strconv.Itoa(m.Wire.Receives),
				"SentTimestamp":           strconv.FormatInt(m.Wire.Sent.UnixMilli(), 10),
			},
			MessageAttributes: map[string]events.SQSMessageAttribute{},
		}
		for name, value := range m.Wire.Attributes {
			r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
		}
		e.Records = append(e.Records, r)
	}
	text, err := json.Marshal(e)
	if err != nil {
		panic(err)
	}
	return text
}
