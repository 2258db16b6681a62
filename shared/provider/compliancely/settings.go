package compliancely

import (
	"errors"
	"net/http"
	"slices"
	"strings"

	"webhookintake/shared/webhook"
)

// Configure uses secrets; product, one of the event types; header, another name for the
// signature header; and key, the JSON pointers to the values of the dedup id.
func (Provider) Configure(s webhook.Settings) (webhook.Verifier, error) {
	faults := []error{s.Check(webhook.FieldProduct, webhook.FieldHeader, webhook.FieldKey, webhook.FieldWindow, webhook.FieldURLs)}
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
		hash:    s.Hash,
		urls:    slices.Clone(s.URLSecrets),
	}, nil
}

// isToken reports whether name can be the name of a header (RFC 9110, 5.6.2).
func isToken(name string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
	return strings.Trim(name, letters+"0123456789!#$%&'*+-.^_`|~") == "" && name != ""
}

// headerName is the canonical name of the signature header.
func headerName(s webhook.Settings) string {
	if s.Header == "" {
		return signatureHeader
	}
	return http.CanonicalHeaderKey(s.Header)
}
