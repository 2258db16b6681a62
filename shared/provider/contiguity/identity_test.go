package contiguity_test

import (
	"encoding/json"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

func TestVerificationSession(t *testing.T) {
	t.Parallel()
	const data = `{"id":"vs_1","client_reference_id":"customer-42","metadata":{"plan":"basic"},"verification_report":"vr_1","new":1}`
	got, _, err := contiguity.VerificationSessionVerified.Decode(event("identity.verification_session.verified", data))
	if err != nil {
		t.Fatal(err)
	}
	want := contiguity.VerificationSession{
		ID: "vs_1", ClientReferenceID: "customer-42", Metadata: json.RawMessage(`{"plan":"basic"}`),
		Report: "vr_1", Raw: json.RawMessage(data),
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("Decode (-want +got):\n%s", diff)
	}
}

func TestVerificationReport(t *testing.T) {
	t.Parallel()
	const data = `{"id":"vr_1","age":42}`
	got, _, err := contiguity.VerificationReportGenerated.Decode(event("identity.verification_report.generated", data))
	if diff := cmp.Diff(contiguity.VerificationReport{ID: "vr_1", Raw: json.RawMessage(data)}, got); err != nil || diff != "" {
		t.Errorf("Decode = %v (-want +got):\n%s", err, diff)
	}
	if _, _, err := contiguity.VerificationReportGenerated.Decode(event("identity.verification_report.generated", `["private"]`)); !errors.Is(err, webhook.ErrPayload) {
		t.Errorf("Decode of a list = %v, want %v", err, webhook.ErrPayload)
	}
}

// TestVerificationError looks for the error in the data, and next to it.
func TestVerificationError(t *testing.T) {
	t.Parallel()
	document := &contiguity.VerificationError{Code: contiguity.DocumentExpired, Message: "Expired."}
	for _, tt := range []struct {
		name, members string // of the event
		want          *contiguity.VerificationError
		id            string
	}{
		{"in the data", `"data":{"id":"vs_1","error":{"code":"document_expired","message":"Expired."}}`, document, "vs_1"},
		{"beside it", `"data":{"id":"vs_1"},"error":{"code":"document_expired","message":"Expired."}`, document, "vs_1"},
		{"beside it, null within", `"data":{"id":"vs_1","error":null},"error":{"code":"document_expired","message":"Expired."}`, document, "vs_1"},
		{"beside no data", `"error":{"code":"document_expired","message":"Expired."}`, document, ""},
		{"beside null", `"data":null,"error":{"code":"document_expired","message":"Expired."}`, document, ""},
		{"in both, the data's counts", `"data":{"error":{"code":"document_expired","message":"Expired."}},"error":{"code":"other"}`, document, ""},
		{"a code of later years", `"data":{"error":{"code":"new_reason"}}`, &contiguity.VerificationError{Code: "new_reason"}, ""},
		{"none", `"data":{"id":"vs_1"}`, nil, "vs_1"},
		{"null", `"data":{"id":"vs_1","error":null},"error":null`, nil, "vs_1"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got, _, err := contiguity.VerificationSessionRequiresInput.Decode(
				[]byte(`{"id":"evt_1","type":"identity.verification_session.requires_input",` + tt.members + `}`))
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, got.Error); diff != "" || got.ID != tt.id {
				t.Errorf("session %q, error (-want +got):\n%s", got.ID, diff)
			}
		})
	}
}

// TestErrorBesideOtherEvents guards that only identity events get an error from beside
// their data.
func TestErrorBesideOtherEvents(t *testing.T) {
	t.Parallel()
	got, err := contiguity.Provider{}.Open([]byte(`{"id":"e","type":"text.delivery.failed","data":{"to":"b"},"error":"x"}`))
	if err != nil || string(got.Data) != `{"to":"b"}` {
		t.Errorf("Open = %s, %v", got.Data, err)
	}
}

func TestVerificationThatDoesNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct{ name, members, field string }{
		{"number for the report", `"data":{"verification_report":1500555}`, "verification_report"},
		{"text for the error", `"data":{"error":"private"}`, "error"},
		{"text for the error beside", `"data":{},"error":"private"`, "error"},
		{"number for the code", `"data":{"error":{"code":1500555}}`, "code"},
		{"number for the message", `"data":{"error":{"message":1500555}}`, "message"},
		{"no object", `"data":["private"]`, "data"},
		{"no object, with an error beside", `"data":["private"],"error":{"code":"x"}`, "data"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			_, _, err := contiguity.VerificationSessionFailed.Decode(
				[]byte(`{"id":"evt_1","type":"identity.verification_session.failed",` + tt.members + `}`))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), tt.field) {
				t.Errorf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			if err != nil && (strings.Contains(err.Error(), "1500555") || strings.Contains(err.Error(), "private")) {
				t.Errorf("the error quotes the payload: %v", err)
			}
		})
	}
}

// Undocumented fields of another shape must not cost the event.
func TestVerificationIsLenientWhereNothingIsDocumented(t *testing.T) {
	t.Parallel()
	const data = `{"id":7,"client_reference_id":{"a":1},"metadata":"text"}`
	got, _, err := contiguity.VerificationSessionStarted.Decode(event("identity.verification_session.started", data))
	want := contiguity.VerificationSession{Metadata: json.RawMessage(`"text"`), Raw: json.RawMessage(data)}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Errorf("Decode = %v (-want +got):\n%s", err, diff)
	}
}
