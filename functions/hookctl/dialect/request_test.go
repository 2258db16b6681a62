package dialect_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/dialect"
	"webhookintake/shared/webhook"
)

func TestNewRequest(t *testing.T) {
	t.Parallel()
	r := webhook.Request{Header: http.Header{"X-Signature": {"s"}}, Query: url.Values{"token": {"a b"}}, Body: []byte(`{}`)}
	got, err := dialect.NewRequest(t.Context(), "http://127.0.0.1:1/hooks/x?a=1", r)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(got.Body)
	if err != nil {
		t.Fatal(err)
	}
	if got.Method != http.MethodPost || got.URL.String() != "http://127.0.0.1:1/hooks/x?a=1&token=a+b" || string(body) != `{}` {
		t.Errorf("%s %s %s", got.Method, got.URL, body)
	}
	if got.Header.Get("X-Signature") != "s" || got.Header.Get("Content-Type") != "application/json" {
		t.Errorf("headers %v", got.Header)
	}
	if len(r.Header) != 1 {
		t.Errorf("the webhook's own headers became %v", r.Header)
	}
	if _, err := dialect.NewRequest(t.Context(), "http://127.0.0.1:1/?token=s3cr3t\x7f", r); err == nil || strings.Contains(err.Error(), "s3cr3t") {
		t.Errorf("error = %v, want one without the URL", err)
	}
}
