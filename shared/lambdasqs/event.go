package lambdasqs

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/webhook"
)

// Invoke implements [lambda.Handler]. It reads the batch itself: for a body of 900 kB,
// encoding/json, with which package lambda reads events, takes three times as long. An
// event that is not a batch of SQS is an error, so that all its messages come again.
//
// [lambda.Handler]: https://pkg.go.dev/github.com/aws/aws-lambda-go/lambda#Handler
func (f Func) Invoke(ctx context.Context, payload []byte) ([]byte, error) {
	e, err := readEvent(payload)
	if err != nil {
		return nil, fmt.Errorf("the event is not a batch of SQS: %w", err)
	}
	answer, err := f(ctx, e)
	if err != nil {
		return nil, err
	}
	return json.Marshal(answer)
}

// readEvent reads the fields that Messages uses.
// Format: https://docs.aws.amazon.com/lambda/latest/dg/with-sqs.html
func readEvent(payload []byte) (events.SQSEvent, error) {
	o, err := webhook.ParseObject(payload)
	if err != nil {
		return events.SQSEvent{}, err
	}
	records, err := o.Objects("Records")
	if err != nil {
		return events.SQSEvent{}, fmt.Errorf("Records: %w", err)
	}
	e := events.SQSEvent{Records: make([]events.SQSMessage, len(records))}
	for i, r := range records {
		if e.Records[i], err = readRecord(r); err != nil {
			return events.SQSEvent{}, err
		}
	}
	return e, nil
}

func readRecord(o webhook.Object) (r events.SQSMessage, err error) {
	var hasID, hasReceipt, hasBody bool
	r.MessageId, hasID = o.Text("messageId")
	r.ReceiptHandle, hasReceipt = o.Text("receiptHandle")
	if r.Body, hasBody = o.Text("body"); !hasID || !hasReceipt || !hasBody {
		return r, errors.New("a record lacks its messageId, receiptHandle or body")
	}
	r.Attributes = o.Texts("attributes")
	attributes, _ := o.Object("messageAttributes") // a message may have none
	r.MessageAttributes = make(map[string]events.SQSMessageAttribute)
	for name := range attributes.All() {
		if attribute, err := attributes.Object(name); err == nil {
			if text, ok := attribute.Text("stringValue"); ok {
				r.MessageAttributes[name] = events.SQSMessageAttribute{StringValue: &text}
			}
		}
	}
	return r, nil
}
