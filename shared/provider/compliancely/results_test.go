package compliancely_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

// Bodies in the documented shapes.
const (
	taxExempt = `{"id":2,"tin":"000000000","name":"Demo Food Bank","status":"Pending","created_at":"2026-09-21T14:13:15.204118Z",` +
		`"created_by":"demo","webhook_urls":["https://example.com/hooks/compliancely"]}`
	sos  = `{"id":3,"status":"Pending","name":"Demo LLC","address":null,"states":"DE","callback_url":null,"created_at":"2026-09-21T14:13:15.204118Z"}`
	bulk = `{"id":4,"input_file_url":"https://example.com/in?token=t","regular_file_url":null,"result_file_url":"https://example.com/out?token=t",` +
		`"error_file_url":null,"duplicate_record_file_results":[],"original_file_name":"a.csv","status":"Done","priority":5,` +
		`"result_updated_at":null,"created_by":"demo","created_at":"2026-09-21T14:13:15.204118Z","updated_at":"2026-09-21T14:13:15.204118Z"}`
	transcript = `{"id":"t-5","created_by":"demo","status":"Consent Collected","reason":"r","created_at":"2026-09-21T14:13:15.204118Z",` +
		`"updated_at":null,"consent":{"request_data":{"tin":"000000000"},"consent_link":"https://example.com/c?token=t"},"transcript":[{"output_details":[` +
		`{"id":1,"form_type":"Account","form_number":"1040","tax_period":2025,"status":"Completed","comment":"c",` +
		`"pdf_link":"https://example.com/p?token=t","json_link":null},{"id":null,"tax_period":"2024"}]}]}`
)

var madeAt = compliancely.Time{Time: time.Date(2026, 9, 21, 14, 13, 15, 204118000, time.UTC)}

// decoded checks what Decode makes of body, bare and wrapped.
func decoded[T interface{ Entity() string }](t *testing.T, typ webhook.Type[T], body, entity string, want T) {
	t.Helper()
	for name, body := range map[string]string{
		"bare": body, "wrapped": `{"success_message":"ok","data":` + body + `,"success":true}`,
	} {
		got, envelope, err := typ.Decode([]byte(body))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
		if envelope.Type != typ.Name() || got.Entity() != entity {
			t.Errorf("%s: type %s, entity %q; want %s, %q", name, envelope.Type, got.Entity(), typ.Name(), entity)
		}
	}
}

func TestResources(t *testing.T) {
	t.Parallel()
	decoded(t, compliancely.TaxExempt, taxExempt, "2", compliancely.TaxExemptResult{
		ID: 2, TIN: "000000000", Name: "Demo Food Bank", Status: compliancely.StatusPending, CreatedBy: "demo",
		CreatedAt: madeAt, WebhookURLs: []string{"https://example.com/hooks/compliancely"}, Raw: json.RawMessage(taxExempt),
	})
	decoded(t, compliancely.SecretaryOfState, sos, "3", compliancely.SecretaryOfStateResult{
		ID: 3, Status: compliancely.StatusPending, Name: "Demo LLC", Address: json.RawMessage("null"), States: "DE",
		CreatedAt: madeAt, Raw: json.RawMessage(sos),
	})
	decoded(t, compliancely.BulkTIN, bulk, "4", compliancely.BulkTINResult{
		ID: "4", Status: "Done", Priority: 5, OriginalFileName: "a.csv", InputFileURL: "https://example.com/in?token=t",
		ResultFileURL: "https://example.com/out?token=t", DuplicateResults: json.RawMessage("[]"), CreatedBy: "demo",
		CreatedAt: madeAt, UpdatedAt: madeAt, Raw: json.RawMessage(bulk),
	})
	decoded(t, compliancely.Transcript, transcript, "t-5", compliancely.TranscriptResult{
		ID: "t-5", Status: compliancely.TranscriptConsentCollected, Reason: "r", CreatedBy: "demo", CreatedAt: madeAt,
		Consent: compliancely.Consent{RequestData: json.RawMessage(`{"tin":"000000000"}`), Link: "https://example.com/c?token=t"},
		Transcripts: []compliancely.TranscriptForms{{Forms: []compliancely.TranscriptForm{
			{ID: "1", FormType: "Account", FormNumber: "1040", TaxPeriod: "2025", Status: compliancely.TranscriptCompleted,
				Comment: "c", PDF: "https://example.com/p?token=t"},
			{TaxPeriod: "2024"},
		}}},
		Raw: json.RawMessage(transcript),
	})
}

func TestResourcesThatDoNotFit(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		decode func([]byte) error
		body   string
		field  string
	}{
		{"tax exempt: id as text", decodeAs(compliancely.TaxExempt), `{"id":"7331"}`, "id"},
		{"tax exempt: one URL", decodeAs(compliancely.TaxExempt), `{"id":1,"webhook_urls":"7331"}`, "webhook_urls"},
		{"tax exempt: tin as number", decodeAs(compliancely.TaxExempt), `{"id":1,"tin":733173317}`, "tin"},
		{"sos: states as list", decodeAs(compliancely.SecretaryOfState), `{"id":1,"states":["7331"]}`, "states"},
		{"sos: date as number", decodeAs(compliancely.SecretaryOfState), `{"id":1,"created_at":7331}`, "created_at"},
		{"bulk: priority as text", decodeAs(compliancely.BulkTIN), `{"id":1,"priority":"7331"}`, "priority"},
		{"bulk: id as fraction", decodeAs(compliancely.BulkTIN), `{"id":73.31}`, "id"},
		{"bulk: link as object", decodeAs(compliancely.BulkTIN), `{"id":1,"result_file_url":{"u":"7331"}}`, "result_file_url"},
		{"transcript: one form", decodeAs(compliancely.Transcript), `{"id":1,"transcript":{"output_details":"7331"}}`, "transcript"},
		{"transcript: inner field", decodeAs(compliancely.Transcript), `{"id":1,"transcript":[{"output_details":[{"status":7331}]}]}`, "transcript.output_details.status"},
		{"transcript: period as list", decodeAs(compliancely.Transcript), `{"id":1,"transcript":[{"output_details":[{"tax_period":[7331]}]}]}`, "tax_period"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			err := tt.decode([]byte(tt.body))
			if !errors.Is(err, webhook.ErrPayload) || !strings.Contains(err.Error(), tt.field) {
				t.Fatalf("Decode = %v, want ErrPayload that names %s", err, tt.field)
			}
			if strings.Contains(err.Error(), "7331") {
				t.Errorf("the error quotes the payload: %v", err)
			}
		})
	}
}

func decodeAs[T any](typ webhook.Type[T]) func([]byte) error {
	return func(body []byte) error {
		_, _, err := typ.Decode(body)
		return err
	}
}

func TestEntityOfNothing(t *testing.T) {
	t.Parallel()
	for _, got := range []string{
		compliancely.TaxExemptResult{}.Entity(), compliancely.SecretaryOfStateResult{}.Entity(),
		compliancely.BulkTINResult{}.Entity(), compliancely.TranscriptResult{}.Entity(),
	} {
		if got != "" {
			t.Errorf("Entity without id = %q", got)
		}
	}
}

func TestFinal(t *testing.T) {
	t.Parallel()
	for status, want := range map[compliancely.TINStatus]bool{
		"": false, compliancely.TINPending: false, compliancely.TINInReview: false,
		compliancely.TINMatched: true, compliancely.TINDidNotMatch: true, "a new one": true,
	} {
		if status.Final() != want {
			t.Errorf("TIN status %q: Final = %t", status, !want)
		}
	}
	for status, want := range map[compliancely.TranscriptStatus]bool{
		"": false, compliancely.TranscriptPending: false, compliancely.TranscriptConsentCollected: false,
		compliancely.TranscriptConsentSubmitted: false, compliancely.TranscriptConsentProcessing: false,
		compliancely.TranscriptConsentAcceptedByIRS: false, compliancely.TranscriptProcessing: false, "a new one": false,
		compliancely.TranscriptConsentRejectedByIRS: true, compliancely.TranscriptConsentRejected: true,
		compliancely.TranscriptCompleted: true,
	} {
		if status.Final() != want {
			t.Errorf("transcript status %q: Final = %t", status, !want)
		}
	}
}

// Links hold tokens, so nothing that prints a result may show them; what encodes it must.
func TestLinksDoNotShow(t *testing.T) {
	t.Parallel()
	link := compliancely.Link("https://example.com/p?token=7331")
	var log strings.Builder
	slog.New(slog.NewTextHandler(&log, nil)).Info("m", "link", link)
	form := compliancely.TranscriptForm{PDF: link}
	for _, format := range []string{"%v", "%+v", "%#v", "%s", "%q", "%x", "%d"} {
		log.WriteString(fmt.Sprintf(format, link) + fmt.Sprintf(format, form))
	}
	if got := log.String(); strings.Contains(got, "7331") || strings.Contains(got, "37333331") || !strings.Contains(got, "[link]") {
		t.Errorf("printed %s", got)
	}
	if got := fmt.Sprint(compliancely.Link("")); got != "[no link]" {
		t.Errorf("printed %s, but there is no link", got)
	}
	encoded, err := json.Marshal(form)
	if err != nil || !strings.Contains(string(encoded), string(link)) {
		t.Errorf("encoded as %s, %v", encoded, err)
	}
}
