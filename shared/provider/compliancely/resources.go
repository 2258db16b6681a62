package compliancely

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"reflect"
	"strconv"
	"strings"

	"webhookintake/shared/webhook"
)

// The typed events of the products besides [TINMatch]. What the documentation within
// reach says of their payloads is typed; the whole payload is in Raw.
var (
	// TaxExempt is the state of a search for an organization's tax-exempt status.
	TaxExempt = webhook.NewType[TaxExemptResult](Provider{}, typeTaxExempt)
	// SecretaryOfState is the state of a search in the states' business registers.
	SecretaryOfState = webhook.NewType[SecretaryOfStateResult](Provider{}, typeSecretaryOfState)
	// BulkTIN is the state of a file of names and tax numbers.
	BulkTIN = webhook.NewType[BulkTINResult](Provider{}, typeBulkTIN)
	// Transcript is the state of a request for tax transcripts. One request sends
	// several: at least when the consent was collected, and when it is completed.
	Transcript = webhook.NewType[TranscriptResult](Provider{}, typeTranscript)
)

// A Status is where a tax-exempt search, a Secretary of State search or a bulk file
// stands. Of their statuses the documentation shows one: expect others.
type Status string

// StatusPending is the status of all three before there is a result.
const StatusPending Status = "Pending"

// A TaxExemptResult is the payload of [TaxExempt]. TIN and Name are personal data where
// they are a person's. What a finished search found is in Raw: it is not documented.
type TaxExemptResult struct {
	ID          int64           `json:"id"` // of the request, the same in all its webhooks
	TIN         string          `json:"tin"`
	Name        string          `json:"name"`
	Status      Status          `json:"status"`
	CreatedBy   string          `json:"created_by"`
	CreatedAt   Time            `json:"created_at,omitzero"`
	WebhookURLs []string        `json:"webhook_urls,omitempty"` // as they were submitted
	Raw         json.RawMessage `json:"-"`                      // the whole payload as it came
}

// Entity is the request; empty where it has no id.
func (r TaxExemptResult) Entity() string { return entity(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole.
func (r *TaxExemptResult) UnmarshalJSON(data []byte) error {
	type plain TaxExemptResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// A SecretaryOfStateResult is the payload of [SecretaryOfState]. What a finished search
// found is in Raw: it is not documented.
type SecretaryOfStateResult struct {
	ID        int64           `json:"id"` // of the request, the same in all its webhooks
	Status    Status          `json:"status"`
	Name      string          `json:"name"`
	Address   json.RawMessage `json:"address,omitempty"` // null before there is one; its form is not documented
	States    string          `json:"states"`            // what was submitted as state
	CreatedAt Time            `json:"created_at,omitzero"`
	Raw       json.RawMessage `json:"-"` // the whole payload as it came
}

// Entity is the request; empty where it has no id.
func (r SecretaryOfStateResult) Entity() string { return entity(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole.
func (r *SecretaryOfStateResult) UnmarshalJSON(data []byte) error {
	type plain SecretaryOfStateResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// A BulkTINResult is the payload of [BulkTIN]. The links are null until a file is ready.
type BulkTINResult struct {
	ID               ID              `json:"id"` // of the file, the same in all its webhooks
	Status           Status          `json:"status"`
	Priority         int             `json:"priority"` // 1 to 10
	OriginalFileName string          `json:"original_file_name"`
	InputFileURL     Link            `json:"input_file_url"`
	RegularFileURL   Link            `json:"regular_file_url"`
	ResultFileURL    Link            `json:"result_file_url"`
	ErrorFileURL     Link            `json:"error_file_url"`
	DuplicateResults json.RawMessage `json:"duplicate_record_file_results,omitempty"` // a list; its items are not documented
	CreatedBy        string          `json:"created_by"`
	CreatedAt        Time            `json:"created_at,omitzero"`
	UpdatedAt        Time            `json:"updated_at,omitzero"`
	ResultUpdatedAt  Time            `json:"result_updated_at,omitzero"`
	Raw              json.RawMessage `json:"-"` // the whole payload as it came
}

// Entity is the file; empty where it has no id.
func (r BulkTINResult) Entity() string { return string(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole.
func (r *BulkTINResult) UnmarshalJSON(data []byte) error {
	type plain BulkTINResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// keepRaw reads data into dst, and keeps a copy of it in raw.
func keepRaw(data []byte, dst any, raw *json.RawMessage) error {
	if err := json.Unmarshal(data, dst); err != nil {
		return err
	}
	*raw = bytes.Clone(data)
	return nil
}

func entity(id int64) string {
	if id == 0 {
		return ""
	}
	return strconv.FormatInt(id, 10)
}

// An ID is an id of which the documentation does not say whether it is a number or a
// text: both are read, and it is the text of either.
type ID string

// UnmarshalJSON reads a number or a text. Null is the empty ID.
func (id *ID) UnmarshalJSON(data []byte) error {
	text, ok := textOrNumber(data)
	if !ok {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[ID]()}
	}
	*id = ID(text)
	return nil
}

// textOrNumber reads a JSON text, or the digits of a whole number; null is empty.
func textOrNumber(data []byte) (text string, ok bool) {
	if strings.Trim(string(data), "0123456789") == "" {
		return string(data), len(data) > 0
	}
	return text, json.Unmarshal(data, &text) == nil
}

// A Link leads to a document of the provider's. It holds a token in the URL, so whoever
// reads it can fetch the document: it does not show when it is printed or logged. Use
// string(link) to fetch it. Empty where there is no document yet.
type Link string

// Format hides the link from fmt, whatever the verb, and shows only whether it is there.
func (l Link) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(l.redacted())) }

// LogValue hides the link from slog.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.redacted()) }

func (l Link) redacted() string {
	if l == "" {
		return "[no link]"
	}
	return "[link]"
}
