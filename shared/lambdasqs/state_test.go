package lambdasqs_test

import (
	"bytes"
	"context"
	"log/slog"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/hook"
	"webhookintake/shared/lambdasqs"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/webhook"
)

// A state of 8 KB or more gives a warning with its cost, and nothing of its content.
func TestLargeStateWarns(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name  string
		bytes int // of JSON
		want  string
	}{
		{"under 8 KB", 8<<10 - 1, ""},
		{"8 KB", 8 << 10, "moved a state of 8 KB, which costs about 16 write units"},
		{"a little more", 8<<10 + 1, "moved a state of 9 KB, which costs about 18 write units"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r hook.Registry
			hook.OnState(&r, webhook.NewType[any](shop{}, "order.paid"), "grow", hook.NewState[string, struct{}]("text"),
				func(any) string { return "k" },
				func(context.Context, hook.Event[any], string) (string, struct{}, error) {
					return strings.Repeat("s", tt.bytes-2), struct{}{}, nil
				})
			store := &ledgermemory.Store{}
			q := queuememory.New(queuememory.Options{})
			w := &process.Worker{Handlers: &r, Ledger: store, States: store, Queue: q, DeadLetters: q}
			var log bytes.Buffer
			handle := lambdasqs.Handler(lambdasqs.Options{Worker: w, Log: slog.New(slog.NewJSONHandler(&log, nil))})
			if _, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{record(t, "1", `{}`)}}); err != nil {
				t.Fatal(err)
			}
			if warned := strings.Contains(log.String(), `"level":"WARN"`); warned != (tt.want != "") || !strings.Contains(log.String(), tt.want) {
				t.Errorf("log = %s, want a warning with %q", &log, tt.want)
			}
			if strings.Contains(log.String(), "sss") {
				t.Error("the state is in the log")
			}
		})
	}
}

// An event that is put back because of its state is distinguished from one without time.
func TestSummaryOfContention(t *testing.T) {
	t.Parallel()
	r := process.Result{Outcome: process.PutBack, Runs: []process.Run{{Handler: "converse", End: process.RunContended}}}
	if text := lambdasqs.Summary(r); !strings.Contains(text, "other events keep moving its state") {
		t.Errorf("Summary = %q", text)
	}
}
