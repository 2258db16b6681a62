package compliancely

import (
	"encoding/json"
	"reflect"
	"slices"
)

// A TranscriptStatus is the status of a request for tax transcripts.
type TranscriptStatus string

// The documented statuses, in their usual order.
const (
	TranscriptPending              TranscriptStatus = "Pending"
	TranscriptConsentCollected     TranscriptStatus = "Consent Collected"
	TranscriptConsentSubmitted     TranscriptStatus = "Consent Submitted" // documented only for the sandbox
	TranscriptConsentProcessing    TranscriptStatus = "Consent Processing"
	TranscriptConsentAcceptedByIRS TranscriptStatus = "Consent Accepted By IRS"
	TranscriptConsentRejectedByIRS TranscriptStatus = "Consent Rejected By IRS"
	TranscriptConsentRejected      TranscriptStatus = "Consent Rejected"
	TranscriptProcessing           TranscriptStatus = "Processing"
	TranscriptCompleted            TranscriptStatus = "Completed"
)

// Final reports whether no other status follows s. That rejections are final is derived from
// their names, not documented.
func (s TranscriptStatus) Final() bool {
	return slices.Contains([]TranscriptStatus{
		TranscriptCompleted, TranscriptConsentRejected, TranscriptConsentRejectedByIRS,
	}, s)
}

// A TranscriptResult is the payload of [Transcript]. It is personal data of a taxpayer, and
// its links contain tokens: treat it as a secret, and do not log it.
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
	Raw           json.RawMessage   `json:"-"` // the whole payload as received
}

// Entity returns the id of the request, or "" if it has none.
func (r TranscriptResult) Entity() string { return string(r.ID) }

// UnmarshalJSON reads the fields and keeps the whole payload.
func (r *TranscriptResult) UnmarshalJSON(data []byte) error {
	type plain TranscriptResult // without this method
	return keepRaw(data, (*plain)(r), &r.Raw)
}

// A Consent is the taxpayer's agreement (form 8821).
type Consent struct {
	RequestData json.RawMessage `json:"request_data,omitempty"` // about the taxpayer, as submitted
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

// A TaxPeriod is the text of a tax period, as "2025". It is a string in one version of the
// documentation and a number in another; both are read.
type TaxPeriod string

// UnmarshalJSON reads a string or a number. Null is the empty TaxPeriod.
func (p *TaxPeriod) UnmarshalJSON(data []byte) error {
	text, ok := textOrNumber(data)
	if !ok {
		return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[TaxPeriod]()}
	}
	*p = TaxPeriod(text)
	return nil
}
