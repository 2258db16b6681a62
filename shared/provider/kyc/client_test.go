package kyc_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// A fake is the API as it is documented: one answer to every request.
type fake struct {
	*httptest.Server
	got []string // "METHOD path authorization body", one a request
}

func newFake(t *testing.T, status int, body string) *fake {
	t.Helper()
	f := &fake{}
	f.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		sent, _ := io.ReadAll(r.Body)
		f.got = append(f.got, fmt.Sprintf("%s %s %s %s", r.Method, r.URL.RequestURI(), r.Header.Get("Authorization"), sent))
		w.Header().Set("Location", "/elsewhere")
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(f.Close)
	return f
}

func (f *fake) client(t *testing.T) *kyc.Client {
	t.Helper()
	return newClient(t, kyc.ClientOptions{BaseURL: f.URL + "/"})
}

// newClient makes a client with a token.
func newClient(t *testing.T, o kyc.ClientOptions) *kyc.Client {
	t.Helper()
	o.Token = webhook.NewSecret("sk_7331")
	c, err := kyc.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func success(data string) string {
	return `{"status":"success","data":` + data + `,"meta":{"request_id":"r"}}`
}

// Answers in the documented form.
const (
	channels = `{"notification_config":{"webhook_url":"https://in.example.org/kyc","webhook_secret":"************9f0e",` +
		`"notification_emails":["risk@example.org"],"slack_webhook_url":null,"batch_notifications_enabled":true}}`
	listed = `{"watchlists":[{"watchlist_id":"w-1","name":"Suppliers","status":"active","tags":["eu"],` +
		`"last_checked_at":"2026-09-21T06:00:00Z","next_check_due":1790056800000,"check_frequency":"daily"},` +
		`{"watchlist_id":"w-2","name":"New","status":"paused","tags":[],"last_checked_at":null,"next_check_due":null,"check_frequency":"on update"}],"count":2}`
	watchlist = `{"watchlist_id":"w-1","tenant_id":"t-1","name":"Suppliers","status":"ACTIVE","tags":["eu"],"last_checked_at":"2026-09-21T06:00:00.5+00:00",` +
		`"next_check_due":1790056800000,"check_frequency":"daily","lists_to_monitor":["OFAC"],"last_results":{"any":[1]},` +
		`"alert_config":{"on_new_match":true,"on_status_change":false},"created_at":"2026-01-02T03:04:05","updated_at":"2026-01-02T05:04:05+0200",` +
		`"subjects":[{"subject_id":"u-1","full_name":"Example Person","identifier":"X1","identifier_type":"document","tags":["vip"],"session_id":null,` +
		`"added_at":"2026-01-02T03:04:05Z","expires_at":1790000000}]}`
)

func at(year, month, day, hour, minute, second, millis int) kyc.Time {
	return kyc.Time{Time: time.Date(year, time.Month(month), day, hour, minute, second, millis*1e6, time.UTC)}
}

// sameSecret compares what must not be compared with ==.
var sameSecret = cmp.Comparer(func(a, b webhook.Secret) bool { return a.Reveal() == b.Reveal() })

func TestCalls(t *testing.T) {
	t.Parallel()
	config := kyc.Channels{
		WebhookURL: "https://in.example.org/kyc", MaskedSecret: "************9f0e", Emails: []string{"risk@example.org"}, Batch: true,
	}
	for _, tt := range []struct {
		name, request, answer string
		do                    func(*testing.T, *kyc.Client) (any, error)
		want                  any
	}{
		{"tenant", "GET /kyc/tenants/me Bearer sk_7331 ", success(channels),
			func(t *testing.T, c *kyc.Client) (any, error) { return c.TenantMe(t.Context()) },
			kyc.Tenant{Channels: &config, Raw: json.RawMessage(channels)}},
		{"tenant within", "GET /kyc/tenants/me Bearer sk_7331 ", success(`{"tenant":` + channels + `}`),
			func(t *testing.T, c *kyc.Client) (any, error) { return c.TenantMe(t.Context()) },
			kyc.Tenant{Channels: &config, Raw: json.RawMessage(`{"tenant":` + channels + `}`)}},
		{"tenant without channels", "GET /kyc/tenants/me Bearer sk_7331 ", success(`{"name":"n","notification_config":null}`),
			func(t *testing.T, c *kyc.Client) (any, error) { return c.TenantMe(t.Context()) },
			kyc.Tenant{Raw: json.RawMessage(`{"name":"n","notification_config":null}`)}},
		{"set two channels", `PATCH /kyc/tenants/me/notification-channels Bearer sk_7331 {"webhook_secret":"own","webhook_url":"https://in.example.org/kyc"}`, success(channels),
			func(t *testing.T, c *kyc.Client) (any, error) {
				return c.SetNotificationChannels(t.Context(), kyc.ChannelChange{
					WebhookURL: "https://in.example.org/kyc", WebhookSecret: webhook.NewSecret("own"),
				})
			}, config},
		{"set the others", `PATCH /kyc/tenants/me/notification-channels Bearer sk_7331 ` +
			`{"batch_notifications_enabled":false,"notification_emails":[],"slack_webhook_url":"https://hooks.example.com/s"}`,
			success(`{"notification_config":{"slack_webhook_url":"https://hooks.example.com/s"}}`),
			func(t *testing.T, c *kyc.Client) (any, error) {
				return c.SetNotificationChannels(t.Context(), kyc.ChannelChange{
					Emails: []string{}, Slack: webhook.NewSecret("https://hooks.example.com/s"), Batch: new(false),
				})
			}, kyc.Channels{Slack: webhook.NewSecret("https://hooks.example.com/s")}},
		{"session", "GET /kyc/sessions/a%2Fb%3F Bearer sk_7331 ", success(`{"session_id":"s-1","status":"APPROVED"}`),
			func(t *testing.T, c *kyc.Client) (any, error) { return c.Session(t.Context(), "a/b?") },
			kyc.Session{SessionID: "s-1", Status: kyc.StatusApproved, Raw: json.RawMessage(`{"session_id":"s-1","status":"APPROVED"}`)}},
		{"watchlists", "GET /kyc/watchlists Bearer sk_7331 ", success(listed),
			func(t *testing.T, c *kyc.Client) (any, error) {
				return c.Watchlists(t.Context(), kyc.WatchlistFilter{})
			},
			[]kyc.Watchlist{
				{WatchlistID: "w-1", Name: "Suppliers", Status: kyc.WatchlistActive, Tags: []string{"eu"}, LastCheckedAt: at(2026, 9, 21, 6, 0, 0, 0),
					NextCheckDue: new(kyc.UnixMillis(1790056800000)), CheckFrequency: "daily"},
				{WatchlistID: "w-2", Name: "New", Status: kyc.WatchlistPaused, Tags: []string{}, CheckFrequency: "on update"},
			}},
		{"some watchlists", "GET /kyc/watchlists?active=true&tags=eu%2Cu+k Bearer sk_7331 ", success(`{"watchlists":[],"count":0}`),
			func(t *testing.T, c *kyc.Client) (any, error) {
				return c.Watchlists(t.Context(), kyc.WatchlistFilter{ActiveOnly: true, Tags: []string{"eu", "u k"}})
			}, []kyc.Watchlist{}},
		{"watchlist", "GET /kyc/watchlists/w-1 Bearer sk_7331 ", success(watchlist),
			func(t *testing.T, c *kyc.Client) (any, error) { return c.Watchlist(t.Context(), "w-1") },
			kyc.Watchlist{
				WatchlistID: "w-1", TenantID: "t-1", Name: "Suppliers", Status: "ACTIVE", Tags: []string{"eu"},
				LastCheckedAt: at(2026, 9, 21, 6, 0, 0, 500), NextCheckDue: new(kyc.UnixMillis(1790056800000)), CheckFrequency: "daily",
				Lists: []string{"OFAC"}, LastResults: json.RawMessage(`{"any":[1]}`), AlertConfig: kyc.AlertConfig{OnNewMatch: true},
				CreatedAt: at(2026, 1, 2, 3, 4, 5, 0), UpdatedAt: at(2026, 1, 2, 3, 4, 5, 0),
				Subjects: []kyc.Subject{{SubjectID: "u-1", FullName: "Example Person", Identifier: "X1", IdentifierType: "document",
					Tags: []string{"vip"}, AddedAt: at(2026, 1, 2, 3, 4, 5, 0), ExpiresAt: new(json.Number("1790000000"))}},
			}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			f := newFake(t, http.StatusOK, tt.answer)
			got, err := tt.do(t, f.client(t))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got, sameSecret); diff != "" {
				t.Errorf("answer (-want +got):\n%s", diff)
			}
			if diff := cmp.Diff([]string{tt.request}, f.got); diff != "" {
				t.Errorf("requests (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWrongRequests(t *testing.T) {
	t.Parallel()
	f := newFake(t, http.StatusOK, success("{}"))
	c := f.client(t)
	for _, tt := range []struct {
		name, field string
		do          func() error
	}{
		{"nothing to set", "change", func() error { return only(c.SetNotificationChannels(t.Context(), kyc.ChannelChange{})) }},
		{"no session", "id", func() error { return only(c.Session(t.Context(), "")) }},
		{"another path", "id", func() error { return only(c.Watchlist(t.Context(), "..")) }},
	} {
		err := tt.do()
		e, ok := errors.AsType[*kyc.Error](err)
		fault, _ := errors.AsType[*webhook.FieldError](err)
		if !ok || fault == nil || fault.Field != tt.field || e.Retry() != (webhook.Retry{Permanent: true, NotSent: true}) {
			t.Errorf("%s: %v, want a permanent fault in %s, not sent", tt.name, err, tt.field)
		}
		private(t, err)
	}
	if len(f.got) > 0 {
		t.Errorf("called %q", f.got)
	}
}

func only[T any](_ T, err error) error { return err }

func TestClientOptions(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, token, base, field string }{
		{"token", "sk_7331", "", ""},
		{"staging", "sk_7331", kyc.StagingURL, ""},
		{"no token", "", "", "token"},
		{"token with a line break", "sk_7331\n", "", "token"},
		{"base without a host", "sk_7331", "kyc.example.com", "base_url"},
	} {
		_, err := kyc.NewClient(kyc.ClientOptions{Token: webhook.NewSecret(tt.token), BaseURL: tt.base})
		fault, _ := errors.AsType[*webhook.FieldError](err)
		if tt.field == "" && err != nil || tt.field != "" && (fault == nil || fault.Field != tt.field) {
			t.Errorf("%s: NewClient = %v, want a fault in %q", tt.name, err, tt.field)
		}
	}
}

func TestClientDoesNotShow(t *testing.T) {
	t.Parallel()
	c := newClient(t, kyc.ClientOptions{})
	change := kyc.ChannelChange{WebhookSecret: webhook.NewSecret("s-7331"), Slack: webhook.NewSecret("https://hooks.example.com/7331")}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%x"} {
		text := fmt.Sprintf(format, *c) + fmt.Sprintf(format, change) + fmt.Sprintf(format, kyc.Channels{Slack: change.Slack})
		if strings.Contains(text, "7331") || strings.Contains(text, fmt.Sprintf("%x", "7331")) {
			t.Errorf("%s shows a secret: %s", format, text)
		}
	}
}
