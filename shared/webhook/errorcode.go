package webhook

// A Code is the machine-readable reason why a webhook was refused. It is an error, to be
// compared with errors.Is, and the value of "error" in the HTTP answer.
type Code string

// The codes, with the HTTP status of the answer. The list is complete.
const (
	// 401: the request is not authentic, as far as ingest can tell.
	ErrSignatureMissing       Code = "signature_missing"        // no signature header, or no token
	ErrSignatureMalformed     Code = "signature_malformed"      // a header is there, but not of the provider's form
	ErrSignatureMismatch      Code = "signature_mismatch"       // no configured secret made any offered signature
	ErrTimestampOutsideWindow Code = "timestamp_outside_window" // signed too long ago, or too far in the future

	// 400: authentic but not usable. The provider would send the same body again.
	ErrMalformedBody Code = "malformed_body" // not a JSON object
	ErrMissingID     Code = "missing_id"
	ErrMissingType   Code = "missing_type"
	ErrInvalidID     Code = "invalid_id"   // not a string of 1–200 characters of 0x21–0x7E
	ErrInvalidType   Code = "invalid_type" // not such a string
	ErrIDMismatch    Code = "id_mismatch"  // the id in the header is not the one in the signed body

	ErrUnknownSource Code = "unknown_source" // 404: no source of that name is configured
	ErrNotFound      Code = "not_found"      // 404: no such path
	ErrMethod        Code = "method"         // 405: webhooks are POSTed
	ErrTooLarge      Code = "too_large"      // 413: over 6 MiB, or over the queue's limit even compressed

	// 503 with Retry-After: the provider should try again.
	ErrQueueUnavailable   Code = "queue_unavailable"   // the queue did not accept the message in time
	ErrSourcesUnavailable Code = "sources_unavailable" // the configured sources cannot be read
)

// Error returns the code itself.
func (c Code) Error() string { return string(c) }
