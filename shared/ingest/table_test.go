package ingest_test

import (
	"context"
	"encoding/base64"
	"errors"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/queue"
	"webhookintake/shared/source"
	"webhookintake/shared/webhook"
)

// TestAnswers goes through the whole table of answers.
func TestAnswers(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		method string                // empty means POST
		path   string                // /hooks/contiguity where empty
		body   string                // signed
		edit   func(r *http.Request) // after signing
		queue  func(ctx context.Context, m queue.Message) error
		broken verifierFunc

		status int
		answer string // the error, or for 200 the id
		header string // "Name: value"
	}{
		{name: "accepted", body: event, status: 200, answer: "evt_1"},
		{name: "awkward id", body: `{"id":"\"<\\>\"","type":"x"}`, status: 200, answer: `\"\u003c\\\u003e\"`},
		{name: "largest body", body: `{"id":"evt_1","type":"x","pad":"` + strings.Repeat("a", 6<<20-34) + `"}`, status: 200, answer: "evt_1"},

		{name: "not JSON", body: `{`, status: 400, answer: "malformed_body"},
		{name: "not an object", body: `["evt_1"]`, status: 400, answer: "malformed_body"},
		{name: "empty body", body: ``, status: 400, answer: "malformed_body"},
		{name: "body broken off", body: event, edit: func(r *http.Request) { r.Body = io.NopCloser(cutShort()) }, status: 400, answer: "malformed_body"},
		{name: "no id", body: `{"type":"x"}`, status: 400, answer: "missing_id"},
		{name: "no type", body: `{"id":"evt_1"}`, status: 400, answer: "missing_type"},
		{name: "id is a number", body: `{"id":1,"type":"x"}`, status: 400, answer: "invalid_id"},
		{name: "type of 201 characters", body: `{"id":"evt_1","type":"` + strings.Repeat("x", 201) + `"}`, status: 400, answer: "invalid_type"},
		{name: "header id differs", path: "/hooks/broken", body: event, broken: failing(webhook.ErrIDMismatch), status: 400, answer: "id_mismatch"},

		{name: "no signature", body: event, edit: func(r *http.Request) { r.Header.Del("Contiguity-Signature") }, status: 401, answer: "signature_missing"},
		{name: "malformed signature", body: event, edit: func(r *http.Request) { r.Header.Set("Contiguity-Signature", "v1=zz") }, status: 401, answer: "signature_malformed"},
		{name: "wrong signature", body: event, edit: func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader(event + " ")) }, status: 401, answer: "signature_mismatch"},
		{name: "signed an hour ago", body: event, edit: signedAt(-time.Hour), status: 401, answer: "timestamp_outside_window"},

		{name: "unknown source", path: "/hooks/nobody", body: event, status: 404, answer: "unknown_source"},
		{name: "no source", path: "/hooks/", body: event, status: 404, answer: "not_found"},
		{name: "below a source", path: "/hooks/contiguity/x", body: event, status: 404, answer: "not_found"},
		{name: "other path", path: "/", body: event, status: 404, answer: "not_found"},

		{name: "GET", method: "GET", status: 405, answer: "method", header: "Allow: POST"},
		{name: "GET of an unknown source", method: "GET", path: "/hooks/nobody", status: 405, answer: "method", header: "Allow: POST"},
		{name: "no such method", method: "BREW", status: 405, answer: "method", header: "Allow: POST"},
		{name: "POST to health", path: "/healthz", status: 405, answer: "method", header: "Allow: GET, HEAD"},

		{name: "over 6 MiB", body: strings.Repeat(" ", 6<<20+1), status: 413, answer: "too_large"},
		{name: "over 6 MiB, length unknown", body: strings.Repeat(" ", 6<<20+1), edit: func(r *http.Request) { r.ContentLength = -1 }, status: 413, answer: "too_large"},
		{name: "announced as over 6 MiB", body: event, edit: func(r *http.Request) { r.ContentLength = 6<<20 + 1 }, status: 413, answer: "too_large"},
		{name: "over the queue's limit", body: `{"id":"evt_1","type":"x","pad":"` + noise(2<<20) + `"}`, status: 413, answer: "too_large"},

		{name: "provider panics", path: "/hooks/broken", body: event, broken: func() (webhook.Verified, error) { panic("secret") }, status: 503, answer: "sources_unavailable", header: "Retry-After: 30"},
		{name: "provider's error without code", path: "/hooks/broken", body: event, broken: failing(errDown), status: 503, answer: "sources_unavailable", header: "Retry-After: 30"},
		{name: "provider's made-up code", path: "/hooks/broken", body: event, broken: failing(webhook.Code("teapot")), status: 503, answer: "sources_unavailable", header: "Retry-After: 30"},
		{name: "provider lets no id through", path: "/hooks/broken", body: event, broken: passing("", "x"), status: 400, answer: "invalid_id"},
		{name: "provider lets a bad type through", path: "/hooks/broken", body: event, broken: passing("evt_1", "x y"), status: 400, answer: "invalid_type"},
		{name: "queue panics", body: event, queue: func(context.Context, queue.Message) error { panic("secret") }, status: 503, answer: "queue_unavailable", header: "Retry-After: 30"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			synctest.Test(t, func(t *testing.T) { // where large bodies take no time, however slow the machine
				queued := newQueue()
				h := &ingest.Handler{Sources: sources(t, tt.broken), Queue: queued}
				if tt.queue != nil {
					h.Queue = senderFunc(tt.queue)
				}
				r := post(tt.body)
				if tt.method != "" {
					r.Method = tt.method
				}
				if tt.path != "" {
					r.URL.Path = tt.path
				}
				if tt.edit != nil {
					tt.edit(r)
				}
				w, _ := serve(h, r)

				want := `{"error":"` + tt.answer + `"}`
				if tt.status == http.StatusOK {
					want = `{"status":"accepted","id":"` + tt.answer + `"}`
				}
				if w.Code != tt.status || w.Body.String() != want {
					t.Errorf("answer = %d %s, want %d %s", w.Code, w.Body, tt.status, want)
				}
				name, value, _ := strings.Cut(tt.header, ": ")
				for _, header := range []string{"Allow", "Retry-After"} {
					wantValue := map[string]string{name: value}[header]
					if got := w.Header().Get(header); got != wantValue {
						t.Errorf("%s = %q, want %q", header, got, wantValue)
					}
				}
				if got := w.Header().Get("Content-Type"); got != "application/json" {
					t.Errorf("Content-Type = %q", got)
				}
				if got := len(queued.Messages()) > 0; got != (tt.status == http.StatusOK) {
					t.Errorf("in the queue: %v, with status %d", got, w.Code)
				}
			})
		})
	}
}

func failing(err error) verifierFunc {
	return func() (webhook.Verified, error) { return webhook.Verified{}, err }
}

func passing(id, eventType string) verifierFunc {
	return func() (webhook.Verified, error) {
		return webhook.Verified{Envelope: webhook.Envelope{ID: id, Type: eventType}}, nil
	}
}

// signedAt signs the event again, so long from now.
func signedAt(d time.Duration) func(*http.Request) {
	return func(r *http.Request) {
		signed := contiguity.Provider{}.Sign(settings(), "", []byte(event), time.Now().Add(d))
		r.Header["Contiguity-Signature"] = signed.Header["Contiguity-Signature"]
	}
}

// noise is text of about n bytes that does not compress.
func noise(n int) string {
	random := rand.New(rand.NewPCG(1, 2))
	bytes := make([]byte, n)
	for i := range bytes {
		bytes[i] = byte(random.Uint32())
	}
	return base64.StdEncoding.EncodeToString(bytes)
}

func TestHealth(t *testing.T) {
	t.Parallel()
	for _, method := range []string{http.MethodGet, http.MethodHead} {
		h := &ingest.Handler{Report: func(context.Context, ingest.Report) { t.Error("a health check was reported") }}
		w := httptest.NewRecorder()
		h.ServeHTTP(w, httptest.NewRequest(method, "/healthz", nil))
		if w.Code != http.StatusOK || w.Body.String() != `{"status":"ok"}` {
			t.Errorf("%s = %d %s", method, w.Code, w.Body)
		}
	}
}

// TestSourcesUnavailable has a secret that cannot be read.
func TestSourcesUnavailable(t *testing.T) {
	t.Parallel()
	h := &ingest.Handler{
		Sources: source.Refreshing(fetcherFunc(func(context.Context) error { return errDown }), source.RefreshOptions{}),
		Queue:   newQueue(),
	}
	w, report := serve(h, post(event))
	if w.Code != 503 || w.Body.String() != `{"error":"sources_unavailable"}` || w.Header().Get("Retry-After") != "30" {
		t.Errorf("answer = %d %s %v", w.Code, w.Body, w.Header())
	}
	if !errors.Is(report.Err, errDown) || report.Source != ingest.UnknownSource {
		t.Errorf("report = %+v", report)
	}
}

// fetcherFunc is a secret that cannot be read.
type fetcherFunc func(context.Context) error

func (f fetcherFunc) Fetch(ctx context.Context, _ source.Stage) ([]byte, error) { return nil, f(ctx) }
