package lambdasqs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// The line of an event that went well has what an operator looks for, and at most 200
// bytes. What does not fit is left out in the order that matters least.
func TestShortLine(t *testing.T) {
	t.Parallel()
	const hash = "hmac-abcdef:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	long := strings.Repeat("x", 200)
	at := func(secret int, signed string) queue.Origin { return queue.Origin{Secret: &secret, Signed: signed} }
	for _, tt := range []struct {
		name     string
		event    webhook.Event
		origin   queue.Origin
		handlers []string
		ago      time.Duration
		want     map[string]any
		timed    bool
	}{
		{"usual", webhook.Event{Source: "contiguity", ID: "evt_1AbCdEfGhIjKlMnOpQrStUv", Type: "text.incoming.sms"}, at(0, ""), []string{"auto-reply"}, 0, map[string]any{
			"source": "contiguity", "id": "evt_1AbCdEfGhIjKlMnOpQrStUv", "type": "text.incoming.sms", "outcome": "handled", "handlers": "auto-reply", "secret": 0.0,
		}, true},
		{"KYC", webhook.Event{Source: "kyc", ID: "b8cf2a4e-2f43-4d6c-9d3b-0a7f2f0b9c11", Type: "session.approved"}, at(1, "timestamp.body"), []string{"open"}, 0, map[string]any{
			"source": "kyc", "id": "b8cf2a4e-2f43-4d6c-9d3b-0a7f2f0b9c11", "type": "session.approved", "outcome": "handled", "handlers": 1.0,
			"secret": 1.0, "signed": "timestamp.body",
		}, true},
		{"it waited", webhook.Event{Source: "contiguity", ID: "evt_1", Type: "text.incoming.sms"}, at(0, ""), []string{"a", "b"}, 90 * time.Second, map[string]any{
			"source": "contiguity", "id": "evt_1", "type": "text.incoming.sms", "outcome": "handled", "handlers": "a, b", "secret": 0.0, "delay_s": 90.0,
		}, true},
		{"a version before did not say how it was signed", webhook.Event{Source: "kyc", ID: "1", Type: "t"}, queue.Origin{}, nil, 0, map[string]any{
			"source": "kyc", "id": "1", "type": "t", "outcome": "unhandled",
		}, true},
		{"a hash as its id", webhook.Event{Source: "compliancely", ID: hash, Type: "tin_match"}, at(0, ""), []string{"verify"}, 0, map[string]any{
			"source": "compliancely", "id": hash, "type": "tin_match", "outcome": "handled", "handlers": 1.0, "secret": 0.0,
		}, false},
		{"the longest names", webhook.Event{Source: long[:63], ID: long, Type: long}, at(9, "timestamp.body"), []string{long[:60], "b"}, 7 * 24 * time.Hour, map[string]any{
			"source": long[:41] + "…", "id": long[:12] + "…", "type": long[:12] + "…", "outcome": "handled", "handlers": 2.0,
			"secret": 9.0, "signed": "timestamp.body", "delay_s": 604800.0,
		}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // so that a busy machine does not make the delay longer
				w := worker(t)
				w.Handlers = &hook.Registry{}
				for _, name := range tt.handlers {
					hook.OnProvider(w.Handlers, shop{}, name, func(context.Context, hook.Event[json.RawMessage]) error { return nil })
				}
				tt.event.Provider, tt.event.Received, tt.event.Raw = "shop", time.Now().Add(-tt.ago).Truncate(time.Millisecond), []byte("{}")
				wire, err := queue.Encode(queue.Message{Event: tt.event, Origin: tt.origin})
				if err != nil {
					t.Fatal(err)
				}
				m := events.SQSMessage{MessageId: "m", Body: wire.Body, MessageAttributes: map[string]events.SQSMessageAttribute{}}
				for name, value := range wire.Attributes {
					m.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
				}
				var log bytes.Buffer
				if _, err := lambdasqs.Handler(lambdasqs.Options{Worker: w, Log: logger(t, &log)})(t.Context(), events.SQSEvent{Records: []events.SQSMessage{m}}); err != nil {
					t.Fatal(err)
				}
				if log.Len() > 200 || bytes.Count(log.Bytes(), []byte("\n")) != 1 {
					t.Errorf("%d bytes, want one line of at most 200: %s", log.Len(), &log)
				}
				var got map[string]any
				if err := json.Unmarshal(log.Bytes(), &got); err != nil {
					t.Fatal(err)
				}
				at, err := time.Parse(time.RFC3339, fmt.Sprint(got["time"]))
				if timed := err == nil && time.Since(at) < time.Hour; timed != tt.timed {
					t.Errorf("time %v, want one: %v", got["time"], tt.timed)
				}
				if _, ok := got["ms"].(float64); ok != (len(tt.handlers) > 0) {
					t.Errorf("ms %v with the handlers %q", got["ms"], tt.handlers)
				}
				delete(got, "time")
				delete(got, "ms")
				if diff := cmp.Diff(tt.want, got); diff != "" {
					t.Errorf("line (-want +got):\n%s", diff)
				}
			})
		})
	}
}

// The line of a failure says how it was signed, too: an event that fails again and again
// shows that its secret is in use.
func TestFailuresSayTheSecret(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	r := record(t, "1", `{"fail":1}`)
	origin := `{"digest":"d","secret":1,"signed":"body"}`
	r.MessageAttributes["origin"] = events.SQSMessageAttribute{DataType: "String", StringValue: &origin}
	if _, err := lambdasqs.Handler(lambdasqs.Options{Worker: worker(t), Log: logger(t, &log)})(t.Context(), events.SQSEvent{Records: []events.SQSMessage{r}}); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), `"outcome":"retried"`) || !strings.Contains(log.String(), `"secret":1,"signed":"body"`) {
		t.Errorf("log = %s", &log)
	}
}
