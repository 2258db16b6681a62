package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/queue"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/vault"
	"webhookintake/shared/vault/memory"
	"webhookintake/shared/webhook"
)

const (
	phone = "+4915112345678" // in all bodies; it may not be printed
	key   = "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="
)

// A world has what the program calls.
type world struct {
	sqs      *lambdatest.SQS
	vault    *memory.Vault
	table    *lambdatest.DynamoDB
	env      map[string]string
	lost     bool              // the secret cannot be read
	handlers map[string]string // the handlers' secret
	hasher   webhook.Hasher
}

const handlersARN = "arn:aws:secretsmanager:us-east-1:123456789012:secret:handlers"

// withHandlers are the variables of a stack's handlers' secret.
var withHandlers = map[string]string{"HANDLERS_SECRET_ARN": handlersARN, "STACK_NAME": "intake"}

// newWorld starts the engines. The hour is that of the vault's clock.
func newWorld(t *testing.T, fault func(op, key string) (bool, error), now func() time.Time) *world {
	t.Helper()
	w := &world{
		sqs: lambdatest.NewSQS(), table: lambdatest.NewDynamoDB(),
		vault: memory.New(memory.Options{Fault: fault, Now: now}), handlers: map[string]string{},
	}
	w.hasher, _ = webhook.NewHasher(webhook.NewSecret(key))
	s3 := lambdatest.NewS3(w.vault)
	secrets := httptest.NewServer(http.HandlerFunc(w.secret))
	for _, server := range []*httptest.Server{w.sqs.Server, w.table.Server, s3.Server, secrets} {
		t.Cleanup(server.Close)
	}
	w.env = w.sqs.Env()
	maps.Copy(w.env, w.table.Env())
	maps.Copy(w.env, s3.Env())
	maps.Copy(w.env, map[string]string{
		"SOURCES_SECRET_ARN":               "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": secrets.URL,
	})
	return w
}

func (w *world) secret(out http.ResponseWriter, r *http.Request) {
	if w.lost {
		http.Error(out, `{"__type":"AccessDeniedException"}`, http.StatusBadRequest)
		return
	}
	document := `{"$key":"` + key + `"}`
	if request, err := io.ReadAll(r.Body); err == nil && bytes.Contains(request, []byte(handlersARN)) {
		handlers, _ := json.Marshal(w.handlers) // a map of strings
		document = string(handlers)
	}
	out.Header().Set("Content-Type", "application/x-amz-json-1.1")
	_ = json.NewEncoder(out).Encode(map[string]string{"SecretString": document, "Name": "secret"})
}

// spill keeps n events, as ingest does.
func (w *world) spill(t *testing.T, n int) {
	t.Helper()
	for i := range n {
		m := queue.Message{Event: webhook.Event{
			Source: "contiguity", Provider: "contiguity", ID: fmt.Sprint("evt_", i), Type: "text.incoming.sms",
			Received: time.Now(), Raw: []byte(`{"from":"` + phone + `"}`),
		}}
		data, err := queue.Pack(m, w.hasher)
		if err != nil {
			t.Fatal(err)
		}
		if err := w.vault.Put(t.Context(), vault.SpillKey(m.Received), data); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) left(t *testing.T) int {
	t.Helper()
	found, err := w.vault.List(t.Context(), vault.Spill, "", vault.MaxList)
	if err != nil {
		t.Fatal(err)
	}
	return len(found)
}

// schedule is the event of the schedule.
const schedule = `{"version":"0","id":"1","detail-type":"Scheduled Event","source":"aws.events","detail":{}}`

// report invokes the program as an operator does.
func report(t *testing.T, p *lambdatest.Process) upkeep.Answer {
	t.Helper()
	var answer upkeep.Answer
	if err := json.Unmarshal(lambdatest.MustInvoke(t, p, []byte(`{"report":true}`)), &answer); err != nil {
		t.Fatal(err)
	}
	return answer
}

// checkOutput fails unless the program printed the texts, and nothing that it may not.
func checkOutput(t *testing.T, p *lambdatest.Process, texts ...string) {
	t.Helper()
	output := p.Stdout() + p.Stderr()
	for _, text := range texts {
		if !strings.Contains(output, text) {
			t.Errorf("printed %s, without %s", output, text)
		}
	}
	for _, hidden := range []string{key, phone, "evt_", "aws-secret-key", "aws-session-token"} {
		if strings.Contains(output, hidden) {
			t.Errorf("%q was printed: %s", hidden, output)
		}
	}
}
