package samples

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/hook"
	"webhookintake/shared/hook/hooktest"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/kyc"
	"webhookintake/shared/webhook"
)

func wantWrite(t *testing.T, got []webhook.Write, want webhook.Write) {
	t.Helper()
	if diff := cmp.Diff([]webhook.Write{want}, got, cmp.AllowUnexported(webhook.Value{})); diff != "" {
		t.Errorf("writes (-want +got):\n%s", diff)
	}
}

func TestDeliveryStatus(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(contiguity.TextDeliveryFailed, contiguity.Delivery{MessageID: "msg_1", Error: "unreachable"})
	got, err := (deliveryStatus{table: "deliveries"}).handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	wantWrite(t, got, webhook.Put("deliveries",
		webhook.Attributes{"message_id": webhook.S("msg_1")},
		webhook.Attributes{
			"status": webhook.S("text.delivery.failed"), "error": webhook.S("unreachable"),
			"at": webhook.N(e.Time.Unix()),
		}))
}

func TestOTPVerified(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(contiguity.OTPReverseVerified, contiguity.ReverseOTP{OTPID: "otp_1", Number: person, Status: "verified"})
	got, err := otpVerified{table: "numbers"}.handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	wantWrite(t, got, webhook.Put("numbers",
		webhook.Attributes{"otp_id": webhook.S("otp_1")},
		webhook.Attributes{
			"number": webhook.S(person), "status": webhook.S("verified"),
			"at": webhook.N(e.Time.Unix()),
		}))
}

func TestOpenAccount(t *testing.T) {
	t.Parallel()
	e := hooktest.Event(kyc.SessionApproved, kyc.Session{SessionID: "s-1", ClientID: "c-1", FinalDecision: "Flagged"})
	got, err := openAccount{table: "accounts"}.handle(t.Context(), e)
	if err != nil {
		t.Fatal(err)
	}
	wantWrite(t, got, webhook.Put("accounts",
		webhook.Attributes{"session_id": webhook.S("s-1")},
		webhook.Attributes{
			"client_id": webhook.S("c-1"), "watch": webhook.B(true),
			"at": webhook.N(e.Time.Unix()),
		}))

	e.Data.SessionID = ""
	if got, err := (openAccount{table: "accounts"}).handle(t.Context(), e); !hook.Hint(err).Permanent || got != nil {
		t.Errorf("openAccount without a session = %v, %v, want a permanent error", got, err)
	}
}
