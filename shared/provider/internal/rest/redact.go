package rest

import (
	"context"
	"crypto/tls"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
)

// A redacted error wraps a cause whose text must not be shown.
type redacted struct{ cause error }

// Error says what holds for every error that net/http makes itself.
func (redacted) Error() string { return "the response is not usable HTTP" }

// Unwrap returns the cause, to be recognised and not to be shown.
func (r redacted) Unwrap() error { return r.cause }

// withoutQuotes is err without the URL that net/http puts before it. Errors of net/http
// about a response, such as one about a malformed Location, quote headers and first
// lines; so only the texts of the network, the context and TLS are kept.
func withoutQuotes(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		err = wrapped.Err
	}
	for _, known := range []error{context.Canceled, io.EOF, io.ErrUnexpectedEOF, http.ErrSchemeMismatch} {
		if errors.Is(err, known) {
			return err
		}
	}
	if _, ok := errors.AsType[net.Error](err); ok {
		return err
	}
	if _, ok := errors.AsType[*tls.CertificateVerificationError](err); ok {
		return err
	}
	return redacted{err}
}
