package compliancely

import (
	"encoding/json"
	"reflect"
	"slices"
)

// A TranscriptStatus is where a request for tax transcripts stands.
type TranscriptStatus string

// The documented statuses, in their usual order.
const (
	TranscriptPending              TranscriptStatus = "Pending"
	TranscriptConsentCollected     TranscriptStatus = "Consent Collected"
	TranscriptConsentSubmitted     TranscriptStatus = "Consent Submitted" // documented for the sandbox alone
	TranscriptConsentProcessing    TranscriptStatus = "Consent Processing"
	TranscriptConsentAcceptedByIRS TranscriptStatus = "Consent Accepted By IRS"
	TranscriptConsentRejectedByIRS TranscriptStatus = "Consent Rejected By IRS"
	TranscriptConsentRejected      TranscriptStatus = "Consent Rejected"
	TranscriptProcessing           TranscriptStatus = "Processing"
	TranscriptCompleted            TranscriptStatus = "Completed"
)

// Final reports whether nothing more is to come after s. That the rejections are final
// follows from their names; the documentation does not say it.
func (s TranscriptStatus) Final() bool {
	return slices.Contains([]TranscriptStatus{
		TranscriptCompleted, TranscriptConsentRejected, TranscriptConsentRejectedByIRS,
	}, s)
}

// A TranscriptResult is the payload of [Transcript]. All of it is a taxpayer's personal
// data, and its links hold tokens: treat it as a secret, and keep none of it in logs.
type TranscriptResult struct {
	ID            ID                `json:"id"` // of the request, the same in all its webhooks
	Status        TranscriptStatus  `json:"status"`
	Reason        string            `json:"reason"`
	CreatedBy     string            `json:"created_by"`
	CreatedAt     Time              `json:"created_at,omitzero"`
	UpdatedAt     Time              `json:"updated_at,omitzero"`
	LastCheckedAt Time              `json:"last_checked_at,omitzero"`
	Consent       Consent           `json:"consent"`
	Transcripts   []TranscriptForms `json:"transcript"`
	Raw           json.RawMessage   `json:"-"` // the whole payload as it came
}

// Entity is the request; empty where it has no id.
func (r TranscriptResult) Entity() string { return string(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole.
func (r *TranscriptResult) UnmarshalJSON(data []byte) error {
	type plain TranscriptResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// A Consent is the taxpayer's agreement (form 8821).
type Consent struct {
	RequestData json.RawMessage `json:"request_data,omitempty"` // about the taxpayer, as it was submitted
	Link        Link            `json:"consent_link"`           // where the taxpayer agrees
}

// TranscriptForms are the forms of one transcript.
type TranscriptForms struct {
	Forms []TranscriptForm `json:"output_details"`
}

// A TranscriptForm is one form of one tax period.
type TranscriptForm struct {
	ID         ID               `json:"id"`
	FormType   string           `json:"form_type"`
	FormNumber string           `json:"form_number"`
	TaxPeriod  TaxPeriod        `json:"tax_period"`
	Status     TranscriptStatus `json:"status"`
	Comment    string           `json:"comment"`
	PDF        Link             `json:"pdf_link"`
	JSON       Link             `json:"json_link"`
}

// A TaxPeriod is the text of a tax period, such as "2025". The documentation writes it
// as a text in one version and as a number in another: both are read.
type TaxPeriod string

// UnmarshalJSON reads a text or a number. Null is the empty TaxPeriod.
func (p *TaxPeriod) UnmarshalJSON(data []byte) error {
	text, ok := textOrNumber(data)
	if !ok {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[TaxPeriod]()}
	}
	*p = TaxPeriod(text)
	return nil
}
