package compliancely

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"

	"webhookintake/shared/webhook"
)

// Provider is Compliancely. The zero value is ready to use.
type Provider struct{}

var _ webhook.Provider = Provider{}

// Name is "compliancely".
func (Provider) Name() string { return "compliancely" }

// Configure takes secrets; product, one of the event types; header, another name of the
// signature header; and key, the JSON pointers whose values make the dedup id.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	faults := []error{s.Check(webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey)}
	fault := func(field, problem string) {
		faults = append(faults, &webhook.FieldError{Field: field, Problem: problem})
	}
	if s.Product != "" && !slices.Contains(products(), s.Product) {
		fault(webhook.FieldProduct, "give one of "+strings.Join(products(), ", "))
	}
	if s.Header != "" && !isToken(s.Header) {
		fault(webhook.FieldHeader, "give the name of an HTTP header")
	}
	key, err := parsePointers(s.Key)
	if err := errors.Join(append(faults, err)...); err != nil {
		return nil, err
	}
	return &verifier{
		secrets: slices.Clone(s.Secrets),
		header:  headerName(s),
		product: s.Product,
		key:     key,
	}, nil
}

// isToken reports whether name can be a header's name (RFC 9110, 5.6.2).
func isToken(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return strings.Trim(name, letters+"0123456789!#$%&'*+-.^_`|~") == "" && name != ""
}

// headerName is the canonical name of the header that carries the signature.
func headerName(s webhook.Settings) string {
	if s.Header == "" {
		return signatureHeader
	}
	return http.CanonicalHeaderKey(s.Header)
}

// Open unwraps the resource, tells its type by its fields, and makes the id of the raw
// body. It knows no settings: a source with a product or a key gets its type and id from
// the [webhook.Verifier].
func (Provider) Open(body []byte) (webhook.Envelope, error) {
	r, err := parseResource(body)
	if err != nil {
		return webhook.Envelope{}, err
	}
	return webhook.Envelope{ID: bodyID(body), Type: r.shape(), Data: r.raw}, nil
}

// bodyID is the dedup id of a body without one.
func bodyID(body []byte) string {
	sum := sha256.Sum256(body)
	return "sha256:" + hex.EncodeToString(sum[:])
}

// Timeless says that events carry no time of their own: the dates in a resource may be
// those of a cached answer, so they do not tell which of two events is newer.
func (Provider) Timeless() {}
