package webhook

import (
	"encoding/json"
	"net/http"
	"net/url"
	"time"
)

// A Provider knows the dialect of one sender of webhooks. Implementations are empty
// structs; what varies is in [Settings].
type Provider interface {
	// Name is the provider's name in the sources document, such as "contiguity".
	Name() string
	// Configure checks the settings and returns a Verifier for them. Its error joins
	// one [*FieldError] for each field at fault.
	Configure(Settings) (Verifier, error)
	// Sign returns the request that the provider would send for body at the given
	// time, signed with the first secret. A Verifier for the same settings accepts
	// it. Providers with an id header put id into it; others ignore it.
	Sign(s Settings, id string, body []byte, at time.Time) Request
	// Open reads the envelope of a verified body, and replaces older type names by
	// the current ones. Its error is [ErrMalformedBody], or the Code of the field at
	// fault.
	Open(body []byte) (Envelope, error)
}

// A Verifier decides whether a request comes from the provider. It is safe for concurrent
// use.
type Verifier interface {
	// Verify checks the signature over the raw bytes before it parses any of them.
	// Its error is one of the signature codes, [ErrTimestampOutsideWindow], or what
	// makes an authentic body unusable: [ErrMalformedBody], [ErrMissingID],
	// [ErrMissingType], [ErrInvalidID], [ErrInvalidType], [ErrIDMismatch].
	Verify(Request) (Verified, error)
}

// A HeaderNamer is a [Verifier] that names the headers it reads. With these headers alone,
// Verify decides as it does with all of them, so that a request can be verified again later.
type HeaderNamer interface {
	HeaderNames() []string // canonical; none for a provider that reads only the query
}

// A Request holds the parts of an HTTP request that providers sign.
type Request struct {
	Header http.Header // canonical keys
	Query  url.Values  // nil if the URL has none
	// RawQuery is the query as it was sent, without "?". Empty means that only Query is known.
	RawQuery string
	Body     []byte    // the raw bytes, without transport encodings
	At       time.Time // when it arrived, by our clock
}

// An Envelope is what a body says about itself.
type Envelope struct {
	ID       string          // the dedup id; see [Event]
	Identity Identity        // how the id was made
	Type     string          // the current name of the event's type
	Time     time.Time       // the event's own time; zero if the provider gives none
	Data     json.RawMessage // the payload of typed handlers
}

// A Verified is an envelope whose signature was verified. Only a [Verifier] makes one.
type Verified struct {
	Envelope
	Secret int    // index in Settings.Secrets of the secret that matched
	Signed string // which of several ways to sign matched, in the words of Settings.Signed; empty if there is only one
	// URLExpires is when the URL that the request came to expires; zero if it does not, or if
	// that is not checked.
	URLExpires time.Time
}
