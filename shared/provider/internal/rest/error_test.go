package rest_test

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/webhook"
)

func TestRetry(t *testing.T) {
	t.Parallel()
	const after = 7 * time.Second
	for status, want := range map[int]webhook.Retry{
		302: {Permanent: true}, 400: {Permanent: true}, 401: {Permanent: true}, 404: {Permanent: true}, 409: {Permanent: true},
		408: {After: after}, 429: {After: after, NotSent: true}, 500: {After: after}, 503: {After: after}, 504: {After: after},
	} {
		api := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", "7")
			w.WriteHeader(status)
		})
		hint, ok := errors.AsType[webhook.RetryHint](fmt.Errorf("handler: %w", call(t.Context(), api.URL, nil)))
		if !ok || hint.Retry() != want {
			t.Errorf("status %d: %+v, want %+v", status, hint, want)
		}
	}
}

func TestRetryAfter(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		header, body string
		want         time.Duration
	}{
		{"", "", 30 * time.Second}, // the default
		{"7", "", 7 * time.Second},
		{"-7", "", 30 * time.Second},
		{"0.5", "", 30 * time.Second},
		{"99999999999", "", 30 * time.Second},
		{"Mon, 21 Sep 2026 14:13:20 GMT", "", 30 * time.Second},
		{"7", `{"wait":3000000000}`, 3 * time.Second}, // what the body says is the provider's own
	} {
		api := serve(t, func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Retry-After", tt.header)
			w.WriteHeader(http.StatusTooManyRequests)
			fmt.Fprint(w, tt.body)
		})
		failed, ok := errors.AsType[*rest.Error](call(t.Context(), api.URL, nil))
		if !ok || failed.Retry() != (webhook.Retry{After: tt.want, NotSent: true}) {
			t.Errorf("header %q, body %q: %+v, want %s", tt.header, tt.body, failed, tt.want)
		}
	}
}

func TestUnreadable(t *testing.T) {
	t.Parallel()
	tooLong := resttest.Answering(http.StatusOK, strings.Repeat(" ", 8<<20+1))
	for _, unknown := range []bool{false, true} {
		o := options("", tooLong)
		o.UnreadableUnknown = unknown
		_, err := newClient(t, o).Do(t.Context(), rest.Request{Method: "GET", Path: "/"})
		failed, ok := errors.AsType[*rest.Error](err)
		if !ok || !errors.Is(err, rest.ErrTooLong) || failed.Status != http.StatusOK || failed.Retry() != (webhook.Retry{Permanent: !unknown}) {
			t.Errorf("UnreadableUnknown %v: %v, %+v", unknown, err, failed)
		}
	}
}

func TestErrorText(t *testing.T) {
	t.Parallel()
	explain := func(e *rest.Error, _, _ []byte) time.Duration {
		e.Code, e.Fields, e.Message, e.ID = "invalid", []string{"name", "tin"}, "the sentence", "err_1"
		return 0
	}
	for show, want := range map[bool]string{
		false: "toy: send: status 400, invalid, look at name, tin (err_1)",
		true:  "toy: send: status 400, invalid, look at name, tin: the sentence (err_1)",
	} {
		o := options("", resttest.Answering(http.StatusBadRequest, ""))
		o.Explain, o.ShowMessage = explain, show
		_, err := newClient(t, o).Do(t.Context(), rest.Request{Op: "send", Method: "GET", Path: "/"})
		if err == nil || err.Error() != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestCode(t *testing.T) {
	t.Parallel()
	for raw, want := range map[string]string{
		`"rate_limited"`: "rate_limited", `"A"`: "A", `"` + strings.Repeat("a", 40) + `"`: strings.Repeat("a", 40),
		`""`: "", `"two words"`: "", `"id7"`: "", `"naïve"`: "", `"` + strings.Repeat("a", 41) + `"`: "", `7`: "", ``: "",
	} {
		if got := rest.Code([]byte(raw)); got != want {
			t.Errorf("Code(%s) = %q, want %q", raw, got, want)
		}
	}
}
