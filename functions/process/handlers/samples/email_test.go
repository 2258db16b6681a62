package samples

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

// emailAt sends to a fake of SES.
func emailAt(base string) email {
	m := newEmail(&settings{getenv: func(string) string { return "eu-central-1" }},
		"alerts@example.com", []string{"a@example.com", "b@example.com"})
	m.url = base
	return m
}

// The request is signed for SES, in the region, with the function's own credentials.
func TestEmailIsSigned(t *testing.T) {
	t.Parallel()
	var header http.Header
	ses := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { header = r.Header.Clone() }))
	defer ses.Close()
	if err := emailAt(ses.URL).send(t.Context(), "a match"); err != nil {
		t.Fatal(err)
	}
	signed := header.Get("Authorization")
	for _, want := range []string{"AWS4-HMAC-SHA256 Credential=eu-central-1/", "/eu-central-1/ses/aws4_request", "x-amz-security-token"} {
		if !strings.Contains(signed, want) {
			t.Errorf("Authorization = %q, want %q in it", signed, want)
		}
	}
}

func TestEmailSettings(t *testing.T) {
	t.Parallel()
	s := &settings{getenv: func(string) string { return "" }}
	newEmail(s, "alerts@example.com", nil)
	if err := s.report(); err == nil || !strings.Contains(err.Error(), "AWS_REGION: is not set") {
		t.Errorf("settings = %v, want AWS_REGION named", err)
	}
}

func TestEmail(t *testing.T) {
	t.Parallel()
	ses := newService(t, http.StatusOK, `{"MessageId":"m-1"}`)
	if err := emailAt(ses.URL).send(t.Context(), "a match"); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(ses.got(), "\n")
	for _, want := range []string{
		"POST /v2/email/outbound-emails ", `"FromEmailAddress":"alerts@example.com"`,
		`"ToAddresses":["a@example.com","b@example.com"]`, `"Text":{"Data":"a match"}`, `"Subject":{"Data":"Watchlist alert"}`,
	} {
		if !strings.Contains(got, want) {
			t.Errorf("no %s in\n%s", want, got)
		}
	}
}

func TestEmailFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		answer string
		want   webhook.Retry
	}{
		{"too many", http.StatusTooManyRequests, `{"__type":"TooManyRequestsException"}`, webhook.Retry{}},
		{"not allowed yet", http.StatusForbidden, `{"__type":"AccessDeniedException"}`, webhook.Retry{}},
		{"down", http.StatusInternalServerError, `{}`, webhook.Retry{}},
		{"refused", http.StatusBadRequest, `{"__type":"MessageRejected","message":"no"}`, webhook.Retry{Permanent: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := emailAt(newService(t, tt.status, tt.answer).URL).send(t.Context(), "a match")
			wantRetry(t, err, tt.want)
		})
	}
}
