package sqs_test

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
)

// TestRequests pins what goes over the wire: what SQS needs, no more, and zeros where SQS
// requires them though the engines do not.
func TestRequests(t *testing.T) {
	t.Parallel()
	attributes := `{
		"source": {"DataType": "String", "StringValue": "contiguity"},
		"provider": {"DataType": "String", "StringValue": "contiguity"},
		"id": {"DataType": "String", "StringValue": "evt_1"},
		"type": {"DataType": "String", "StringValue": "text.incoming.sms"},
		"received": {"DataType": "String", "StringValue": "1772366400007"}}`
	receive := `"MessageAttributeNames": ["All"], "MessageSystemAttributeNames": ["ApproximateReceiveCount", "SentTimestamp"]`
	for _, tt := range []struct {
		name      string
		call      func(*testing.T, *sqs.Queue)
		operation string
		want      string // besides QueueUrl
	}{
		{
			name: "send", operation: "SendMessage", want: `{"MessageBody": "{}", "MessageAttributes": ` + attributes + `}`,
			call: func(t *testing.T, q *sqs.Queue) { _ = q.Send(t.Context(), sms(), 0) },
		},
		{
			name: "send with delay, rounded up", operation: "SendMessage",
			want: `{"MessageBody": "{}", "DelaySeconds": 2, "MessageAttributes": ` + attributes + `}`,
			call: func(t *testing.T, q *sqs.Queue) { _ = q.Send(t.Context(), sms(), 1001*time.Millisecond) },
		},
		{
			name: "receive", operation: "ReceiveMessage", want: `{"MaxNumberOfMessages": 10, ` + receive + `}`,
			call: func(t *testing.T, q *sqs.Queue) { _, _ = q.Receive(t.Context(), 10, 0) },
		},
		{
			name: "receive and wait, rounded down", operation: "ReceiveMessage",
			want: `{"MaxNumberOfMessages": 1, "WaitTimeSeconds": 1, ` + receive + `}`,
			call: func(t *testing.T, q *sqs.Queue) { _, _ = q.Receive(t.Context(), 1, 1999*time.Millisecond) },
		},
		{
			name: "receive and wait long", operation: "ReceiveMessage",
			want: `{"MaxNumberOfMessages": 1, "WaitTimeSeconds": 20, ` + receive + `}`,
			call: func(t *testing.T, q *sqs.Queue) { _, _ = q.Receive(t.Context(), 1, time.Hour) },
		},
		{
			name: "delete", operation: "DeleteMessageBatch",
			want: `{"Entries": [{"Id": "0", "ReceiptHandle": "a"}, {"Id": "1", "ReceiptHandle": "b"}]}`,
			call: func(t *testing.T, q *sqs.Queue) { q.Delete(t.Context(), []string{"a", "b"}) },
		},
		{
			name: "defer", operation: "ChangeMessageVisibilityBatch",
			want: `{"Entries": [
				{"Id": "0", "ReceiptHandle": "a", "VisibilityTimeout": 0},
				{"Id": "1", "ReceiptHandle": "b", "VisibilityTimeout": 2}]}`,
			call: func(t *testing.T, q *sqs.Queue) {
				q.Defer(t.Context(), []queue.Deferral{{Receipt: "a"}, {Receipt: "b", After: time.Second + 1}})
			},
		},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q, f := serve(t, always(200, "{}"))
			tt.call(t, q)
			want := request{Operation: tt.operation}
			if err := json.Unmarshal([]byte(tt.want), &want.Body); err != nil {
				t.Fatal(err)
			}
			want.Body["QueueUrl"] = queueURL
			if diff := cmp.Diff([]request{want}, f.requests); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestReceiveReads(t *testing.T) {
	t.Parallel()
	q, _ := serve(t, always(200, `{"Messages": [
		{"MessageId": "m1", "ReceiptHandle": "r1", "Body": "{}", "MD5OfBody": "99914b932bd37a50b983c5e7c90ae93b",
		 "Attributes": {"ApproximateReceiveCount": "3", "SentTimestamp": "1772366400007"},
		 "MessageAttributes": {
			"source": {"DataType": "String", "StringValue": "kyc"},
			"number": {"DataType": "Number", "StringValue": "1"},
			"binary": {"DataType": "Binary", "BinaryValue": "AAEC"},
			"label": {"DataType": "String.label", "StringValue": "x"}}},
		{"MessageId": "m2", "ReceiptHandle": "r2", "Body": "x",
		 "Attributes": {"ApproximateReceiveCount": "many", "SentTimestamp": "-"}}]}`))
	got, err := q.Receive(t.Context(), 10, 0)
	if err != nil {
		t.Fatal(err)
	}
	var wires []queue.Wire
	for _, m := range got {
		wires = append(wires, m.Wire)
		if m.Unreadable == nil {
			t.Errorf("%s is readable, without most of its attributes", m.Wire.MessageID)
		}
	}
	want := []queue.Wire{
		{
			MessageID: "m1", Receipt: "r1", Body: "{}", Attributes: map[string]string{"source": "kyc"},
			Receives: 3, Sent: time.UnixMilli(1772366400007).UTC(),
		},
		{MessageID: "m2", Receipt: "r2", Body: "x", Attributes: map[string]string{}},
	}
	if diff := cmp.Diff(want, wires); diff != "" {
		t.Errorf("received (-want +got):\n%s", diff)
	}
}
