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

// A quiet error does not say what it wraps.
type quiet struct{ cause error }

// Error says what is certain of everything that net/http calls an error of its own.
func (quiet) Error() string { return "what came back is no HTTP answer that can be used" }

// Unwrap gives the cause, to be recognised and not to be shown.
func (q quiet) Unwrap() error { return q.cause }

// withoutQuotes is err without the URL that net/http puts before it. What net/http says
// of an answer, such as of a Location that is no URL, quotes headers and first lines, so
// only the words of the network, the context and TLS are kept.
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
	return quiet{err}
}
