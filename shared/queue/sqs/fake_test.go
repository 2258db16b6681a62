package sqs_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
	"webhookintake/shared/webhook"
)

// A fake is a server that records what it was asked, as far as it is SQS's protocol,
// and answers what the test tells it to.
type fake struct {
	mu       sync.Mutex
	requests []request
}

type request struct {
	Operation string
	Body      map[string]any
}

const queueURL = "https://sqs.eu-central-1.amazonaws.com/123456789012/hooks"

// serve starts the fake and gives the queue that asks it. Answer makes the status and
// the body, from the number of the request, counted from 0, and the request.
func serve(t *testing.T, answer func(n int, r request) (int, string)) (*sqs.Queue, *fake) {
	t.Helper()
	f := &fake{}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in request
		_, in.Operation, _ = strings.Cut(r.Header.Get("X-Amz-Target"), ".")
		body, _ := io.ReadAll(r.Body)
		if err := json.Unmarshal(body, &in.Body); err != nil {
			t.Errorf("%s: the request is not JSON: %v", in.Operation, err)
		}
		f.mu.Lock()
		n := len(f.requests)
		f.requests = append(f.requests, in)
		f.mu.Unlock()
		status, out := answer(n, in)
		w.Header().Set("Content-Type", "application/x-amz-json-1.0")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, out)
	}))
	t.Cleanup(server.Close)
	return connect(t, server.URL), f
}

func connect(t *testing.T, endpoint string) *sqs.Queue {
	t.Helper()
	q, err := sqs.New(sqs.Options{URL: queueURL, Endpoint: endpoint, Credentials: anyone})
	if err != nil {
		t.Fatal(err)
	}
	return q
}

// always answers each request alike.
func always(status int, body string) func(int, request) (int, string) {
	return func(int, request) (int, string) { return status, body }
}

func refused(code, message string) string {
	return `{"__type":"com.amazonaws.sqs#` + code + `","message":"` + message + `"}`
}

func sms() queue.Message {
	return queue.Message{Event: webhook.Event{
		Source: "contiguity", Provider: "contiguity", ID: "evt_1", Type: "text.incoming.sms",
		Received: time.UnixMilli(1772366400007).UTC(), Raw: []byte("{}"),
	}}
}

// calls are the four methods, each with one message, receipt or answer.
func calls(q *sqs.Queue) map[string]func(t *testing.T) error {
	return map[string]func(t *testing.T) error{
		"SendMessage":                  func(t *testing.T) error { return q.Send(t.Context(), sms(), 0) },
		"ReceiveMessage":               func(t *testing.T) error { _, err := q.Receive(t.Context(), 1, 0); return err },
		"DeleteMessageBatch":           func(t *testing.T) error { return q.Delete(t.Context(), []string{"r"})[0] },
		"ChangeMessageVisibilityBatch": func(t *testing.T) error { return q.Defer(t.Context(), []queue.Deferral{{Receipt: "r"}})[0] },
	}
}
