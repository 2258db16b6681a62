package compliancely

import (
	"encoding/json"
	"reflect"
	"time"

	"webhookintake/shared/webhook"
)

// TINMatch is the state of a check of a name against a tax number: pending, or its
// result. Results may be cached by the provider.
var TINMatch = webhook.NewType[TINResult](Provider{}, typeTINMatch)

// A TINStatus is where a TIN check stands.
type TINStatus string

// The documented statuses.
const (
	TINPending     TINStatus = "Pending"
	TINMatched     TINStatus = "TIN Matched"
	TINDidNotMatch TINStatus = "Did Not Match"
	TINInReview    TINStatus = "In Review"
)

// Final reports whether a result is there: a status other than [TINPending] and
// [TINInReview]. That follows from the names; the documentation does not say it.
func (s TINStatus) Final() bool { return s != "" && s != TINPending && s != TINInReview }

// An IRSCode is the answer of the IRS to a name and a tax number: 0 to 8. The provider
// adds -1 and 10. The documentation within reach explains 3 alone; what the comments
// below say of others comes from an integrator's public code: judge by [TINResult].Status.
type IRSCode int

// The codes that are explained somewhere.
const (
	IRSCodeOpen      IRSCode = -1 // the provider's own; no answer yet
	IRSCodeMatch     IRSCode = 0
	IRSCodeMismatch  IRSCode = 3  // the name and the number do not belong together
	IRSCodeMatchSSN  IRSCode = 6  // it matches as a social security number
	IRSCodeMatchEIN  IRSCode = 7  // it matches as an employer's number
	IRSCodeMatchBoth IRSCode = 8  // it matches as either
	IRSCodeOpen10    IRSCode = 10 // likewise
)

// A TINResult is the payload of [TINMatch]. It is personal data: TIN may hold a social
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
	// LastIRSCheckDate is that of the cached answer where the result was cached, so
	// neither it nor UpdatedDate tells which of two webhooks is newer.
	LastIRSCheckDate Time   `json:"last_irs_check_date,omitzero"`
	CreatedDate      Time   `json:"created_date,omitzero"`
	UpdatedDate      Time   `json:"updated_date,omitzero"`
	Message          string `json:"message,omitempty"`
}

// Entity is the request that was checked; empty where it has no id.
func (r TINResult) Entity() string { return entity(r.ID) }

// Time is a date as Compliancely writes it: RFC 3339 text, never a number. Null and the
// empty text are the zero Time.
type Time struct{ time.Time }

// UnmarshalJSON reads RFC 3339. Its error is one that encoding/json adds the field to.
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
