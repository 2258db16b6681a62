package sqs_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/queue"
	"webhookintake/shared/queue/sqs"
)

func TestSendRefused(t *testing.T) {
	t.Parallel()
	errOther := errors.New("neither")
	for _, tt := range []struct {
		name          string
		code, message string
		want          error // errOther: an unknown outcome
	}{
		{name: "too large, as SQS says it", code: "InvalidParameterValue", message: "One or more parameters are invalid. Reason: Message must be shorter than 1024 bytes.", want: queue.ErrTooLarge},
		{name: "too large, as ElasticMQ says it", code: "InvalidAttributeValue", message: "MessageTooLong", want: queue.ErrTooLarge},
		{name: "characters", code: "InvalidMessageContents", message: "Invalid binary character", want: queue.ErrInvalid},
		{name: "another parameter", code: "InvalidParameterValue", message: "Reason: Must be between 0 and 900, if provided.", want: errOther},
		{name: "no queue", code: "QueueDoesNotExist", message: "The specified queue does not exist.", want: errOther},
		{name: "throttled", code: "RequestThrottled", message: "slow down", want: errOther},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q, f := serve(t, always(400, refused(tt.code, tt.message)))
			err := q.Send(t.Context(), sms(), 0)
			got := errOther
			for _, sentinel := range []error{queue.ErrTooLarge, queue.ErrInvalid} {
				if errors.Is(err, sentinel) {
					got = sentinel
				}
			}
			if err == nil || !errors.Is(got, tt.want) {
				t.Errorf("Send = %v, want %v", err, tt.want)
			}
			if len(f.requests) != 1 {
				t.Errorf("%d requests, want one try", len(f.requests))
			}
		})
	}
}

// TestOneTry: whatever SQS answers, each call asks once; the caller has a budget.
func TestOneTry(t *testing.T) {
	t.Parallel()
	for name, answer := range map[string]func(int, request) (int, string){
		"500":       always(500, refused("InternalFailure", "oops")),
		"503":       always(503, "<html>unavailable</html>"),
		"throttled": always(400, refused("RequestThrottled", "slow down")),
		"not JSON":  always(200, "{"),
	} {
		q, f := serve(t, answer)
		n := 0
		for operation, call := range calls(q) {
			n++
			if err := call(t); err == nil {
				t.Errorf("%s: %s gave no error", name, operation)
			}
			if len(f.requests) != n || f.requests[n-1].Operation != operation {
				t.Errorf("%s: after %s there are %d requests, want %d", name, operation, len(f.requests), n)
			}
		}
	}
}

// TestHangingServer: each call ends with its context, and says that this was why.
func TestHangingServer(t *testing.T) {
	t.Parallel()
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-release:
		case <-r.Context().Done():
		}
	}))
	defer server.Close()
	defer close(release)
	q := connect(t, server.URL)
	for name, call := range map[string]func(context.Context) error{
		"Send":    func(ctx context.Context) error { return q.Send(ctx, sms(), 0) },
		"Receive": func(ctx context.Context) error { _, err := q.Receive(ctx, 1, 20*time.Second); return err },
		"Delete": func(ctx context.Context) error {
			return errors.Join(q.Delete(ctx, make([]string, 25))...)
		},
		"Defer": func(ctx context.Context) error {
			return errors.Join(q.Defer(ctx, make([]queue.Deferral, 25))...)
		},
	} {
		ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
		if err := call(ctx); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("%s = %v, want DeadlineExceeded", name, err)
		}
		cancel()
	}
}

// TestDamagedOnTheWay: SQS answers with the MD5 of what it has; another one is an error
// of a send, which then may have been made, and of a receive.
func TestDamagedOnTheWay(t *testing.T) {
	t.Parallel()
	const md5 = "00000000000000000000000000000000"
	q, _ := serve(t, func(_ int, r request) (int, string) {
		if r.Operation == "SendMessage" {
			return 200, `{"MessageId":"m","MD5OfMessageBody":"` + md5 + `"}`
		}
		return 200, `{"Messages":[{"MessageId":"m","ReceiptHandle":"r","Body":"SECRET","MD5OfBody":"` + md5 + `"}]}`
	})
	if err := q.Send(t.Context(), sms(), 0); err == nil || !strings.Contains(err.Error(), "checksum") {
		t.Errorf("Send = %v, want an error about the checksum", err)
	}
	got, err := q.Receive(t.Context(), 1, 0)
	if err == nil || !strings.Contains(err.Error(), "checksum") || strings.Contains(err.Error(), "SECRET") {
		t.Errorf("Receive = %v, %v, want an error about the checksum, without the body", got, err)
	}
}

// An answer of status 200 without an id or MD5 leaves the outcome unknown.
func TestSendWithoutProof(t *testing.T) {
	t.Parallel()
	for answer, want := range map[string]error{
		`{}`:                sqs.ErrNoAnswer,
		`{"MessageId":"m"}`: sqs.ErrNoAnswer,
		`{"MD5OfMessageBody":"99914b932bd37a50b983c5e7c90ae93b"}`:                 sqs.ErrNoAnswer,
		`{"MessageId":"m","MD5OfMessageBody":"99914b932bd37a50b983c5e7c90ae93b"}`: nil,
	} {
		q, _ := serve(t, always(200, answer))
		if err := q.Send(t.Context(), sms(), 0); !errors.Is(err, want) {
			t.Errorf("Send answered with %s = %v, want %v", answer, err, want)
		}
	}
}

func TestReceiveRefusesOtherThan1To10(t *testing.T) {
	t.Parallel()
	q, f := serve(t, always(200, "{}"))
	for _, limit := range []int{-1, 0, 11} {
		if _, err := q.Receive(t.Context(), limit, 0); err == nil {
			t.Errorf("Receive(%d) gave no error", limit)
		}
	}
	if len(f.requests) > 0 {
		t.Errorf("it asked %v", f.requests)
	}
}

func TestSendRefusesBeforeAsking(t *testing.T) {
	t.Parallel()
	q, f := serve(t, always(200, "{}"))
	m := sms()
	m.ID = ""
	if err := q.Send(t.Context(), m, 0); !errors.Is(err, queue.ErrInvalid) {
		t.Errorf("Send without id = %v, want ErrInvalid", err)
	}
	if len(f.requests) > 0 {
		t.Errorf("it asked %v", f.requests)
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name    string
		options sqs.Options
		want    []string // fields that the error names; none: no error
	}{
		{name: "region from the URL", options: sqs.Options{URL: queueURL, Credentials: anyone}},
		{name: "China", options: sqs.Options{URL: "https://sqs.cn-north-1.amazonaws.com.cn/1/q", Credentials: anyone}},
		{name: "region given", options: sqs.Options{URL: "http://localhost:9324/000000000000/q", Region: "eu-west-1", Credentials: anyone}},
		{name: "nothing", want: []string{"url:", "region:", "credentials:"}},
		{name: "memory", options: sqs.Options{URL: "memory:", Region: "eu-west-1", Credentials: anyone}, want: []string{"url:"}},
		{name: "no region to be seen", options: sqs.Options{URL: "http://localhost:9324/0/q", Credentials: anyone}, want: []string{"region:"}},
		{name: "somebody else's host", options: sqs.Options{URL: "https://sqs.eu-west-1.example.com/1/q", Credentials: anyone}, want: []string{"region:"}},
		{name: "no credentials", options: sqs.Options{URL: queueURL}, want: []string{"credentials:"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			q, err := sqs.New(tt.options)
			if (err == nil) != (len(tt.want) == 0) || (q == nil) != (err != nil) {
				t.Fatalf("New = %v, %v", q, err)
			}
			for _, field := range []string{"url:", "region:", "credentials:"} {
				named, want := err != nil && strings.Contains(err.Error(), field), strings.Contains(strings.Join(tt.want, " "), field)
				if named != want {
					t.Errorf("New = %v, naming %s: %v, want %v", err, field, named, want)
				}
			}
		})
	}
}
