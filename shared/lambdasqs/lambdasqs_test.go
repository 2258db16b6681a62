package lambdasqs_test

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/lambdasqs"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// shop is a provider whose body is the payload.
type shop struct{}

func (shop) Name() string                                         { return "shop" }
func (shop) Configure(webhook.Settings) (webhook.Verifier, error) { return nil, nil }
func (shop) Sign(webhook.Settings, string, []byte, time.Time) webhook.Request {
	return webhook.Request{}
}
func (shop) Open(body []byte) (webhook.Envelope, error) { return webhook.Envelope{Data: body}, nil }

const secretText = "+15005550001"

// worker charges every order except those that say how to fail.
func worker(t *testing.T) *process.Worker {
	t.Helper()
	var r hook.Registry
	hook.OnProvider(&r, shop{}, "charge", func(_ context.Context, e hook.Event[json.RawMessage]) error {
		switch {
		case bytes.Contains(e.Data, []byte("fail")):
			return fmt.Errorf("no credit for %s", secretText)
		case bytes.Contains(e.Data, []byte("panic")):
			panic(secretText)
		case bytes.Contains(e.Data, []byte("never")):
			return hook.Permanent(fmt.Errorf("no credit for %s", secretText))
		}
		return nil
	})
	store := &ledgermemory.Store{}
	q := queuememory.New(queuememory.Options{})
	return &process.Worker{Handlers: &r, Ledger: store, Entities: store, Queue: q, DeadLetters: q}
}

// record is the event source's form of a message.
func record(t *testing.T, n, body string) events.SQSMessage {
	t.Helper()
	w, err := queue.Encode(queue.Message{Event: webhook.Event{
		Source: "shop", Provider: "shop", ID: "evt_" + n, Type: "order.paid",
		Received: time.Now().Truncate(time.Millisecond), Raw: []byte(body),
	}})
	if err != nil {
		t.Fatal(err)
	}
	r := events.SQSMessage{
		MessageId: "m" + n, ReceiptHandle: "r" + n, Body: w.Body,
		Attributes:        map[string]string{"ApproximateReceiveCount": "1"},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
	}
	for name, value := range w.Attributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return r
}

// logger returns a logger as the function process has it.
func logger(t *testing.T, out io.Writer) *slog.Logger {
	t.Helper()
	log, err := telemetry.NewLogger(out, "")
	if err != nil {
		t.Fatal(err)
	}
	return log
}

func TestAnswerNamesWhatFailed(t *testing.T) {
	t.Parallel()
	var log bytes.Buffer
	handle := lambdasqs.Handler(lambdasqs.Options{
		Worker: worker(t), Log: logger(t, &log), Metrics: telemetry.NewMetrics(&log, false),
	})
	answer, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{
		record(t, "1", `{}`), record(t, "2", `{"fail":"`+secretText+`"}`), record(t, "3", `{"never":1}`), record(t, "1", `{}`),
		{MessageId: "m5", Body: "hello"}, record(t, "6", `{"panic":1}`),
	}})
	if err != nil {
		t.Fatal(err)
	}
	want := events.SQSEventResponse{BatchItemFailures: []events.SQSBatchItemFailure{{ItemIdentifier: "m2"}, {ItemIdentifier: "m6"}}}
	if diff := cmp.Diff(want, answer); diff != "" {
		t.Errorf("answer (-want +got):\n%s", diff)
	}
	for _, line := range []string{
		`"id":"evt_1","source":"shop","type":"order.paid","outcome":"handled","handlers":"charge","ms":`, "evt_2 failed, tried again in", "evt_3 dead-lettered: permanent",
		`"id":"evt_1","source":"shop","type":"order.paid","outcome":"duplicate"}`, "message m5 dead-lettered: unreadable",
		`"error":"*hook.PanicError","stack":["lambdasqs_test.worker.func1 (shared/lambdasqs/lambdasqs_test.go:`,
		`"DeadLettered":1`, `"Handled":1`, `"Duplicates":1`,
	} {
		if !strings.Contains(log.String(), line) {
			t.Errorf("log has no %q:\n%s", line, &log)
		}
	}
	if strings.Contains(log.String(), secretText) {
		t.Errorf("an error's text is in the log:\n%s", &log)
	}
}

// The delay of a message that an operator sent back does not count.
func TestQueueDelayLeavesOutWhatWasSentBack(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		failure string
		counted bool
	}{
		{"from ingest", "", true},
		{"a replay", `{"reason":"replay","fence":1}`, false},
		{"a redriven letter", `{"reason":"permanent","fence":1}`, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var out bytes.Buffer
			r := record(t, "1", `{}`)
			if tt.failure != "" {
				r.MessageAttributes["failure"] = events.SQSMessageAttribute{DataType: "String", StringValue: &tt.failure}
			}
			handle := lambdasqs.Handler(lambdasqs.Options{Worker: worker(t), Metrics: telemetry.NewMetrics(&out, false)})
			if _, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{r}}); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(out.String(), telemetry.MetricQueueDelay); got != tt.counted {
				t.Errorf("counted: %v, want %v: %s", got, tt.counted, &out)
			}
		})
	}
}

func TestEmptyAnswerIsAList(t *testing.T) {
	t.Parallel()
	answer, err := lambdasqs.Handler(lambdasqs.Options{Worker: worker(t)})(t.Context(), events.SQSEvent{})
	if err != nil {
		t.Fatal(err)
	}
	if text, _ := json.Marshal(answer); string(text) != `{"batchItemFailures":[]}` {
		t.Errorf("answer = %s: null would make Lambda retry the whole batch", text)
	}
}

// A function that may run longer than its leases handles nothing.
func TestLongerTimeoutThanConfigured(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		left    time.Duration
		refused bool
	}{
		{process.DefaultTiming.Function, false},
		{process.DefaultTiming.Function + 2*time.Second, true},
	} {
		synctest.Test(t, func(t *testing.T) {
			ctx, cancel := context.WithTimeout(t.Context(), tt.left)
			defer cancel()
			_, err := lambdasqs.Handler(lambdasqs.Options{Worker: worker(t)})(ctx, events.SQSEvent{Records: []events.SQSMessage{record(t, "1", "{}")}})
			if (err != nil) != tt.refused {
				t.Errorf("with %v left: %v, want refused: %v", tt.left, err, tt.refused)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	r := record(t, "1", "{}")
	r.Attributes = map[string]string{"ApproximateReceiveCount": "7", "SentTimestamp": "1790000000123"}
	r.MessageAttributes["binary"] = events.SQSMessageAttribute{DataType: "Binary", BinaryValue: []byte{1}}
	m := lambdasqs.Messages(events.SQSEvent{Records: []events.SQSMessage{r}})[0]
	if m.Unreadable != nil || m.ID != "evt_1" || string(m.Raw) != "{}" {
		t.Errorf("message = %+v", m)
	}
	if m.Wire.Receives != 7 || !m.Wire.Sent.Equal(time.UnixMilli(1790000000123)) || m.Wire.Receipt != "r1" || m.Wire.MessageID != "m1" {
		t.Errorf("wire = %+v", m.Wire)
	}
	r.Attributes = map[string]string{"ApproximateReceiveCount": "many", "SentTimestamp": "never"}
	m = lambdasqs.Messages(events.SQSEvent{Records: []events.SQSMessage{r}})[0]
	if m.Wire.Receives != 0 || !m.Wire.Sent.IsZero() {
		t.Errorf("wire = %+v, want unknown receives and time", m.Wire)
	}
}

// Every outcome has its own text.
func TestSummary(t *testing.T) {
	t.Parallel()
	seen := map[string]process.Outcome{}
	for _, o := range []process.Outcome{
		process.Handled, process.Unhandled, process.Duplicate, process.DeadLettered, process.Retried,
		process.InProgress, process.PutBack, process.Unavailable, process.Fenced, process.Cancelled,
	} {
		r := process.Result{Outcome: o, Err: errors.New(secretText)}
		r.Message.ID = "evt_1"
		text := lambdasqs.Summary(r)
		if other, taken := seen[text]; taken || !strings.HasPrefix(text, "evt_1 ") || strings.Contains(text, secretText) {
			t.Errorf("%s: %q (as %s)", o, text, other)
		}
		seen[text] = o
	}
}
