package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"
	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

// obedient is the function with handlers that do what the event says.
var obedient = lambdatest.Program{
	Package:  "webhookintake/functions/process",
	Handlers: "testdata/obedient/register.go",
}

func TestMain(m *testing.M) {
	code := m.Run()
	if err := obedient.Remove(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// local is the environment under sam local, with engines in memory.
var local = map[string]string{
	"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:",
}

// phone is in every body and every error of the handlers, and must be in no log.
const phone = "+15005550001"

// text returns the record of an event that says what to do.
func text(typ, id, do string) events.SQSMessage {
	body, _ := json.Marshal(map[string]any{
		"id": id, "type": typ, "timestamp": 1_790_000_000,
		"data": map[string]any{"from": phone, "to": phone, "body": do, "timestamp": 1_790_000_000},
	})
	return record(queue.Message{Event: webhook.Event{
		Source: "contiguity", Provider: "contiguity", ID: id, Type: typ,
		Received: time.Now().Truncate(time.Millisecond), Raw: body,
	}})
}

var messageIDs atomic.Int64

// record returns a message as the event source passes it.
func record(m queue.Message) events.SQSMessage {
	w, err := queue.Encode(m)
	if err != nil {
		panic(err)
	}
	r := events.SQSMessage{
		MessageId: fmt.Sprintf("m%d", messageIDs.Add(1)), ReceiptHandle: "r", Body: w.Body,
		Attributes:        map[string]string{"ApproximateReceiveCount": "1"},
		MessageAttributes: map[string]events.SQSMessageAttribute{},
	}
	for name, value := range w.Attributes {
		r.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return r
}

// invoke invokes p with a batch. It returns the ids of the messages that are not
// acknowledged, and the log.
func invoke(t *testing.T, p *lambdatest.Process, timeout time.Duration, records ...events.SQSMessage) (again []string, log string) {
	t.Helper()
	event, err := json.Marshal(events.SQSEvent{Records: records})
	if err != nil {
		t.Fatal(err)
	}
	before := len(p.Stdout())
	response, err := p.Invoke(t.Context(), event, timeout)
	if err != nil || response.Failed {
		t.Fatalf("invocation failed: %v %s", err, response.Payload)
	}
	var answer events.SQSEventResponse
	if err := json.Unmarshal(response.Payload, &answer); err != nil {
		t.Fatal(err)
	}
	for _, f := range answer.BatchItemFailures {
		again = append(again, f.ItemIdentifier)
	}
	return again, p.Stdout()[before:]
}

// Every outcome of processing, seen from outside of the built program.
func TestOutcomes(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, obedient.Path(t), local)
	sms, imessage := "text.incoming.sms", "imessage.incoming"
	conflicting := text(sms, "evt_1", "other text")
	misfit := text(sms, "evt_misfit", "ok")
	misfit.Body = strings.Replace(misfit.Body, `"body":"ok"`, `"body":["ok"]`, 1)
	stale := text(sms, "evt_stale", "ok")
	stale.Attributes["SentTimestamp"] = fmt.Sprint(time.Now().Add(-6*24*time.Hour - time.Hour).UnixMilli())
	for _, tt := range []struct { // in this order: later ones depend on earlier ones
		name  string
		r     events.SQSMessage
		again bool
		log   string
	}{
		{"handled", text(sms, "evt_1", "ok"), false, `"id":"evt_1","source":"contiguity","type":"text.incoming.sms","outcome":"handled","handlers":"obey, second, witness"`},
		{"duplicate", text(sms, "evt_1", "ok"), false, `"id":"evt_1","source":"contiguity","type":"text.incoming.sms","outcome":"duplicate"`},
		{"conflict", conflicting, false, "evt_1 dead-lettered: conflict"},
		{"untyped", text("number.new", "evt_2", "ok"), false, `"type":"number.new","outcome":"handled","handlers":"witness"`},
		{"unhandled", record(queue.Message{Event: webhook.Event{
			Source: "kyc", Provider: "kyc", ID: "evt_3", Type: "kyc.new", Received: time.Now(), Raw: []byte(`{"data":{}}`),
		}}), false, `"id":"evt_3","source":"kyc","type":"kyc.new","outcome":"unhandled"`},
		{"unreadable", events.SQSMessage{MessageId: "m-unreadable", Body: phone}, false, "message m-unreadable dead-lettered: unreadable"},
		{"error", text(sms, "evt_4", "fail"), true, "evt_4 failed, tried again in"},
		{"panic", text(sms, "evt_5", "panic"), true, "evt_5 failed"},
		{"where it panicked", text(sms, "evt_5a", "panic"), true, `"error":"*hook.PanicError","stack":["handlers.obey (functions/process/handlers/register.go:`},
		{"panic of a goroutine", text(sms, "evt_5b", "panic-aside"), true, `"stack":["handlers.obey.func1 (functions/process/handlers/register.go:`},
		{"retry after", text(sms, "evt_6", "later"), true, "evt_6 failed, tried again in 1h0m0s"},
		{"waits for its time", text(sms, "evt_6", "later"), true, "evt_6 is being handled, or waits"},
		{"permanent", text(sms, "evt_7", "permanent"), false, "evt_7 dead-lettered: permanent"},
		{"payload", misfit, false, "evt_misfit dead-lettered: payload"},
		{"expired", stale, false, "evt_stale dead-lettered: expired"},
		{"at most once, unknown", text(imessage, "evt_8", "unknown"), false, "evt_8 dead-lettered: outcome_unknown"},
		{"at most once, not sent", text(imessage, "evt_9", "not-sent"), true, "evt_9 failed"},
		{"at most once", text(imessage, "evt_10", "ok"), false, `"outcome":"handled","handlers":"send-once, witness"`},
	} {
		t.Run(tt.name, func(t *testing.T) {
			again, log := invoke(t, p, time.Minute, tt.r)
			if (len(again) > 0) != tt.again || !strings.Contains(log, tt.log) {
				t.Errorf("comes again: %v, want %v; log, want %q:\n%s", again, tt.again, tt.log, log)
			}
		})
	}
	if printed := p.Stdout() + p.Stderr(); strings.Contains(printed, phone) {
		t.Errorf("the log has a phone number:\n%s", printed)
	}
}

func TestNoTimeLeft(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, obedient.Path(t), local)
	again, log := invoke(t, p, 9*time.Second, text("text.incoming.sms", "evt_1", "ok"))
	if len(again) != 1 || !strings.Contains(log, "evt_1 put back, no time left") {
		t.Errorf("comes again: %v; log:\n%s", again, log)
	}
}

// A bad record does not affect the others of its batch.
func TestOneBadRecord(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, obedient.Path(t), local)
	var records []events.SQSMessage
	for n := range 9 {
		records = append(records, text("text.incoming.sms", fmt.Sprintf("evt_%d", n), "ok"))
	}
	bad := text("text.incoming.sms", "evt_bad", "fail")
	again, log := invoke(t, p, time.Minute, append(records, bad)...)
	if diff := cmp.Diff([]string{bad.MessageId}, again); diff != "" {
		t.Errorf("not acknowledged (-want +got):\n%s", diff)
	}
	if n := strings.Count(log, `"handled","handlers":"obey`); n != 9 {
		t.Errorf("%d handled, want 9:\n%s", n, log)
	}
}

// If ledger and queues do not answer, nothing is acknowledged.
func TestEnginesUnreachable(t *testing.T) {
	t.Parallel()
	const nobody = "http://127.0.0.1:1"
	p := lambdatest.Run(t, obedient.Path(t), map[string]string{
		"QUEUE_URL": nobody + "/q", "DLQ_URL": nobody + "/dlq", "TABLE_NAME": "table", "AWS_REGION": "eu-central-1",
		"AWS_ACCESS_KEY_ID": "id", "AWS_SECRET_ACCESS_KEY": "key",
		"AWS_ENDPOINT_URL_SQS": nobody, "AWS_ENDPOINT_URL_DYNAMODB": nobody,
	})
	good, unreadable := text("text.incoming.sms", "evt_1", "ok"), events.SQSMessage{MessageId: "m-unreadable", Body: phone}
	again, log := invoke(t, p, time.Minute, good, unreadable)
	if diff := cmp.Diff([]string{good.MessageId, unreadable.MessageId}, again); diff != "" {
		t.Errorf("not acknowledged (-want +got):\n%s\n%s", diff, log)
	}
	if !strings.Contains(log, "evt_1 put off") {
		t.Errorf("log:\n%s", log)
	}
}

// One variable is enough to send every service's requests elsewhere.
func TestOneEndpointForAllServices(t *testing.T) {
	t.Parallel()
	table, queue := lambdatest.NewDynamoDB(), lambdatest.NewSQS()
	defer table.Server.Close()
	defer queue.Server.Close()
	var secretReads atomic.Int64
	services := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch service, _, _ := strings.Cut(r.Header.Get("X-Amz-Target"), "."); service {
		case "secretsmanager":
			secretReads.Add(1)
			fmt.Fprint(w, `{"SecretString": "{\"API_KEY\": \"s3cr3t\"}"}`)
		case "AmazonSQS":
			queue.ServeHTTP(w, r)
		default:
			table.ServeHTTP(w, r)
		}
	}))
	defer services.Close()
	env := maps.Clone(deployed)
	maps.Copy(env, map[string]string{
		"AWS_ENDPOINT_URL":    services.URL,
		"HANDLERS_SECRET_ARN": "arn:aws:secretsmanager:eu-central-1:123456789012:secret:handlers",
	})
	p := lambdatest.Run(t, obedient.Path(t), env)
	again, log := invoke(t, p, time.Minute, text("text.incoming.sms", "evt_1", "permanent"))
	if len(again) != 0 || !strings.Contains(log, "evt_1 dead-lettered: permanent") {
		t.Errorf("comes again: %v; log:\n%s", again, log)
	}
	if sent := len(queue.Sent()); sent != 1 || secretReads.Load() != 1 {
		t.Errorf("%d letters sent and %d secrets read at AWS_ENDPOINT_URL, want one of each", sent, secretReads.Load())
	}
}

// Under sam local, handlers read HANDLERS before the variables of their own.
func TestHandlersVariable(t *testing.T) {
	t.Parallel()
	env := maps.Clone(local)
	maps.Copy(env, map[string]string{"HANDLERS": `{"REFUSE": "no, says HANDLERS"}`, "REFUSE": "no, says the environment"})
	_, err := lambdatest.Start(t.Context(), lambdatest.Options{Path: obedient.Path(t), Env: env})
	if exit, ok := errors.AsType[*lambdatest.ExitError](err); !ok || !strings.Contains(exit.Stderr, "register handlers: no, says HANDLERS") {
		t.Errorf("Start = %v, want the handlers to read HANDLERS", err)
	}
	env["HANDLERS"] = `{"REFUSE": ""}`
	env["REFUSE"] = ""
	lambdatest.Run(t, obedient.Path(t), env)
}

// A wrong configuration stops the program at start, with an error that lists all faults.
func TestRefusesToStart(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		env  map[string]string
		want []string
	}{
		{"nothing set", nil, []string{"QUEUE_URL: give", "DLQ_URL: give", "TABLE_NAME: give", "AWS_REGION: give", "AWS_ACCESS_KEY_ID: give"}},
		{"times", map[string]string{"QUEUE_URL": "https://q", "DLQ_URL": "https://d", "TABLE_NAME": "t", "VISIBILITY_TIMEOUT_S": "60"}, []string{"has to be at most VISIBILITY_TIMEOUT_S (1m0s)", "6 × FUNCTION_TIMEOUT_S (6m0s)"}},
		{"memory on AWS", map[string]string{"QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:"}, []string{"QUEUE_URL: memory keeps nothing", "TABLE_NAME: memory keeps nothing"}},
		{"a handler's setting", map[string]string{"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:", "REFUSE": "API_KEY is not set"}, []string{"register handlers: API_KEY is not set"}},
		{"HANDLERS on AWS", map[string]string{"QUEUE_URL": "https://q", "DLQ_URL": "https://d", "TABLE_NAME": "t", "HANDLERS": `{"API_KEY": "s3cr3t"}`}, []string{"HANDLERS: is only for sam local"}},
		{"a handler that comes after one that is not there", map[string]string{"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:", "REFUSE": "after"}, []string{`register handlers: hook: handler "send" for contiguity text.incoming.sms at `, `After names "move"`}},
		{"a handler's timeout", map[string]string{"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:", "REFUSE": "timeout"}, []string{`register handlers: hook: handler "send" for contiguity text.incoming.sms at `, "Timeout(1m0s) is longer than the 58s"}},
		{"log level", map[string]string{"AWS_SAM_LOCAL": "true", "QUEUE_URL": "memory:", "DLQ_URL": "memory:", "TABLE_NAME": "memory:", "LOG_LEVEL": "loud"}, []string{"loud"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, err := lambdatest.Start(t.Context(), lambdatest.Options{Path: obedient.Path(t), Env: tt.env})
			exit, ok := errors.AsType[*lambdatest.ExitError](err)
			if !ok || exit.Code != 1 {
				t.Fatalf("Start = %v, want exit code 1", err)
			}
			for _, want := range tt.want {
				if !strings.Contains(exit.Stderr, want) {
					t.Errorf("stderr has no %q:\n%s", want, exit.Stderr)
				}
			}
			if strings.Contains(exit.Stderr, "goroutine ") {
				t.Errorf("stderr has a dump of goroutines:\n%s", exit.Stderr)
			}
		})
	}
}

// A function that may run longer than its leases fails its first invocation.
func TestLongerTimeoutThanConfigured(t *testing.T) {
	t.Parallel()
	p := lambdatest.Run(t, obedient.Path(t), local)
	event, _ := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{text("text.incoming.sms", "evt_1", "ok")}})
	response, err := p.Invoke(t.Context(), event, 2*time.Minute)
	if err != nil || !response.Failed || !strings.Contains(string(response.Payload), "FUNCTION_TIMEOUT_S says 1m0s") {
		t.Errorf("Invoke = %s, %v; want an error with both times", response.Payload, err)
	}
}
