package contiguity_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func event(typ, data string) []byte {
	return []byte(`{"id":"evt_1","type":"` + typ + `","timestamp":1726502400,"api_version":"v2025.9.7","data":` + data + `}`)
}

// decodes fails t unless body decodes to want under an event type, and want, encoded as
// a payload again, to itself.
func decodes[T any](t *testing.T, typ webhook.Type[T], body []byte, want T) {
	t.Helper()
	got, envelope, err := typ.Decode(body)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
	if envelope.Type != typ.Name() {
		t.Errorf("type %s, want %s", envelope.Type, typ.Name())
	}
	data, err := json.Marshal(want)
	if err != nil {
		t.Fatal(err)
	}
	again, _, err := typ.Decode(event(typ.Name(), string(data)))
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, again); diff != "" {
		t.Errorf("after encoding (-want +got):\n%s", diff)
	}
}

func TestText(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.TextIncomingSMS,
		event("text.incoming.sms", `{"from":"+15551234567","to":"+15559876543","body":"Hello world","timestamp":1726502400}`),
		contiguity.Text{From: "+15551234567", To: "+15559876543", Body: "Hello world", Timestamp: 1726502400})
	decodes(t, contiguity.TextIncomingMMS,
		event("text.incoming.mms", `{"from":"a","to":"b","body":"look","timestamp":1,"attachments":`+
			`[{"url":"https://x/i.jpg","mime":"image/jpeg","filename":"i.jpg"},{"url":"https://x/2"}]}`),
		contiguity.Text{From: "a", To: "b", Body: "look", Timestamp: 1, Attachments: []contiguity.Attachment{
			{URL: "https://x/i.jpg", MIME: "image/jpeg", Filename: "i.jpg"}, {URL: "https://x/2"},
		}})
}

func TestOlderText(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.TextIncomingMMS,
		event("text.incoming", `{"from":"a","to":"b","message":"old","timestamp":1,"attachments":[{"url":"u","type":"image/png"}]}`),
		contiguity.Text{From: "a", To: "b", Body: "old", Timestamp: 1,
			Attachments: []contiguity.Attachment{{URL: "u", MIME: "image/png"}}})
	decodes(t, contiguity.IMessageIncoming,
		event("communications.incoming.imessage", `{"from":"a","to":"b","message":"old"}`),
		contiguity.IMessage{From: "a", To: "b", Body: "old"})
	decodes(t, contiguity.TextIncomingSMS,
		event("text.incoming.sms", `{"body":"","message":"not this one"}`), contiguity.Text{})
	decodes(t, contiguity.TextIncomingSMS,
		event("text.incoming.sms", `{"body":null,"message":"this one"}`), contiguity.Text{Body: "this one"})
}

func TestIMessage(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.IMessageIncoming,
		event("imessage.incoming", `{"from":"me@example.com","to":"b","body":"hi","timestamp":1726502400,"attachments":[{"filename":"f"}],"new":1}`),
		contiguity.IMessage{From: "me@example.com", To: "b", Body: "hi", Timestamp: 1726502400,
			Attachments: []contiguity.Attachment{{Filename: "f"}}})
}

func TestWhatsApp(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.WhatsAppIncoming,
		event("communications.incoming.whatsapp", `{"from":"a","to":"b","message":"hi","timestamp":1}`),
		contiguity.WhatsApp{From: "a", To: "b", Body: "hi", Timestamp: 1})
	decodes(t, contiguity.WhatsAppIncoming,
		event("whatsapp.incoming", `{"from":"a","to":"b","body":"hi","attachments":[{"url":"u"}]}`),
		contiguity.WhatsApp{From: "a", To: "b", Body: "hi", Attachments: []contiguity.Attachment{{URL: "u"}}})
}

func TestEntities(t *testing.T) {
	t.Parallel()
	for want, got := range map[string]string{
		"msg_1": contiguity.Substitution{MessageID: "msg_1"}.Entity(),
		"otp_1": contiguity.ReverseOTP{OTPID: "otp_1"}.Entity(),
		"eml_1": contiguity.Email{EmailID: "eml_1"}.Entity(),
		"vs_1":  contiguity.VerificationSession{ID: "vs_1"}.Entity(),
		"vr_1":  contiguity.VerificationReport{ID: "vr_1"}.Entity(),
	} {
		if got != want {
			t.Errorf("Entity = %q, want %q", got, want)
		}
	}
}

func TestDelivery(t *testing.T) {
	t.Parallel()
	decodes(t, contiguity.TextDeliveryConfirmed,
		event("text.delivery.confirmed", `{"from":"a","to":"b","message_id":"msg_abc123","timestamp":1726502400}`),
		contiguity.Delivery{From: "a", To: "b", MessageID: "msg_abc123", Timestamp: 1726502400})
	failed := contiguity.Delivery{From: "a", To: "b", MessageID: "msg_2", Timestamp: 1, Error: "no route"}
	decodes(t, contiguity.TextDeliveryFailed,
		event("text.delivery.failed", `{"from":"a","to":"b","message_id":"msg_2","timestamp":1,"error":"no route"}`), failed)
	if failed.Entity() != "msg_2" {
		t.Errorf("Entity = %q", failed.Entity())
	}
}

func TestPayloadThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, data, field string }{
		{"number for text", `{"from":15005550001}`, "from"},
		{"milliseconds with fraction", `{"timestamp":1726502400123.5}`, "timestamp"},
		{"text for time", `{"timestamp":"2026-09-21T00:00:00Z"}`, "timestamp"},
		{"attachments no list", `{"attachments":"private"}`, "attachments"},
		{"attachment no object", `{"attachments":["private"]}`, "attachments"},
		{"array", `["private"]`, "data"},
		{"null", `null`, "no data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := contiguity.TextIncomingSMS.Decode(event("text.incoming.sms", tt.data))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), tt.field) {
				t.Errorf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			for _, value := range []string{"1500555", "17265", "2026", "private"} {
				if err != nil && strings.Contains(err.Error(), value) {
					t.Errorf("the error quotes the payload: %v", err)
				}
			}
		})
	}
}

func TestUnixSeconds(t *testing.T) {
	t.Parallel()
	want := time.Date(2024, 9, 16, 16, 0, 0, 0, time.UTC)
	if got := contiguity.UnixSeconds(1726502400).Time(); !got.Equal(want) {
		t.Errorf("Time = %v, want %v", got, want)
	}
}

func TestTypes(t *testing.T) {
	t.Parallel()
	want := []webhook.TypeInfo{
		{Name: "text.incoming.sms", Provider: "contiguity", Payload: "contiguity.Text", Key: "contiguity.TextIncomingSMS",
			Aliases: []string{"text.incoming", "communications.incoming.sms"}},
		{Name: "text.incoming.mms", Provider: "contiguity", Payload: "contiguity.Text", Key: "contiguity.TextIncomingMMS",
			Aliases: []string{"text.incoming", "communications.incoming.mms"}},
		{Name: "text.delivery.confirmed", Provider: "contiguity", Payload: "contiguity.Delivery", Key: "contiguity.TextDeliveryConfirmed"},
		{Name: "text.delivery.failed", Provider: "contiguity", Payload: "contiguity.Delivery", Key: "contiguity.TextDeliveryFailed"},
		{Name: "imessage.incoming", Provider: "contiguity", Payload: "contiguity.IMessage", Key: "contiguity.IMessageIncoming",
			Aliases: []string{"communications.incoming.imessage"}},
		{Name: "whatsapp.incoming", Provider: "contiguity", Payload: "contiguity.WhatsApp", Key: "contiguity.WhatsAppIncoming",
			Aliases: []string{"communications.incoming.whatsapp"}},
		{Name: "email.incoming", Provider: "contiguity", Payload: "contiguity.Email", Key: "contiguity.EmailIncoming",
			Aliases: []string{"communications.incoming.email"}},
		{Name: "numbers.substitution", Provider: "contiguity", Payload: "contiguity.Substitution", Key: "contiguity.NumbersSubstitution"},
		{Name: "otp.reverse.verified", Provider: "contiguity", Payload: "contiguity.ReverseOTP", Key: "contiguity.OTPReverseVerified"},
		{Name: "identity.verification_session.started", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionStarted"},
		{Name: "identity.verification_session.processing", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionProcessing"},
		{Name: "identity.verification_session.verified", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionVerified"},
		{Name: "identity.verification_session.failed", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionFailed"},
		{Name: "identity.verification_session.requires_input", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionRequiresInput"},
		{Name: "identity.verification_session.manually_approved", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionManuallyApproved"},
		{Name: "identity.verification_session.manually_denied", Provider: "contiguity", Payload: "contiguity.VerificationSession", Key: "contiguity.VerificationSessionManuallyDenied"},
		{Name: "identity.verification_report.generated", Provider: "contiguity", Payload: "contiguity.VerificationReport", Key: "contiguity.VerificationReportGenerated"},
	}
	if diff := cmp.Diff(want, contiguity.Types()); diff != "" {
		t.Errorf("Types (-want +got):\n%s", diff)
	}
}
