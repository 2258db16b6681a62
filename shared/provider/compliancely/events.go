package compliancely

import (
	"encoding/json"
	"reflect"
	"time"

	"webhookintake/shared/webhook"
)

// TINMatch is the state of a check of a name against a tax number: pending, or its result.
// The provider may cache results.
var TINMatch = webhook.NewType[TINResult](Provider{}, typeTINMatch)

// A TINStatus is the status of a TIN match.
type TINStatus string

// The documented statuses.
const (
	TINPending     TINStatus = "Pending"
	TINMatched     TINStatus = "TIN Matched"
	TINDidNotMatch TINStatus = "Did Not Match"
	TINInReview    TINStatus = "In Review"
)

// Final reports whether there is a result, which is so for every status but [TINPending] and
// [TINInReview]. That is derived from the names, not documented.
func (s TINStatus) Final() bool { return s != "" && s != TINPending && s != TINInReview }

// An IRSCode is the IRS's answer for a name and a tax number: 0 to 8. The provider adds -1
// and 10. The public documentation explains only 3; the meanings of the others are from an
// integrator's public code, so rely on [TINResult].Status.
type IRSCode int

// The codes whose meaning is known.
const (
	IRSCodeOpen      IRSCode = -1 // added by the provider: no answer yet
	IRSCodeMatch     IRSCode = 0
	IRSCodeMismatch  IRSCode = 3  // the name and the number do not belong together
	IRSCodeMatchSSN  IRSCode = 6  // it matches as a social security number
	IRSCodeMatchEIN  IRSCode = 7  // it matches as an employer's number
	IRSCodeMatchBoth IRSCode = 8  // it matches as either
	IRSCodeOpen10    IRSCode = 10 // added by the provider: no answer yet
)

// A TINResult is the payload of [TINMatch]. It is personal data: TIN may be a social
// security number.
type TINResult struct {
	ID               int64     `json:"id"` // of the request, the same in all its webhooks
	Name             string    `json:"name"`
	TIN              string    `json:"tin"`
	Status           TINStatus `json:"status"`
	IRSCode          *IRSCode  `json:"irs_code"` // nil before there is one
	IRSReason        string    `json:"irs_reason"`
	IRSServiceStatus string    `json:"irs_service_status"` // "RUNNING", or a sentence about an outage
	CreatedBy        string    `json:"created_by"`
	// LastIRSCheckDate is that of the cached answer if the result was cached, so neither
	// it nor UpdatedDate shows which of two webhooks is newer.
	LastIRSCheckDate Time   `json:"last_irs_check_date,omitzero"`
	CreatedDate      Time   `json:"created_date,omitzero"`
	UpdatedDate      Time   `json:"updated_date,omitzero"`
	Message          string `json:"message,omitempty"`
}

// Entity returns the id of the request, or "" if it has none.
func (r TINResult) Entity() string { return entity(r.ID) }

// A Time is a time as Compliancely writes it: a string in RFC 3339, never a number. Null
// and the empty string are the zero Time.
type Time struct{ time.Time }

// UnmarshalJSON reads RFC 3339. Its error is of a type to which encoding/json adds the
// field.
func (t *Time) UnmarshalJSON(data []byte) error {
	var text *string
	if err := json.Unmarshal(data, &text); err != nil {
		return notATime()
	}
	if text == nil || *text == "" {
		*t = Time{}
		return nil
	}
	parsed, err := time.Parse(time.RFC3339, *text)
	if err != nil {
		return notATime()
	}
	*t = Time{parsed}
	return nil
}

func notATime() error {
	return &json.UnmarshalTypeError{Value: "value", Type: reflect.TypeFor[Time]()}
}

// Types returns the typed events.
func Types() []webhook.TypeInfo {
	return []webhook.TypeInfo{
		TINMatch.Info("TINMatch"),
		TaxExempt.Info("TaxExempt"),
		SecretaryOfState.Info("SecretaryOfState"),
		BulkTIN.Info("BulkTIN"),
		Transcript.Info("Transcript"),
	}
}
