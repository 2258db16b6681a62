package traffic_test

import (
	"bytes"
	"context"
	"io"
	"net/http"
	"net/http/httptrace"
	"sync"
	"testing"
	"time"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/functions/hookctl/traffic"
	"webhookintake/shared/webhook"
)

// A receiver is an [http.RoundTripper] that answers requests and keeps them.
type receiver struct {
	// answer returns the status for the nth request, from 0, and how long it takes.
	answer func(n int) (status int, after time.Duration)
	began  time.Time

	mu   sync.Mutex
	got  []received
	open int // requests that wait for an answer
	most int // the greatest number of them
}

type received struct {
	at   time.Duration
	body []byte
	webhook.Request
}

// answers returns the statuses one after another, without delay, and repeats the last one.
func answers(statuses ...int) func(int) (int, time.Duration) {
	return func(n int) (int, time.Duration) { return statuses[min(n, len(statuses)-1)], 0 }
}

// RoundTrip implements [http.RoundTripper].
func (r *receiver) RoundTrip(request *http.Request) (*http.Response, error) {
	body, err := io.ReadAll(request.Body)
	if err != nil {
		return nil, err
	}
	r.mu.Lock()
	n := len(r.got)
	r.got = append(r.got, received{
		at: time.Since(r.began), body: body,
		Request: webhook.Request{Header: request.Header, Body: body, At: time.Now()},
	})
	r.open++
	r.most = max(r.most, r.open)
	r.mu.Unlock()
	defer func() { r.mu.Lock(); r.open--; r.mu.Unlock() }()

	if trace := httptrace.ContextClientTrace(request.Context()); trace != nil {
		trace.WroteRequest(httptrace.WroteRequestInfo{})
	}
	status, after := r.answer(n)
	select {
	case <-request.Context().Done():
		return nil, context.Cause(request.Context())
	case <-time.After(after):
	}
	return &http.Response{
		StatusCode: status, Body: io.NopCloser(bytes.NewReader([]byte(`{"error":"queue_unavailable"}`))),
	}, nil
}

// times returns when requests arrived, since the beginning of the run, to the millisecond.
func (r *receiver) times() []time.Duration {
	var all []time.Duration
	for _, one := range r.got {
		all = append(all, one.at.Round(time.Millisecond))
	}
	return all
}

// options returns the options of a run of a provider's events to r.
func options(t *testing.T, provider string, r *receiver, plan traffic.Plan) traffic.Options {
	t.Helper()
	profile, err := traffic.ProfileOf(provider)
	if err != nil {
		t.Fatal(err)
	}
	o := traffic.Options{
		Profile: profile, Plan: plan, URL: "http://receiver.example/hooks/" + provider, Transport: r,
		Settings: dialect.Sources()[provider].Settings,
	}
	for _, s := range dialect.Samples() {
		if s.Provider.Name() == provider {
			o.Samples = append(o.Samples, s)
		}
	}
	r.began = time.Now()
	return o
}

// run runs to the end, and wants the figures to add up.
func run(ctx context.Context, t *testing.T, o traffic.Options) traffic.Report {
	t.Helper()
	report, err := traffic.Run(ctx, o)
	if err != nil {
		t.Fatal(err)
	}
	var sum traffic.Counts
	for _, one := range report.Types {
		checkSum(t, one.Type, one.Counts)
		sum.Sent += one.Sent
		sum.Accepted += one.Accepted
	}
	checkSum(t, "all", report.Counts)
	if sum.Sent != report.Sent || sum.Accepted != report.Accepted {
		t.Errorf("types have %+v, all %+v", sum, report.Counts)
	}
	return report
}

func checkSum(t *testing.T, name string, c traffic.Counts) {
	t.Helper()
	if due, ended := c.Sent+c.NotSent, c.Accepted+c.Refused+c.ForgedAccepted+c.ForgedUnanswered+c.Lost+c.Unfinished; due != ended {
		t.Errorf("%s: %d were due and %d ended: %+v", name, due, ended, c)
	}
}
