package webhook

import (
	"errors"
	"fmt"
	"slices"
)

// Settings configure one source: the fields of the sources document, as they stand
// there. Which of them a provider uses, it says in Configure; a field that is set and
// not used is refused, because its author expected something of it.
type Settings struct {
	// Secrets are tried in order; at least one. During a rotation the list holds the
	// current one and the previous one.
	Secrets []Secret `json:"secrets"`
	// ToleranceS is the window of the signed timestamp in seconds, both ways.
	// Nil means the provider's default, 0 that the time is not checked.
	ToleranceS *int64 `json:"tolerance_s"`
	// Signed says which bytes the provider signs, where its documentation does not.
	Signed string `json:"signed"`
	// Product is the event type of a provider whose body does not name it.
	Product string `json:"product"`
	// Header is the name of the signature header, where it is not the documented one.
	Header string `json:"header"`
	// Key lists the JSON pointers (RFC 6901) whose values make the dedup key of a
	// provider without event ids.
	Key []string `json:"key"`
}

// The names of the optional fields of [Settings], for [Settings.Check].
const (
	FieldTolerance = "tolerance_s"
	FieldSigned    = "signed"
	FieldProduct   = "product"
	FieldHeader    = "header"
	FieldKey       = "key"
)

// A FieldError says which field of a source's settings is at fault, and what to give.
// It never holds a secret's value.
type FieldError struct{ Field, Problem string }

// Error gives the field and what is wrong with it.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// DefaultToleranceS is the window of a signed timestamp in seconds where
// Settings.ToleranceS is nil.
const DefaultToleranceS = 300

// Tolerance returns the window of a signed timestamp in seconds; 0 means that the time is
// not checked.
func (s Settings) Tolerance() int64 {
	if s.ToleranceS == nil {
		return DefaultToleranceS
	}
	return *s.ToleranceS
}

// SigningSecret is the first secret, with which Sign signs; the empty one where there
// is none, with which no Verifier agrees.
func (s Settings) SigningSecret() Secret {
	if len(s.Secrets) == 0 {
		return Secret{}
	}
	return s.Secrets[0]
}

// Check returns every fault that can be told without knowing the provider: no secret,
// an empty secret, a negative tolerance, and each field that is set but not among
// those that the provider uses. The faults are joined [FieldError]s.
func (s Settings) Check(used ...string) error {
	var faults []error
	fault := func(field, problem string) { faults = append(faults, &FieldError{field, problem}) }
	if len(s.Secrets) == 0 {
		fault("secrets", "give at least one, as a list of strings")
	}
	for i, secret := range s.Secrets {
		if secret.IsEmpty() {
			fault(fmt.Sprintf("secrets[%d]", i), "is empty; remove it or give the secret")
		}
	}
	if s.ToleranceS != nil && *s.ToleranceS < 0 {
		fault(FieldTolerance, "give seconds, 0 to leave the time unchecked")
	}
	for _, f := range []struct {
		name string
		set  bool
	}{
		{FieldTolerance, s.ToleranceS != nil},
		{FieldSigned, s.Signed != ""},
		{FieldProduct, s.Product != ""},
		{FieldHeader, s.Header != ""},
		{FieldKey, s.Key != nil},
	} {
		if f.set && !slices.Contains(used, f.name) {
			fault(f.name, "this provider does not use it; remove it")
		}
	}
	return errors.Join(faults...)
}
