package samples

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

const slackPath = "/services/T0/B0/suite-key"

func TestSlack(t *testing.T) {
	t.Parallel()
	channel := newService(t, http.StatusOK, "ok")
	if err := newSlack(channel.URL+slackPath).post(t.Context(), "a match, <!channel> & more"); err != nil {
		t.Fatal(err)
	}
	wantCalls(t, channel, `POST `+slackPath+` {"text":"a match, \u0026lt;!channel\u0026gt; \u0026amp; more"}`)
}

func TestSlackFails(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		want   webhook.Retry
	}{
		{"too many", http.StatusTooManyRequests, webhook.Retry{After: 30 * time.Second}},
		{"down", http.StatusServiceUnavailable, webhook.Retry{}},
		{"the webhook is gone", http.StatusNotFound, webhook.Retry{Permanent: true}},
		{"elsewhere", http.StatusFound, webhook.Retry{Permanent: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			channel := newService(t, tt.status, "no_service")
			wantRetry(t, newSlack(channel.URL+slackPath).post(t.Context(), "text"), tt.want)
			wantCalls(t, channel, `POST `+slackPath+` {"text":"text"}`)
		})
	}
}

// The URL is a secret, and net/http puts it into its errors.
func TestSlackErrorsHideTheURL(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		base string
		want webhook.Retry
	}{
		{"no connection", nobody(t), webhook.Retry{}},
		{"no URL", "https://%zz", webhook.Retry{Permanent: true}},
	} {
		err := newSlack(tt.base+slackPath).post(t.Context(), "text")
		if err == nil || hook.Hint(err) != tt.want || strings.Contains(err.Error(), "suite-key") {
			t.Errorf("%s: post = %v, want an error without the URL, and %+v", tt.name, err, tt.want)
		}
	}
}
