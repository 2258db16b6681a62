package compliancely

import (
	"encoding/json"
	"reflect"
	"strconv"
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

// A TINResult is the payload of [TINMatch]. It is personal data: TIN may hold a social
// security number.
type TINResult struct {
	ID               int64     `json:"id"` // of the request, the same in all its webhooks
	Name             string    `json:"name"`
	TIN              string    `json:"tin"`
	Status           TINStatus `json:"status"`
	IRSCode          *int      `json:"irs_code"` // 0–8 from the IRS, -1 and 10 the provider's own; nil before there is one
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
func (r TINResult) Entity() string {
	if r.ID == 0 {
		return ""
	}
	return strconv.FormatInt(r.ID, 10)
}

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
