package kyc_test

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// private fails t if err shows the token or what the API answered.
func private(t *testing.T, err error) {
	t.Helper()
	for _, secret := range []string{"7331", "Example Person"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error shows %q: %v", secret, err)
		}
	}
}

func TestErrors(t *testing.T) {
	t.Parallel()
	permanent := webhook.Retry{Permanent: true}
	for _, tt := range []struct {
		name    string
		status  int
		body    string
		retry   webhook.Retry
		message string
		text    string
	}{
		{"over the limit", 429, `{"error":"rate_limited","message":"Example Person, slow down","retry_after":42}`,
			webhook.Retry{After: 42 * time.Second, NotSent: true}, "Example Person, slow down", "kyc: get watchlist: status 429, rate_limited"},
		{"over the limit, part of a second", 429, `{"retry_after":0.2}`, webhook.Retry{After: time.Second, NotSent: true}, "", "kyc: get watchlist: status 429"},
		{"over the limit, as text", 429, `{"retry_after":"42"}`, webhook.Retry{After: 30 * time.Second, NotSent: true}, "", "kyc: get watchlist: status 429"},
		{"over the limit, negative", 429, `{"retry_after":-1}`, webhook.Retry{After: 30 * time.Second, NotSent: true}, "", "kyc: get watchlist: status 429"},
		{"over the limit, for ever", 429, `{"retry_after":1e300}`, webhook.Retry{After: (1<<31 - 1) * time.Second, NotSent: true}, "", "kyc: get watchlist: status 429"},
		{"over the limit, a page", 429, `<html>`, webhook.Retry{After: 30 * time.Second, NotSent: true}, "", "kyc: get watchlist: status 429"},
		{"no such watchlist", 404, `{"error":"not_found","message":"m"}`, permanent, "m", "kyc: get watchlist: status 404, not_found"},
		{"a sentence for a code", 400, `{"error":"Example Person is unknown","message":7331}`, permanent, "", "kyc: get watchlist: status 400"},
		{"token ended", 401, `{"message":"Unauthorized"}`, permanent, "Unauthorized", "kyc: get watchlist: status 401"},
		{"moved", 302, ``, permanent, "", "kyc: get watchlist: status 302"},
		{"request timeout", 408, ``, webhook.Retry{}, "", "kyc: get watchlist: status 408"},
		{"server error", 500, `{"error":"internal"}`, webhook.Retry{}, "", "kyc: get watchlist: status 500, internal"},
		{"an error with status 200", 200, `{"status":"error","message":"m","data":{}}`, permanent, "m", "kyc: get watchlist: status 200"},
		{"no data", 200, `{"status":"success"}`, permanent, "", `kyc: get watchlist: status 200: the answer has no object "data"`},
		{"data that is a list", 200, success("[]"), permanent, "", `kyc: get watchlist: status 200: the answer has no object "data"`},
		{"no JSON", 200, `Example Person`, permanent, "", "kyc: get watchlist: status 200: the answer is not a JSON object"},
		{"a number for a name", 201, success(`{"name":7331}`), permanent, "", "kyc: get watchlist: status 201: name: want string"},
		{"a number within", 200, success(`{"subjects":[{"full_name":7331}]}`), permanent, "", "kyc: get watchlist: status 200: subjects.full_name: want string"},
		{"a date of another form", 200, success(`{"last_checked_at":"7331"}`), permanent, "", "kyc: get watchlist: status 200: last_checked_at: want kyc.Time"},
		{"a number for a date", 200, success(`{"created_at":7331}`), permanent, "", "kyc: get watchlist: status 200: created_at: want kyc.Time"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, tt.status, tt.body)
			_, err := f.client(t).Watchlist(t.Context(), "w-1")
			e, ok := errors.AsType[*kyc.Error](err)
			if !ok || len(f.got) != 1 {
				t.Fatalf("error %v after %d requests, want an Error after one", err, len(f.got))
			}
			if e.Retry() != tt.retry || e.Message != tt.message || e.Error() != tt.text || e.Status != tt.status {
				t.Errorf("%q, message %q, retry %+v; want %q, %q, %+v", e, e.Message, e.Retry(), tt.text, tt.message, tt.retry)
			}
			private(t, err)
		})
	}
}

func TestAnswersThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		data, want string
	}{
		{`{}`, "the answer has no notification_config"},
		{`{"notification_config":{"notification_emails":"7331"}}`, "notification_emails: want []string"},
		{`{"notification_config":{"slack_webhook_url":7331}}`, "slack_webhook_url: want a string"},
		{`{"notification_config":["7331"]}`, "want "},
	} {
		f := newFake(t, http.StatusOK, success(tt.data))
		_, err := f.client(t).SetNotificationChannels(t.Context(), kyc.ChannelChange{WebhookURL: "https://in.example.org"})
		if e, ok := errors.AsType[*kyc.Error](err); !ok || !e.Retry().Permanent || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%s: %v, want %q for good", tt.data, err, tt.want)
			continue
		}
		private(t, err)
	}
}

// restCase has a call that changes something.
func restCase() resttest.Case {
	return resttest.Case{
		Private: []string{"7331"},
		Call: func(ctx context.Context, base string, client *http.Client) error {
			c, err := kyc.NewClient(kyc.ClientOptions{Token: webhook.NewSecret("sk_7331"), BaseURL: base, HTTP: client})
			if err != nil {
				return err
			}
			_, err = c.SetNotificationChannels(ctx, kyc.ChannelChange{WebhookURL: "https://in.example.org/7331"})
			return err
		},
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	resttest.Failures(t, restCase())
}

func FuzzAnswer(f *testing.F) {
	resttest.FuzzAnswers(f, restCase(),
		success(channels), `{"error":"rate_limited","message":"m","retry_after":42}`, `{"status":"error"}`)
}

// Whatever the API answers, no call panics.
func FuzzAnswersOfAllCalls(f *testing.F) {
	for _, data := range []string{channels, listed, watchlist, `{"session":{"status":7}}`} {
		f.Add(success(data))
	}
	f.Fuzz(func(t *testing.T, body string) {
		c := newClient(t, kyc.ClientOptions{HTTP: resttest.Answering(http.StatusOK, body)})
		for _, err := range []error{
			only(c.TenantMe(t.Context())), only(c.Session(t.Context(), "s")),
			only(c.Watchlists(t.Context(), kyc.WatchlistFilter{})), only(c.Watchlist(t.Context(), "w")),
		} {
			if _, ok := errors.AsType[*kyc.Error](err); err != nil && !ok {
				t.Fatalf("%v, want an Error", err)
			}
		}
	})
}
