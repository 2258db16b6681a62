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

// The typed events of the other products. Their publicly documented fields are typed; the
// whole payload is in Raw.
var (
	// TaxExempt is the state of a search for an organization's tax-exempt status.
	TaxExempt = webhook.NewType[TaxExemptResult](Provider{}, typeTaxExempt)
	// SecretaryOfState is the state of a search in the states' business registers.
	SecretaryOfState = webhook.NewType[SecretaryOfStateResult](Provider{}, typeSecretaryOfState)
	// BulkTIN is the state of a file of names and tax numbers.
	BulkTIN = webhook.NewType[BulkTINResult](Provider{}, typeBulkTIN)
	// Transcript is the state of a request for tax transcripts. One request sends several
	// events, at least when the consent is collected and when it is completed.
	Transcript = webhook.NewType[TranscriptResult](Provider{}, typeTranscript)
)

// A Status is the status of a tax-exempt search, a Secretary of State search or a bulk file.
// The documentation shows only one: expect others.
type Status string

// StatusPending is the status of all three before there is a result.
const StatusPending Status = "Pending"

// A TaxExemptResult is the payload of [TaxExempt]. TIN and Name are personal data if they
// are those of a person. The result of a finished search is not documented; it is in Raw.
type TaxExemptResult struct {
	ID          int64           `json:"id"` // of the request, the same in all its webhooks
	TIN         string          `json:"tin"`
	Name        string          `json:"name"`
	Status      Status          `json:"status"`
	CreatedBy   string          `json:"created_by"`
	CreatedAt   Time            `json:"created_at,omitzero"`
	WebhookURLs []string        `json:"webhook_urls,omitempty"` // as submitted
	Raw         json.RawMessage `json:"-"`                      // the whole payload as received
}

// Entity returns the id of the request, or "" if it has none.
func (r TaxExemptResult) Entity() string { return entity(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole payload.
func (r *TaxExemptResult) UnmarshalJSON(data []byte) error {
	type plain TaxExemptResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// A SecretaryOfStateResult is the payload of [SecretaryOfState]. The result of a finished
// search is not documented; it is in Raw.
type SecretaryOfStateResult struct {
	ID        int64           `json:"id"` // of the request, the same in all its webhooks
	Status    Status          `json:"status"`
	Name      string          `json:"name"`
	Address   json.RawMessage `json:"address,omitempty"` // null before there is one; its form is not documented
	States    string          `json:"states"`            // what was submitted as state
	CreatedAt Time            `json:"created_at,omitzero"`
	Raw       json.RawMessage `json:"-"` // the whole payload as received
}

// Entity returns the id of the request, or "" if it has none.
func (r SecretaryOfStateResult) Entity() string { return entity(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole payload.
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
	Raw              json.RawMessage `json:"-"` // the whole payload as received
}

// Entity returns the id of the file, or "" if it has none.
func (r BulkTINResult) Entity() string { return string(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole payload.
func (r *BulkTINResult) UnmarshalJSON(data []byte) error {
	type plain BulkTINResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// keepRaw decodes data into dst, and stores a copy of it in raw.
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

// An ID is an id that may be a number or a string; the documentation does not say which. It
// is the text of either.
type ID string

// UnmarshalJSON reads a number or a string. Null is the empty ID.
func (id *ID) UnmarshalJSON(data []byte) error {
	text, ok := textOrNumber(data)
	if !ok {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[ID]()}
	}
	*id = ID(text)
	return nil
}

// textOrNumber reads a JSON string or the digits of a whole number. Null is empty.
func textOrNumber(data []byte) (text string, ok bool) {
	if strings.Trim(string(data), "0123456789") == "" {
		return string(data), len(data) > 0
	}
	return text, json.Unmarshal(data, &text) == nil
}

// A Link is the URL of a document. It contains a token, so anybody who reads it can fetch
// the document. Therefore it does not show when it is printed or logged; use string(link)
// to fetch the document. It is empty if there is no document yet.
type Link string

// Format implements [fmt.Formatter]. It shows only whether there is a link, whatever the
// verb.
func (l Link) Format(f fmt.State, _ rune) { _, _ = f.Write([]byte(l.redacted())) }

// LogValue implements [slog.LogValuer]. It shows only whether there is a link.
func (l Link) LogValue() slog.Value { return slog.StringValue(l.redacted()) }

func (l Link) redacted() string {
	if l == "" {
		return "[no link]"
	}
	return "[link]"
}
