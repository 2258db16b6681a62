package contiguity

import (
	"bytes"
	"encoding/json"
	"maps"

	"webhookintake/shared/webhook"
)

// The typed events of identity verification.
var (
	// VerificationSessionStarted says that the end user began.
	VerificationSessionStarted = verificationSession("started")
	// VerificationSessionProcessing says that the end user's input is being checked.
	VerificationSessionProcessing = verificationSession("processing")
	// VerificationSessionVerified says that the identity is verified, and names the report.
	VerificationSessionVerified = verificationSession("verified")
	// VerificationSessionFailed says that the identity could not be verified.
	VerificationSessionFailed = verificationSession("failed")
	// VerificationSessionRequiresInput says that the end user must repeat a step. Its Error
	// says why.
	VerificationSessionRequiresInput = verificationSession("requires_input")
	// VerificationSessionManuallyApproved says that one of your people approved.
	VerificationSessionManuallyApproved = verificationSession("manually_approved")
	// VerificationSessionManuallyDenied says that one of your people denied.
	VerificationSessionManuallyDenied = verificationSession("manually_denied")
	// VerificationReportGenerated says that a report is available. It comes in addition to
	// the session's event, even if the session failed or requires input.
	VerificationReportGenerated = webhook.NewType[VerificationReport](Provider{}, "identity.verification_report.generated")
)

func verificationSession(event string) webhook.Type[VerificationSession] {
	return webhook.NewType[VerificationSession](Provider{}, prefixVerificationSession+event)
}

// A VerificationSession is the payload of every session event.
//
// The documentation names the fields Report and Error. The others have the names of the
// session's options. They are empty if the event does not have them, or not as strings.
// Everything else is in Raw.
type VerificationSession struct {
	ID                string             `json:"id,omitempty"`
	ClientReferenceID string             `json:"client_reference_id,omitempty"` // your own id of the end user
	Metadata          json.RawMessage    `json:"metadata,omitempty"`            // as given when the session was made
	Report            string             `json:"verification_report,omitempty"` // the report's id, if verified
	Error             *VerificationError `json:"error,omitempty"`               // nil if there is none
	Raw               json.RawMessage    `json:"-"`                             // the whole payload as received
}

// Entity returns the id of the session, or "" if the event does not have it.
func (s VerificationSession) Entity() string { return s.ID }

// A VerificationError says why a session requires input or failed.
type VerificationError struct {
	Code    VerificationCode `json:"code"`
	Message string           `json:"message,omitempty"` // the provider's text
}

// A VerificationCode is the code of a reason. Expect others than those listed here.
type VerificationCode string

// The codes that the documentation lists.
const (
	ConsentDeclined            VerificationCode = "consent_declined"
	UnderSupportedAge          VerificationCode = "under_supported_age"
	CountryNotSupported        VerificationCode = "country_not_supported"
	DocumentExpired            VerificationCode = "document_expired"
	DocumentTypeNotSupported   VerificationCode = "document_type_not_supported"
	SelfieDocumentMissingPhoto VerificationCode = "selfie_document_missing_photo"
	SelfieDocumentMismatch     VerificationCode = "selfie_document_mismatch"
	SelfieManipulated          VerificationCode = "selfie_manipulated"
	HighFraudRisk              VerificationCode = "high_fraud_risk"
	ReportedAsFraud            VerificationCode = "reported_as_fraud"
)

// A VerificationReport is the payload of the report's event. According to the documentation
// it has data that is not sensitive, such as age and country; the names of these fields are
// not documented. They are in Raw.
type VerificationReport struct {
	ID  string          `json:"id,omitempty"` // empty if the event does not have it, or not as a string
	Raw json.RawMessage `json:"-"`            // the whole payload as received
}

// Entity returns the id of the report, or "" if the event does not have it.
func (r VerificationReport) Entity() string { return r.ID }

// UnmarshalJSON is strict about documented fields and tolerant of the others, whose form
// must not make the event unusable.
func (s *VerificationSession) UnmarshalJSON(data []byte) error {
	o, err := webhook.ParseObject(data)
	if err != nil {
		return &webhook.FieldError{Field: "data", Problem: "want an object"}
	}
	read := VerificationSession{
		ID:                textOf(o.Get("id")),
		ClientReferenceID: textOf(o.Get("client_reference_id")),
		Metadata:          presentOf(o.Get("metadata")),
		Raw:               bytes.Clone(data),
	}
	if read.Report, err = documented(o, "verification_report"); err != nil {
		return err
	}
	if raw := presentOf(o.Get("error")); raw != nil {
		if read.Error, err = readVerificationError(raw); err != nil {
			return err
		}
	}
	*s = read
	return nil
}

func readVerificationError(raw json.RawMessage) (*VerificationError, error) {
	o, err := webhook.ParseObject(raw)
	if err != nil {
		return nil, &webhook.FieldError{Field: "error", Problem: "want an object"}
	}
	code, err := documented(o, "code")
	if err != nil {
		return nil, err
	}
	message, err := documented(o, "message")
	if err != nil {
		return nil, err
	}
	return &VerificationError{Code: VerificationCode(code), Message: message}, nil
}

// UnmarshalJSON reads the id and keeps the whole payload.
func (r *VerificationReport) UnmarshalJSON(data []byte) error {
	o, err := webhook.ParseObject(data)
	if err != nil {
		return &webhook.FieldError{Field: "data", Problem: "want an object"}
	}
	*r = VerificationReport{ID: textOf(o.Get("id")), Raw: bytes.Clone(data)}
	return nil
}

// documented reads a field that is documented as a string. It may be missing or null.
func documented(o webhook.Object, name string) (text string, err error) {
	raw := presentOf(o.Get(name))
	if raw == nil {
		return "", nil
	}
	if err := json.Unmarshal(raw, &text); err != nil {
		return "", &webhook.FieldError{Field: name, Problem: "want a string"}
	}
	return text, nil
}

// textOf returns the string in raw, or "".
func textOf(raw json.RawMessage) (text string) {
	_ = json.Unmarshal(raw, &text) // it stays empty on an error
	return text
}

// presentOf returns a copy of raw, or nil if raw is missing or null.
func presentOf(raw json.RawMessage) json.RawMessage {
	if len(raw) == 0 || string(raw) == "null" {
		return nil
	}
	return bytes.Clone(raw)
}

// withError moves an error next to an identity event's data into the data. The
// documentation does not say in which of the two places it is.
func withError(data, beside json.RawMessage) json.RawMessage {
	if presentOf(beside) == nil {
		return data
	}
	var o webhook.Object
	if presentOf(data) != nil {
		var err error
		if o, err = webhook.ParseObject(data); err != nil || presentOf(o.Get("error")) != nil {
			return data // Type.Decode reports data that does not fit
		}
	}
	fields := maps.Collect(o.All())
	fields["error"] = beside
	merged, err := json.Marshal(fields)
	if err != nil {
		return data
	}
	return merged
}
