package ingest_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/ingest"
	"webhookintake/shared/queue"
	"webhookintake/shared/webhook"
)

func TestQueuedEvent(t *testing.T) {
	t.Parallel()
	now := time.Now().Truncate(time.Millisecond).Add(123456 * time.Nanosecond)
	var got webhook.Event
	h := &ingest.Handler{
		Sources: sources(t, nil),
		Queue:   senderFunc(func(_ context.Context, m queue.Message) error { got = m.Event; return nil }),
		Now:     func() time.Time { return now },
	}
	if w, _ := serve(h, post(event)); w.Code != http.StatusOK {
		t.Fatalf("answer = %d %s", w.Code, w.Body)
	}
	if got.Received.UnixNano() != now.UnixMilli()*1e6 {
		t.Errorf("Received = %v, want %v to the millisecond", got.Received, now)
	}
	got.Received = time.Time{}
	want := webhook.Event{
		Time:   time.Unix(1760000000, 0).UTC(),
		Source: "contiguity", Provider: "contiguity", ID: "evt_1", Type: "text.incoming.sms", Raw: []byte(event),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("event (-want +got):\n%s", diff)
	}
}

// TestReport compares the reports with the requests.
func TestReport(t *testing.T) {
	t.Parallel()
	stranger := post(event)
	stranger.URL.Path = "/hooks/+49151000000"
	wrong := post(event)
	wrong.Header.Set("Contiguity-Signature", "t=1,v1="+strings.Repeat("0", 64))
	previous := post(event)
	signed := settings()
	signed.Secrets = signed.Secrets[1:]
	previous.Header = signHeader(signed)
	zipped, odd := post(event), post("x")
	zipped.Header.Set("Contiguity-Signature", wrong.Header.Get("Contiguity-Signature"))
	zipped.Header.Set("Content-Encoding", " GZIP")
	odd.Header.Set("Content-Encoding", "+49151000000")
	for _, tt := range []struct {
		name string
		r    *http.Request
		want ingest.Report
	}{
		{name: "compressed", r: zipped, want: ingest.Report{Source: "contiguity", Provider: "contiguity",
			Secret: -1, Status: 401, Code: webhook.ErrSignatureMismatch, Encoding: "gzip"}},
		{name: "unknown encoding", r: odd, want: ingest.Report{Source: "contiguity", Provider: "contiguity",
			Secret: -1, Status: 400, Code: webhook.ErrMalformedBody, Encoding: "other"}},
		{name: "accepted", r: post(event), want: ingest.Report{Source: "contiguity", Provider: "contiguity",
			ID: "evt_1", Type: "text.incoming.sms", Status: 200, Tries: 1}},
		{name: "previous secret", r: previous, want: ingest.Report{Source: "contiguity", Provider: "contiguity",
			ID: "evt_1", Type: "text.incoming.sms", Status: 200, Tries: 1, Secret: 1}},
		{name: "unknown source", r: stranger, want: ingest.Report{Source: "unknown", Secret: -1,
			Status: 404, Code: webhook.ErrUnknownSource}},
		{name: "wrong signature", r: wrong, want: ingest.Report{Source: "contiguity", Provider: "contiguity",
			Secret: -1, Status: 401, Code: webhook.ErrSignatureMismatch}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			h := &ingest.Handler{Sources: sources(t, nil), Queue: newQueue()}
			_, got := serve(h, tt.r)
			if (got.Err == nil) != (got.Code == "") || got.Took <= 0 || got.Took < got.Verifying+got.Queueing {
				t.Errorf("Err = %v, times %v, %v of %v", got.Err, got.Verifying, got.Queueing, got.Took)
			}
			got.Err, got.Took, got.Verifying, got.Queueing = nil, 0, 0, 0
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("report (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPanicReport looks for the panic's text, which may quote a webhook.
func TestPanicReport(t *testing.T) {
	t.Parallel()
	h := &ingest.Handler{
		Sources: sources(t, verifierFunc(func() (webhook.Verified, error) { panic("+49151000000") })),
		Queue:   newQueue(),
	}
	r := post(event)
	r.URL.Path = "/hooks/broken"
	_, report := serve(h, r)
	panicked, ok := errors.AsType[*ingest.PanicError](report.Err)
	if !ok || panicked.Type != "string" || !strings.Contains(string(panicked.Stack), "event_test.go") {
		t.Fatalf("Err = %#v", report.Err)
	}
	if all := panicked.Error() + string(panicked.Stack); strings.Contains(all, "+49151000000") {
		t.Errorf("the panic's text shows: %s", all)
	}
}

// TestPathValue has a router that knows the source, behind another path.
func TestPathValue(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.Handle("POST /prod/{source}/in", &ingest.Handler{Sources: sources(t, nil), Queue: newQueue()})
	r := post(event)
	r.URL.Path = "/prod/contiguity/in"
	w := httptest.NewRecorder()
	mux.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		t.Errorf("answer = %d %s", w.Code, w.Body)
	}
}
