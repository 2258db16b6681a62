package handlers

import (
	"log/slog"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

// logged collects what the default logger writes meanwhile. It changes a global, so
// the tests that use it do not run in parallel.
func logged(t *testing.T) *strings.Builder {
	t.Helper()
	var out strings.Builder
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &out
}

func TestAutoReply(t *testing.T) {
	out := logged(t)
	e := hooktest.Event(contiguity.TextIncomingSMS, contiguity.Text{
		From: "+15005550001", To: "+15005550002", Body: "are you open?",
	})
	if err := (autoReply{text: "Yes."}).handle(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "would reply") || !strings.Contains(got, "characters=4") {
		t.Errorf("log = %q, want what would be sent", got)
	}
	for _, private := range []string{"+1500", "are you open"} {
		if strings.Contains(out.String(), private) {
			t.Errorf("log has %q, which is nobody's business: %s", private, out)
		}
	}
}

func TestDeliveryStatus(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(contiguity.TextDeliveryFailed, contiguity.Delivery{MessageID: "msg_1", Error: "unreachable"})
	got, err := (deliveryStatus{table: "deliveries"}).handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	want := []webhook.Write{webhook.Put("deliveries",
		webhook.Attributes{"message_id": webhook.S("msg_1")},
		webhook.Attributes{
			"status": webhook.S("text.delivery.failed"), "error": webhook.S("unreachable"),
			"at": webhook.N(e.Time.Unix()),
		})}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(webhook.Value{})); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func TestOpenAccount(t *testing.T) {
	out := logged(t)
	e := hooktest.Event(kyc.SessionApproved, kyc.Session{SessionID: "s-1", FinalDecision: "Flagged"})
	if err := openAccount(t.Context(), e); err != nil {
		t.Fatal(err)
	}
	if got := out.String(); !strings.Contains(got, "watch=true") {
		t.Errorf("log = %q, want a flagged customer to be watched", got)
	}
	e.Data.SessionID = ""
	if err := openAccount(t.Context(), e); !hook.Hint(err).Permanent {
		t.Errorf("openAccount without a session = %v, want a permanent error", err)
	}
}

func TestTINMismatchAlert(t *testing.T) {
	for _, tt := range []struct {
		status compliancely.TINStatus
		alert  bool
	}{
		{compliancely.TINMatched, false},
		{compliancely.TINPending, false},
		{compliancely.TINDidNotMatch, true},
	} {
		t.Run(string(tt.status), func(t *testing.T) {
			out := logged(t)
			e := hooktest.Event(compliancely.TINMatch, compliancely.TINResult{ID: 7, TIN: "000000000", Status: tt.status})
			if err := tinMismatchAlert(t.Context(), e); err != nil {
				t.Fatal(err)
			}
			if got := strings.Contains(out.String(), "would alert"); got != tt.alert {
				t.Errorf("alerted = %v, want %v", got, tt.alert)
			}
			if strings.Contains(out.String(), "000000000") {
				t.Error("the tax number is in the log")
			}
		})
	}
}

func TestRegister(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, table   string
		provider, typ string
		want          []string
	}{
		{name: "text", provider: "contiguity", typ: "text.incoming.sms", want: []string{"auto-reply"}},
		{name: "delivery without a table", provider: "contiguity", typ: "text.delivery.failed"},
		{name: "delivery", table: "t", provider: "contiguity", typ: "text.delivery.failed", want: []string{"delivery-status"}},
		{name: "session", provider: "kyc", typ: "kyc.session.approved", want: []string{"open-account"}},
		{name: "TIN", provider: "compliancely", typ: "tin_match", want: []string{"tin-mismatch-alert"}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			var r hook.Registry
			getenv := func(name string) string {
				return map[string]string{"DELIVERIES_TABLE": tt.table}[name]
			}
			if err := Register(&r, getenv); err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, h := range r.For(tt.provider, tt.typ) {
				got = append(got, h.Name)
			}
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("handlers (-want +got):\n%s", diff)
			}
		})
	}
}
