package webhook

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// A Provider knows the dialect of one sender of webhooks. Implementations are empty
// structs: what varies is in [Settings].
type Provider interface {
	// Name is the provider's name in the sources document, such as "contiguity".
	Name() string
	// Configure checks the settings and binds them. Its error joins one
	// [*FieldError] for each field at fault.
	Configure(Settings) (Verifier, error)
	// Sign makes the request that the provider would send for body at the given
	// time, with the first secret. What Sign made, a Verifier of the same settings
	// takes. Id is what goes into an id header; providers without one ignore it.
	Sign(s Settings, id string, body []byte, at time.Time) Request
	// Open reads the envelope of a verified body and resolves older type names to
	// today's. It returns [ErrMalformedBody], or the Code of the field at fault.
	Open(body []byte) (Envelope, error)
}

// A Verifier decides whether a request is the provider's. It is safe for concurrent use.
type Verifier interface {
	// Verify checks the signature over the raw bytes before it parses any of them.
	// It returns one of the signature codes, [ErrTimestampOutsideWindow], or what
	// makes an authentic body unusable: [ErrMalformedBody], [ErrMissingID],
	// [ErrMissingType], [ErrInvalidID], [ErrInvalidType], [ErrIDMismatch].
	Verify(Request) (Verified, error)
}

// A Request is what a provider sent, as far as any of them signs it.
type Request struct {
	Header http.Header // canonical keys
	Query  url.Values  // nil where the URL has none
	Body   []byte      // raw, transport encodings removed
	At     time.Time   // when it arrived, by our clock
}

// An Envelope is what a body says about itself.
type Envelope struct {
	ID   string          // the dedup id; see [Event]
	Type string          // today's name of the event's type
	Time time.Time       // the event's own time; zero where the provider gives none
	Data json.RawMessage // the payload that typed handlers get
}

// Verified is an envelope that a signature vouches for. Only a [Verifier] makes one.
type Verified struct {
	Envelope
	Secret int // index in Settings.Secrets of the one that matched
}
