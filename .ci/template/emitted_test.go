package template

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/events"

	"webhookintake/shared/hook"
	"webhookintake/shared/lambdasqs"
	"webhookintake/shared/lambdatest"
	ledgermemory "webhookintake/shared/ledger/memory"
	"webhookintake/shared/process"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	queuememory "webhookintake/shared/queue/memory"
	"webhookintake/shared/telemetry"
	vaultmemory "webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

// emittedSeries returns the metrics that the programs emit with that value of Watch, while
// everything happens to them that a metric counts.
func emittedSeries(t *testing.T, watch string) map[series]bool {
	t.Helper()
	ingest, with := build(t, "ingest"), map[string]string{"WATCH": watch}
	printed := ingestOutput(t, ingest, with) + ingestWithVault(t, ingest, with) +
		ingestWithSecret(t, ingest, `{"half`, with) + ingestWithSecret(t, ingest, "", with)
	all := seriesIn(t, "Ingest", printed)
	maps.Copy(all, seriesIn(t, "Process", processOutput(t, build(t, "process"), with)))
	maps.Copy(all, seriesIn(t, "UpkeepFunction", upkeepOutput(t, build(t, "upkeep"), with)))
	if len(all) == 0 {
		t.Fatalf("the programs printed no metrics:\n%s", printed)
	}
	// The outcomes of processing come from the handler of the program, over engines in
	// memory. The metrics that the program adds are compared with its own output.
	outcomes := seriesIn(t, "Process", outcomeOutput(t, watch == "lean"))
	for s := range all {
		if strings.HasPrefix(s, "Process ") && !outcomes[s] {
			t.Errorf("the program process emits %q, its handler in this test does not", s)
		}
	}
	maps.Copy(all, outcomes)
	return all
}

// seriesIn returns the metrics in a function's output: each with its dimensions by name,
// and again with the values of dimensions that have few.
func seriesIn(t *testing.T, function, printed string) map[series]bool {
	t.Helper()
	all := map[series]bool{}
	for text := range strings.Lines(printed) {
		var members map[string]any
		var line struct {
			AWS struct {
				CloudWatchMetrics []struct {
					Namespace  string
					Dimensions [][]string
					Metrics    []struct{ Name string }
				}
			} `json:"_aws"`
		}
		if err := errors.Join(json.Unmarshal([]byte(text), &members), json.Unmarshal([]byte(text), &line)); err != nil {
			t.Fatalf("printed a line that is no JSON: %s", text)
		}
		for _, directive := range line.AWS.CloudWatchMetrics {
			if directive.Namespace != "WebhookIntake" {
				t.Errorf("a metric in the namespace %s: %s", directive.Namespace, text)
			}
			for _, names := range directive.Dimensions {
				var withValues []string
				for _, name := range names {
					if name == telemetry.FieldCode || name == telemetry.FieldReason {
						name += "=" + members[name].(string)
					}
					withValues = append(withValues, name)
				}
				for _, metric := range directive.Metrics {
					all[newSeries(function, metric.Name, names)] = true
					all[newSeries(function, metric.Name, withValues)] = true
				}
			}
		}
	}
	return all
}

const secret = "whsec_metrics-of-the-template"

// ingestOutput returns what ingest prints when it accepts a webhook, and refuses one for
// each reason that an alarm watches.
func ingestOutput(t *testing.T, program string, with map[string]string) string {
	t.Helper()
	sqs := lambdatest.NewSQS()
	t.Cleanup(sqs.Server.Close)
	env := sqs.Env()
	env["SOURCES"] = `{"contiguity":{"secrets":["` + secret + `"]}}`
	maps.Copy(env, with)
	p := lambdatest.Run(t, program, env)
	small := `{"id":"evt_1","type":"text.incoming.sms","data":{}}`
	invokeIngest(t, p, small, time.Now(), "")
	invokeIngest(t, p, small, time.Now().Add(-time.Hour), "")
	for _, signature := range []string{"none", "malformed", "v1=" + strings.Repeat("0", 64)} {
		invokeIngest(t, p, small, time.Now(), signature)
	}
	noise := make([]byte, 1<<20) // which does not compress
	_, _ = rand.Read(noise)
	invokeIngest(t, p, `{"id":"evt_2","type":"text.incoming.sms","data":"`+hex.EncodeToString(noise)+`"}`, time.Now(), "")
	sqs.Server.Close()
	invokeIngest(t, p, small, time.Now(), "")
	return p.Stdout()
}

// ingestWithVault returns what ingest prints when the vault takes what the queue does not.
func ingestWithVault(t *testing.T, program string, with map[string]string) string {
	t.Helper()
	sqs, s3 := lambdatest.NewSQS(), lambdatest.NewS3(vaultmemory.New(vaultmemory.Options{}))
	t.Cleanup(s3.Server.Close)
	sqs.Server.Close()
	env := sqs.Env()
	maps.Copy(env, s3.Env())
	maps.Copy(env, map[string]string{"SOURCES": `{"contiguity":{"secrets":["` + secret + `"]}}`, "SPILL": "true"})
	maps.Copy(env, with)
	p := lambdatest.Run(t, program, env)
	invokeIngest(t, p, `{"id":"evt_1","type":"text.incoming.sms","data":{}}`, time.Now(), "")
	return p.Stdout()
}

// upkeepOutput returns what upkeep prints when the queue does not take what is in the vault.
func upkeepOutput(t *testing.T, program string, with map[string]string) string {
	t.Helper()
	sqs, dynamo, vault := lambdatest.NewSQS(), lambdatest.NewDynamoDB(), vaultmemory.New(vaultmemory.Options{})
	s3 := lambdatest.NewS3(vault)
	t.Cleanup(dynamo.Server.Close)
	t.Cleanup(s3.Server.Close)
	sqs.Server.Close()
	secrets := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": "{}", "Name": "sources"})
	}))
	t.Cleanup(secrets.Close)
	if err := vault.Put(t.Context(), "spill/1", []byte("not a message")); err != nil {
		t.Fatal(err)
	}
	env := sqs.Env()
	maps.Copy(env, dynamo.Env())
	maps.Copy(env, s3.Env())
	env["SOURCES_SECRET_ARN"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources"
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = secrets.URL
	maps.Copy(env, with)
	p := lambdatest.Run(t, program, env)
	if response, err := p.Invoke(t.Context(), []byte(`{}`), time.Minute); err != nil || !response.Failed {
		t.Fatalf("upkeep: %v %s, want a task that fails", err, response.Payload)
	}
	return p.Stdout()
}

// ingestWithSecret returns what ingest prints when the sources' secret has that value; an
// empty value means that the secret cannot be read.
func ingestWithSecret(t *testing.T, program, value string, with map[string]string) string {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		if value == "" {
			http.Error(w, `{"__type":"AccessDeniedException"}`, http.StatusBadRequest)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": value, "Name": "sources"})
	}))
	t.Cleanup(server.Close)
	sqs := lambdatest.NewSQS()
	t.Cleanup(sqs.Server.Close)
	env := sqs.Env()
	env["SOURCES_SECRET_ARN"] = "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources"
	env["AWS_ENDPOINT_URL_SECRETS_MANAGER"] = server.URL
	maps.Copy(env, with)
	p := lambdatest.Run(t, program, env)
	invokeIngest(t, p, `{}`, time.Now(), "")
	return p.Stdout()
}

// invokeIngest sends a signed webhook, or one with another signature; "none" sends none.
func invokeIngest(t *testing.T, p *lambdatest.Process, body string, at time.Time, signature string) {
	t.Helper()
	settings := webhook.Settings{Secrets: []webhook.Secret{webhook.NewSecret(secret)}}
	headers := map[string]string{}
	for name, values := range (contiguity.Provider{}).Sign(settings, "", []byte(body), at).Header {
		headers[strings.ToLower(name)] = values[0]
	}
	stamp, _, _ := strings.Cut(headers["contiguity-signature"], ",")
	switch {
	case signature == "none":
		delete(headers, "contiguity-signature")
	case strings.HasPrefix(signature, "v1="):
		headers["contiguity-signature"] = stamp + "," + signature
	case signature != "":
		headers["contiguity-signature"] = signature
	}
	e := events.APIGatewayV2HTTPRequest{
		Version: "2.0", RouteKey: "POST /hooks/{source}", Headers: headers, Body: body,
		PathParameters: map[string]string{"source": "contiguity"},
	}
	e.RequestContext.HTTP.Method = http.MethodPost
	text, err := json.Marshal(e)
	if err != nil {
		t.Fatal(err)
	}
	if response, err := p.Invoke(t.Context(), text, time.Minute); err != nil || response.Failed {
		t.Fatalf("ingest: %v %s", err, response.Payload)
	}
}

// processOutput returns what the program process prints for an event without a handler.
func processOutput(t *testing.T, program string, with map[string]string) string {
	t.Helper()
	sqs, dynamo := lambdatest.NewSQS(), lambdatest.NewDynamoDB()
	t.Cleanup(sqs.Server.Close)
	t.Cleanup(dynamo.Server.Close)
	env := sqs.Env()
	maps.Copy(env, dynamo.Env())
	env["DLQ_URL"] = env["QUEUE_URL"]
	maps.Copy(env, with)
	p := lambdatest.Run(t, program, env)
	text, err := json.Marshal(events.SQSEvent{Records: []events.SQSMessage{message(t, "evt_1", "nobody.handles.it", "")}})
	if err != nil {
		t.Fatal(err)
	}
	if response, err := p.Invoke(t.Context(), text, time.Minute); err != nil || response.Failed {
		t.Fatalf("process: %v %s", err, response.Payload)
	}
	return p.Stdout()
}

// outcomeOutput returns what the handler of process prints for each outcome that is
// counted.
func outcomeOutput(t *testing.T, lean bool) string {
	t.Helper()
	var printed bytes.Buffer
	store := &ledgermemory.Store{Keep: process.DefaultTiming.Keep()}
	w := &process.Worker{
		Ledger: store, Entities: store, Handlers: &hook.Registry{},
		Queue: queuememory.New(queuememory.Options{}), DeadLetters: queuememory.New(queuememory.Options{}),
	}
	hook.On(w.Handlers, contiguity.TextIncomingSMS, "obey", func(_ context.Context, e hook.Event[contiguity.Text]) error {
		switch e.Data.Body {
		case "fail":
			return errors.New("failed")
		case "permanent":
			return hook.Permanent(errors.New("failed"))
		}
		return nil
	})
	handle := lambdasqs.Handler(lambdasqs.Options{
		Worker:  w,
		Metrics: telemetry.NewMetrics(&printed, lean, telemetry.Dimension{Name: telemetry.FieldFunction, Value: "test"}),
	})
	sms := contiguity.TextIncomingSMS.Name()
	for _, m := range []events.SQSMessage{
		message(t, "evt_ok", sms, "ok"),
		message(t, "evt_ok", sms, "ok"), // a duplicate
		message(t, "evt_ok", sms, "changed"),
		message(t, "evt_fail", sms, "fail"),
		message(t, "evt_permanent", sms, "permanent"),
		message(t, "evt_unhandled", "nobody.handles.it", ""),
	} {
		if _, err := handle(t.Context(), events.SQSEvent{Records: []events.SQSMessage{m}}); err != nil {
			t.Fatal(err)
		}
	}
	return printed.String()
}

// message returns an event of Contiguity as the event source passes it.
func message(t *testing.T, id, typ, text string) events.SQSMessage {
	t.Helper()
	raw, err := json.Marshal(map[string]any{"id": id, "type": typ, "timestamp": 1_790_000_000,
		"data": map[string]any{"from": "+15005550001", "to": "+15005550002", "body": text, "timestamp": 1_790_000_000}})
	if err != nil {
		t.Fatal(err)
	}
	wire, err := queue.Encode(queue.Message{Event: webhook.Event{
		Source: "contiguity", Provider: "contiguity", ID: id, Type: typ, Received: time.Now(), Raw: raw,
	}})
	if err != nil {
		t.Fatal(err)
	}
	m := events.SQSMessage{MessageId: id, Body: wire.Body, MessageAttributes: map[string]events.SQSMessageAttribute{}}
	for name, value := range wire.Attributes {
		m.MessageAttributes[name] = events.SQSMessageAttribute{DataType: "String", StringValue: &value}
	}
	return m
}

// build builds one of the functions and returns the program's path.
func build(t *testing.T, function string) string {
	t.Helper()
	path, err := lambdatest.Build(t.Context(), "webhookintake/functions/"+function, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	return path
}
