package lambdasqs_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/queue"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// An id that arrives again after its window gives one warning and is counted once, even if
// its handler needs several tries; a duplicate gives neither.
func TestRepeated(t *testing.T) {
	t.Parallel()
	at := time.Now().Add(-48 * time.Hour).Truncate(time.Millisecond)
	arriving := func(id, body string, at time.Time) events.SQSMessage {
		w, err := queue.Encode(queue.Message{Event: webhook.Event{
			Source: "shop", Provider: "shop", ID: id, Identity: webhook.BodyHash, Type: "order.paid", Received: at, Raw: []byte(body),
		}})
		if err != nil {
			t.Fatal(err)
		}
		r := record(t, id, body)
		for name, value := range w.Attributes {
			r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
		}
		return r
	}
	var log bytes.Buffer
	w, now := worker(t), time.Now()
	w.Now = func() time.Time { return now }
	handle := lambdasqs.Handler(lambdasqs.Options{
		Worker: w, Log: logger(t, &log), Metrics: telemetry.NewMetrics(&log, false),
	})
	for _, step := range []struct {
		name    string
		message events.SQSMessage
		want    bool
	}{
		{"first", arriving("1", "{}", at), false},
		{"duplicate", arriving("1", "{}", at.Add(time.Hour)), false},
		{"after the window", arriving("1", "{}", at.Add(25*time.Hour)), true},
		{"another", arriving("2", "{}", at), false},
		{"after the window, failing", arriving("2", `{"fail":1}`, at.Add(25*time.Hour)), true},
		{"its second try", arriving("2", `{"fail":1}`, at.Add(25*time.Hour)), false},
	} {
		log.Reset()
		now = now.Add(time.Hour)
		if _, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{step.message}}); err != nil {
			t.Fatal(err)
		}
		warned := strings.Contains(log.String(), "was received before, outside of the window for duplicates")
		if counted := strings.Contains(log.String(), `"Repeated":1`); warned != step.want || counted != step.want {
			t.Errorf("%s: warned %v, counted %v, want %v:\n%s", step.name, warned, counted, step.want, &log)
		}
	}
}
