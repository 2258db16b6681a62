package webhook

import (
	"errors"
	"fmt"
	"slices"
	"time"
)

// Settings configure one source. They are the fields of an entry in the sources document.
// Configure of a provider says which of them it uses. It refuses a field that is set and
// that it does not use, because its author expects something of it.
type Settings struct {
	// Secrets are tried in order. There is at least one; during a rotation the list holds
	// the current and the previous one.
	Secrets []Secret `json:"secrets"`
	// ToleranceS is how far the signed timestamp may be in the past or future, in seconds.
	// Nil means DefaultToleranceS; 0 means that the time is not checked.
	ToleranceS *int64 `json:"tolerance_s"`
	// Signed says which bytes the provider signs, if its documentation does not.
	Signed string `json:"signed"`
	// Product is the event type of a provider whose body does not name it.
	Product string `json:"product"`
	// Header is the name of the signature header, if it is not the documented one.
	Header string `json:"header"`
	// Key lists the JSON pointers (RFC 6901) whose values make the dedup key of a
	// provider without event ids.
	Key []string `json:"key"`
	// DedupWindowS is for how long, in seconds, a second arrival of an id that is a hash is a
	// duplicate. Nil means HashWindow.
	DedupWindowS *int64 `json:"dedup_window_s"`
	// URLSecrets, if not empty, restrict the webhooks of a provider without a signed time
	// to URLs that one of these secrets made.
	URLSecrets []Secret `json:"url_secrets"`
	// Hash makes the ids and digests of the source's events. The document has one key for
	// all sources; without it, hashes have no key.
	Hash Hasher `json:"-"`
}

// The names of the optional fields of [Settings], for [Settings.Check].
const (
	FieldTolerance = "tolerance_s"
	FieldSigned    = "signed"
	FieldProduct   = "product"
	FieldHeader    = "header"
	FieldKey       = "key"
	FieldWindow    = "dedup_window_s"
	FieldURLs      = "url_secrets"
)

// A FieldError says which field of some settings is at fault, and how to correct it. It
// never quotes the value of a secret.
type FieldError struct{ Field, Problem string }

// Error returns the field and the problem.
func (e *FieldError) Error() string { return e.Field + ": " + e.Problem }

// DefaultToleranceS is the tolerance of a signed timestamp, in seconds, if
// Settings.ToleranceS is nil.
const DefaultToleranceS = 300

// Tolerance returns the tolerance of a signed timestamp, in seconds. It is 0 if the time is
// not checked.
func (s Settings) Tolerance() int64 {
	if s.ToleranceS == nil {
		return DefaultToleranceS
	}
	return *s.ToleranceS
}

// SigningSecret returns the first secret, with which Sign signs. If there is no secret, it
// is the empty one, whose signatures no Verifier accepts.
func (s Settings) SigningSecret() Secret {
	if len(s.Secrets) == 0 {
		return Secret{}
	}
	return s.Secrets[0]
}

// Check returns the faults that do not depend on the provider: no secret, an empty secret,
// a negative tolerance, and each field that is set and not among those used. The error
// joins one [FieldError] for each.
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
	if s.DedupWindowS != nil && (*s.DedupWindowS < minWindowS || *s.DedupWindowS > int64(GivenWindow/time.Second)) {
		fault(FieldWindow, "give 600 to 2592000 seconds: the providers' retries end after 9 minutes, and ids are known for 30 days")
	}
	if s.URLSecrets != nil && len(s.URLSecrets) == 0 {
		fault(FieldURLs, "give at least one, as a list of strings, or remove it")
	}
	for i, secret := range s.URLSecrets {
		if secret.IsEmpty() {
			fault(fmt.Sprintf("%s[%d]", FieldURLs, i), "is empty; remove it or give the secret")
		}
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
		{FieldWindow, s.DedupWindowS != nil},
		{FieldURLs, s.URLSecrets != nil},
	} {
		if f.set && !slices.Contains(used, f.name) {
			fault(f.name, "this provider does not use it; remove it")
		}
	}
	return errors.Join(faults...)
}
