package lambdasqs_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/queue"
)

// Without Invoke, package lambda would take the function all the same, and read the events itself.
var _ lambda.Handler = lambdasqs.Func(nil)

// invoke passes the text of an event to a function, and returns the messages that it reads.
func invoke(t *testing.T, text string) ([]queue.Message, error) {
	t.Helper()
	var got []queue.Message
	f := lambdasqs.Func(func(_ context.Context, e events.SQSEvent) (events.SQSEventResponse, error) {
		got = lambdasqs.Messages(e)
		return events.SQSEventResponse{}, nil
	})
	_, err := f.Invoke(t.Context(), []byte(text))
	return got, err
}

// Invoke reads of the samples what encoding/json reads.
func TestInvoke(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob("../../events/sqs/*.json")
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		var e events.SQSEvent
		if err := json.Unmarshal(text, &e); err != nil {
			t.Fatal(err)
		}
		got, err := invoke(t, string(text))
		if diff := cmp.Diff(lambdasqs.Messages(e), got, sameError); err != nil || diff != "" {
			t.Errorf("%s: %v, messages (-want +got):\n%s", file, err, diff)
		}
	}
}

// What is not a batch fails whole, so that nothing of it is acknowledged.
func TestInvokeRefuses(t *testing.T) {
	t.Parallel()
	const record = `{"messageId":"m","receiptHandle":"r","body":"{}"}`
	for _, text := range []string{
		``, `[]`, `{}`, `{"Records":null}`, `{"Records":{}}`, `{"Records":[7]}`, `{"Records":[` + record + `,null]}`, `{"Records":[` + record + `]`,
		`{"Records":[` + strings.Replace(record, `"m"`, `7`, 1) + `]}`, `{"Records":[` + strings.Replace(record, `"r"`, `null`, 1) + `]}`,
		`{"Records":[` + record + `,` + strings.Replace(record, `"body"`, `"Body"`, 1) + `]}`,
	} {
		if got, err := invoke(t, text); err == nil || got != nil {
			t.Errorf("%s: %v, want an error", text, got)
		}
	}
	if got, err := invoke(t, `{"Records":[`+record+`,`+record+`]}`); err != nil || len(got) != 2 {
		t.Errorf("two messages: %v, %v", got, err)
	}
}

// sameError compares errors by what they say.
var sameError = cmp.Comparer(func(a, b error) bool { return fmt.Sprint(a) == fmt.Sprint(b) })
