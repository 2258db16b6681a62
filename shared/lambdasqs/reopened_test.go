package lambdasqs_test

import (
	"bytes"
	"encoding/json"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/queue"
	"webhookintake/shared/telemetry"
)

// Whatever an operator's message changes is one warning and counts; a cancel that finds
// nothing counts as stale, and not as a duplicate.
func TestReopened(t *testing.T) {
	t.Parallel()
	asking := func(n, body string, f queue.Failure) events.SQSMessage {
		r := record(t, n, body)
		text, err := json.Marshal(f)
		if err != nil {
			t.Fatal(err)
		}
		r.MessageAttributes["failure"] = events.SQSMessageAttribute{DataType: "String", StringValue: new(string(text))}
		if f.Reason == queue.ReasonCancel {
			r.MessageAttributes["encoding"] = events.SQSMessageAttribute{DataType: "String", StringValue: new("none")}
		}
		return r
	}
	var log bytes.Buffer
	handle := lambdasqs.Handler(lambdasqs.Options{
		Worker: worker(t), Log: logger(t, &log), Metrics: telemetry.NewMetrics(&log, false),
	})
	for _, step := range []struct {
		name    string
		message events.SQSMessage
		want    []string
	}{
		{"from ingest", record(t, "1", "{}"), []string{`"Handled":1`}},
		{"replayed", asking("1", "{}", queue.Failure{Reason: "replay", Fence: 1, Handlers: []string{"charge"}}),
			[]string{`"level":"WARN","msg":"evt_1 was reopened by an operator's message"`, `"reason":"replay","fence":1,"handlers":["charge"]`, `"Reopened":1`, `"Handled":1`}},
		{"replayed again", asking("1", "{}", queue.Failure{Reason: "replay", Fence: 1}), []string{`"Duplicates":1`}},
		{"assumed", asking("2", "{}", queue.Failure{Reason: "outcome_unknown", AssumeDone: []string{"charge"}}),
			[]string{`"msg":"evt_2 was reopened by an operator's message"`, `"assume_done":["charge"]`, `"Reopened":1`}},
		{"fails", record(t, "3", `{"fail":1}`), []string{`"Retried":1`}},
		{"retried", asking("3", `{"fail":1}`, queue.Failure{Reason: "retry", Fence: 1}),
			[]string{`"msg":"evt_3 was reopened by an operator's message"`, `"Reopened":1`, `"Retried":1`}},
		{"a stale cancel", asking("3", "none", queue.Failure{Reason: "cancel", Fence: 1}), []string{`"msg":"evt_3 has nothing to cancel, dropped"`, `"Stale":1`}},
		{"cancelled", asking("3", "none", queue.Failure{Reason: "cancel", Fence: 2}),
			[]string{`"outcome":"cancelled"`, `"level":"WARN","msg":"evt_3 was cancelled by an operator's message"`, `"Reopened":1`}},
	} {
		log.Reset()
		if _, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{step.message}}); err != nil {
			t.Fatal(err)
		}
		for _, counted := range []string{"Reopened", "Stale", "Duplicates"} {
			wanted := strings.Contains(strings.Join(step.want, " "), `"`+counted+`":1`)
			if got := strings.Contains(log.String(), `"`+counted+`":1`); got != wanted {
				t.Errorf("%s: %s counted %v, want %v:\n%s", step.name, counted, got, wanted, &log)
			}
		}
		for _, want := range step.want {
			if !strings.Contains(log.String(), want) {
				t.Errorf("%s: no %s in\n%s", step.name, want, &log)
			}
		}
	}
}
