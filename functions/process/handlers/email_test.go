package handlers

import (
	"net/http"
	"strings"
	"testing"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/sesv2"

	"webhookintake/shared/webhook"
)

// emailAt sends to a fake of SES.
func emailAt(base string) email {
	return email{
		from: "alerts@example.com", to: []string{"a@example.com", "b@example.com"},
		client: sesv2.New(sesv2.Options{
			Region: "eu-central-1", BaseEndpoint: &base, Retryer: aws.NopRetryer{},
			Credentials: credentials.NewStaticCredentialsProvider("id", "key", ""),
		}),
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
