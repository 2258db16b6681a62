package stack_test

import (
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/cli/stack"
)

func TestCounts(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, answer string
		status       int
		want         stack.Counts
		fault        string // in the error; empty means none
	}{
		{"all three", `{"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesNotVisible":"2","ApproximateNumberOfMessagesDelayed":"1"}}`,
			200, stack.Counts{Waiting: 3, InFlight: 2, Delayed: 1}, ""},
		{"one left out", `{"Attributes":{"ApproximateNumberOfMessages":"3","ApproximateNumberOfMessagesDelayed":"1"}}`,
			200, stack.Counts{}, "ApproximateNumberOfMessagesNotVisible"},
		{"refused", `{"__type":"com.amazonaws.sqs#AccessDenied","message":"no"}`, 403, stack.Counts{}, "AccessDenied"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				if got := r.Header.Get("X-Amz-Target"); got != "AmazonSQS.GetQueueAttributes" {
					t.Errorf("asked %s", got)
				}
				w.Header().Set("Content-Type", "application/x-amz-json-1.0")
				w.WriteHeader(tt.status)
				fmt.Fprint(w, tt.answer)
			}))
			defer server.Close()
			s := stack.FromEnvironment(config, environment(map[string]string{
				"AWS_ENDPOINT_URL_SQS": server.URL, "QUEUE_URL": server.URL + "/000000000000/queue",
			}))
			got, err := s.Counts(t.Context(), stack.Queue)
			if got != tt.want || (err == nil) != (tt.fault == "") {
				t.Fatalf("Counts = %+v, %v, want %+v, %q", got, err, tt.want, tt.fault)
			}
			if err != nil && (!strings.Contains(err.Error(), tt.fault) || !strings.Contains(err.Error(), string(stack.Queue))) {
				t.Errorf("error = %v, want %q and the queue's name in it", err, tt.fault)
			}
			if got.All() != tt.want.Waiting+tt.want.InFlight+tt.want.Delayed {
				t.Errorf("All = %d", got.All())
			}
			if _, err := s.Counts(t.Context(), stack.DeadLetters); !errors.Is(err, stack.ErrMissing) {
				t.Errorf("Counts of what is not named = %v", err)
			}
		})
	}
}

func TestHealthURL(t *testing.T) {
	t.Parallel()
	for given, want := range map[string]string{
		"https://abc.example/hooks/{source}":     "https://abc.example/healthz",
		"https://abc.example/v1/hooks/{source}":  "https://abc.example/v1/healthz",
		"http://127.0.0.1:8080":                  "http://127.0.0.1:8080/healthz",
		"http://127.0.0.1:8080/":                 "http://127.0.0.1:8080/healthz",
		"http://127.0.0.1:8080/hooks/{source}/x": "", // ambiguous
		"":                                       "",
	} {
		s := stack.FromEnvironment(config, environment(map[string]string{"WEBHOOK_URL": given}))
		got, err := s.HealthURL()
		if got != want || (err == nil) != (want != "") {
			t.Errorf("HealthURL of %q = %q, %v, want %q", given, got, err, want)
		}
	}
}
