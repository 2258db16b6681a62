package lambdasqs_test

import (
	"encoding/json"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/queue"
)

// members reads an object with encoding/json. It returns false if the text is not one.
func members(text []byte) (map[string]json.RawMessage, bool) {
	var all map[string]json.RawMessage
	err := json.Unmarshal(text, &all)
	return all, err == nil && all != nil
}

// text reads a string with encoding/json. It returns false if the value is not one.
func text(value json.RawMessage) (string, bool) {
	var s *string
	err := json.Unmarshal(value, &s)
	if err != nil || s == nil {
		return "", false
	}
	return *s, true
}

// reference reads a batch with encoding/json. It returns false if a message cannot be read.
func reference(event []byte) (ms []queue.Message, ok bool) {
	top, ok := members(event)
	var records []json.RawMessage
	if !ok || json.Unmarshal(top["Records"], &records) != nil || records == nil {
		return nil, false
	}
	e := events.SQSEvent{Records: make([]events.SQSMessage, len(records))}
	for i, record := range records {
		fields, isObject := members(record)
		r := events.SQSMessage{Attributes: map[string]string{}, MessageAttributes: map[string]events.SQSMessageAttribute{}}
		for name, field := range map[string]*string{"messageId": &r.MessageId, "receiptHandle": &r.ReceiptHandle, "body": &r.Body} {
			value, isText := text(fields[name])
			if !isObject || !isText {
				return nil, false
			}
			*field = value
		}
		attributes, _ := members(fields["attributes"])
		for name, value := range attributes {
			r.Attributes[name], _ = text(value)
		}
		attributes, _ = members(fields["messageAttributes"])
		for name, value := range attributes {
			attribute, _ := members(value)
			if value, ok := text(attribute["stringValue"]); ok {
				r.MessageAttributes[name] = events.SQSMessageAttribute{StringValue: &value}
			}
		}
		e.Records[i] = r
	}
	return lambdasqs.Messages(e), true
}

// FuzzInvoke compares what Invoke reads with what encoding/json reads, of any text: it passes
// the same messages on, or fails whole.
func FuzzInvoke(f *testing.F) {
	for _, seed := range []string{
		`{"Records":[{"messageId":"m","receiptHandle":"r","body":"{}"}]}`,
		`{"Records":[ {"messageId":"m\u0031","receiptHandle":"r\/","body":"\ud83d\ude00 \ud800 \u0000 é \\u00e9","attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1790000000000"},
			"messageAttributes":{"source":{"stringValue":"kyc","dataType":"String"},"s\u006furce":{"stringValue":"shop"},"id":{"stringValue":null},"type":{"binaryValue":"AA=="},"x":7}} ]}`,
		"{\"Records\":[{\"messageId\":\"m\",\"receiptHandle\":\"\xff\",\"body\":\"a\xffb\\n\",\"body\":\"b\"}],\"Records\":[]}",
		`{"Records":[{"messageId":"m","receiptHandle":"r","body":"{}","attributes":{"ApproximateReceiveCount":3}},{"messageId":"m"}]}`,
		`{"Records":null}`, `{"Records":[null]}`, `{"Records":[{}],"Records":{}}`, `[]`, ``, `{"Records":[]} x`,
		`{"Records":[{"messageId":1,"receiptHandle":"r","body":null,"messageAttributes":[{}]}]}`,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, event []byte) {
		want, ok := reference(event)
		got, err := invoke(t, string(event))
		if ok != (err == nil) {
			t.Fatalf("Invoke = %v, encoding/json reads it: %v", err, ok)
		}
		if diff := cmp.Diff(want, got, sameError); ok && diff != "" {
			t.Errorf("messages (-want +got):\n%s", diff)
		}
	})
}
