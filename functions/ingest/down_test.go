package main

import (
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/lambdatest"
	"webhookintake/shared/webhook"
)

// The queue fails or hangs. This takes real time, because the whole program must keep to its
// budget.
func TestQueueDown(t *testing.T) {
	t.Parallel()
	hang := func(r *http.Request) int {
		<-r.Context().Done() // until the program hangs up
		return http.StatusGatewayTimeout
	}
	const atMost = 30 * time.Second // on a busy machine; without a budget it would take send's minute
	tests := []struct {
		name    string
		before  func(r *http.Request, n int) int
		status  int
		atLeast time.Duration
	}{
		{name: "fails", before: func(*http.Request, int) int { return http.StatusServiceUnavailable },
			status: 503, atLeast: 4500 * time.Millisecond},
		{name: "hangs", before: func(r *http.Request, _ int) int { return hang(r) },
			status: 503, atLeast: 4500 * time.Millisecond},
		{name: "hangs once", before: func(r *http.Request, n int) int {
			if n == 1 {
				return hang(r)
			}
			return http.StatusOK
		}, status: 200, atLeast: 1400 * time.Millisecond},
		{name: "fails twice", before: func(_ *http.Request, n int) int {
			if n <= 2 {
				return http.StatusInternalServerError
			}
			return http.StatusOK
		}, status: 200},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			sqs := newSQS(t)
			sqs.Before = tt.before
			p := lambdatest.Run(t, program.Path(t), with(sqs, nil))
			began := time.Now()
			got := send(t, p, signed("contiguity", "", sms))
			if took := time.Since(began); took < tt.atLeast || took > atMost {
				t.Errorf("answered after %v, want %v to %v", took, tt.atLeast, atMost)
			}
			want := answer{StatusCode: 200, Body: `{"status":"accepted","id":"evt_1"}`}
			if tt.status == 503 {
				want = answer{StatusCode: 503, Body: refusal(webhook.ErrQueueUnavailable), Headers: map[string]string{"Retry-After": "30"}}
			}
			if got.StatusCode != want.StatusCode || got.Body != want.Body || got.Headers["Retry-After"] != want.Headers["Retry-After"] {
				t.Errorf("answer = %+v, want %+v", got, want)
			}
			if tt.name == "fails" && !strings.Contains(p.Stdout(), `"error":"ServiceUnavailable"`) {
				t.Errorf("stdout = %s, want the queue's code for the error", p.Stdout())
			}
			if queued := len(sqs.Sent()); (queued > 0) != (tt.status == 200) {
				t.Errorf("%d messages queued", queued)
			}
			checkOutput(t, p)
		})
	}
}

// The invocation ends sooner than the budget. The program leaves 0.2 s for its answer, which may
// come too late on a busy machine, so one of ten is enough.
func TestLittleTime(t *testing.T) {
	t.Parallel()
	sqs := newSQS(t)
	sqs.Before = func(r *http.Request, _ int) int { <-r.Context().Done(); return http.StatusGatewayTimeout }
	p := lambdatest.Run(t, program.Path(t), with(sqs, nil))
	for range 10 {
		response, err := p.Invoke(t.Context(), signed("contiguity", "", sms).event(), time.Second)
		if err == nil && !response.Failed {
			return
		}
		t.Logf("Invoke = %s, %v", response.Payload, err)
		if err := p.Restart(); err != nil {
			t.Fatal(err)
		}
	}
	t.Error("no answer before the deadline")
}

// The service of the secret cannot be reached.
func TestSourcesUnreachable(t *testing.T) {
	t.Parallel()
	sqs := newSQS(t)
	env := with(sqs, map[string]string{
		"SOURCES":                          "",
		"SOURCES_SECRET_ARN":               "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": "http://127.0.0.1:9", // discard: nothing listens there
	})
	p := lambdatest.Run(t, program.Path(t), env)
	for range 2 {
		got := send(t, p, signed("contiguity", "", sms))
		if got.StatusCode != 503 || got.Body != refusal(webhook.ErrSourcesUnavailable) || got.Headers["Retry-After"] != "30" {
			t.Errorf("answer = %+v", got)
		}
	}
	if queued := len(sqs.Sent()); queued != 0 {
		t.Errorf("%d messages queued", queued)
	}
	checkOutput(t, p)
}

// The secret can be read.
func TestSourcesFromSecret(t *testing.T) {
	t.Parallel()
	server := newSecret(t, sources)
	sqs := newSQS(t)
	p := lambdatest.Run(t, program.Path(t), with(sqs, map[string]string{
		"SOURCES":                          "",
		"SOURCES_SECRET_ARN":               "arn:aws:secretsmanager:us-east-1:123456789012:secret:sources",
		"AWS_ENDPOINT_URL_SECRETS_MANAGER": server.URL,
	}))
	if reads := server.reads(); reads != 1 {
		t.Errorf("%d reads before the first webhook, want 1", reads)
	}
	if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != 200 {
		t.Errorf("answer = %+v", got)
	}
	if reads := server.reads(); reads != 1 {
		t.Errorf("%d reads, want the one at the start", reads)
	}
	checkOutput(t, p)
}

// The program is killed at the worst moment, when the queue has accepted a webhook and not
// answered: the sender sends it again, and it is in the queue twice.
func TestKilled(t *testing.T) {
	t.Parallel()
	sqs := newSQS(t)
	p := lambdatest.Run(t, program.Path(t), with(sqs, nil))
	sqs.After = func(n int) {
		if n == 1 {
			p.Kill()
		}
	}
	if _, err := p.Invoke(t.Context(), signed("contiguity", "", sms).event(), 10*time.Second); err == nil {
		t.Error("a killed program answered")
	}
	if err := p.Restart(); err != nil {
		t.Fatal(err)
	}
	if got := send(t, p, signed("contiguity", "", sms)); got.StatusCode != 200 {
		t.Errorf("sent again: %+v", got)
	}
	var queued []string
	for _, m := range sqs.Sent() {
		queued = append(queued, m.Attributes["id"]+" "+m.Body)
	}
	if want := []string{"evt_1 " + sms, "evt_1 " + sms}; !slices.Equal(queued, want) {
		t.Errorf("queued %q, want %q", queued, want)
	}
}
