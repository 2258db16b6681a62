package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"

	"webhookintake/shared/lambdatest"
)

// A secretServer is a Secrets Manager with one secret.
type secretServer struct {
	*httptest.Server
	count atomic.Int64
}

func (s *secretServer) reads() int { return int(s.count.Load()) }

// newSecret serves a secret's value.
func newSecret(t *testing.T, value string) *secretServer {
	t.Helper()
	return newVersions(t, value, value)
}

// newVersions serves a secret's current and previous value.
func newVersions(t *testing.T, current, previous string) *secretServer {
	t.Helper()
	s := &secretServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.count.Add(1)
		var ask struct{ VersionStage string }
		_ = json.NewDecoder(r.Body).Decode(&ask)
		value := current
		if ask.VersionStage == "AWSPREVIOUS" {
			value = previous
		}
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": value, "Name": "sources"})
	}))
	t.Cleanup(s.Close)
	return s
}

// One variable is enough to send every service's requests elsewhere.
func TestOneEndpointForAllServices(t *testing.T) {
	t.Parallel()
	queue, secret := newSQS(t), newSecret(t, sources)
	services := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Header.Get("X-Amz-Target"), "secretsmanager.") {
			secret.Config.Handler.ServeHTTP(w, r)
			return
		}
		queue.ServeHTTP(w, r)
	}))
	defer services.Close()
	p := lambdatest.Run(t, program.Path(t), with(queue, map[string]string{
		"SOURCES":              "",
		"SOURCES_SECRET_ARN":   "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources",
		"QUEUE_URL":            "https://sqs.us-east-1.amazonaws.com/123456789012/queue",
		"AWS_ENDPOINT_URL_SQS": "",
		"AWS_ENDPOINT_URL":     services.URL,
	}))
	if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != 200 {
		t.Errorf("answer = %+v", got)
	}
	if sent := len(queue.Sent()); sent != 1 || secret.reads() == 0 {
		t.Errorf("%d messages sent and %d secrets read at AWS_ENDPOINT_URL, want one and some", sent, secret.reads())
	}
}

// If the current version is invalid, the previous one stays in use. That is logged, and
// counted for the alarm SourcesInvalid.
func TestHalfWrittenSecret(t *testing.T) {
	t.Parallel()
	server := newVersions(t, sources[:len(sources)/2], sources)
	p := lambdatest.Run(t, program.Path(t), with(newSQS(t), map[string]string{
		"SOURCES":                          "",
		"SOURCES_SECRET_ARN":               "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL,
	}))
	if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != 200 {
		t.Errorf("answer = %+v, want the previous version to serve", got)
	}
	for _, want := range []string{`"level":"ERROR"`, `"SourcesInvalid":1`, `"Dimensions":[["function"]]`} {
		if !strings.Contains(p.Stdout(), want) {
			t.Errorf("stdout = %s, want %s", p.Stdout(), want)
		}
	}
	checkOutput(t, p)
}
