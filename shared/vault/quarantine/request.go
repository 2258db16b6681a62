package quarantine

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"time"

	"webhookintake/shared/webhook"
)

const (
	// MaxBody is the size of the largest body that is kept, in bytes. A part of a body could
	// never be verified, so a larger one is not kept at all.
	MaxBody = 256 << 10
	// MaxHead is the same for headers and query together.
	MaxHead = 64 << 10
)

var (
	// ErrTooLarge says that a request is larger than what is kept.
	ErrTooLarge = errors.New("the request is too large for the quarantine")
	// ErrInvalid says that bytes are not a kept request.
	ErrInvalid = errors.New("not a kept request")
)

// A Request is a refused request. Its Header has only what the provider signs.
type Request struct {
	Source string
	Code   webhook.Code // of [Codes]
	webhook.Request
}

// format is the version of [wire]. A change that an older program would misread counts it up.
const format = 1

// wire is a Request as JSON. What the sender wrote is bytes, because it need not be text.
type wire struct {
	Format int                 `json:"format"`
	Source string              `json:"source"`
	Code   webhook.Code        `json:"code"`
	At     time.Time           `json:"at"`
	Header map[string][][]byte `json:"header,omitempty"`
	Query  []byte              `json:"query,omitempty"`
	Body   []byte              `json:"body"`
}

// Encode returns r as bytes, or [ErrTooLarge]. Of the query it keeps RawQuery.
func Encode(r Request) ([]byte, error) {
	w := wire{Format: format, Source: r.Source, Code: r.Code, At: r.At.UTC(), Query: []byte(r.RawQuery), Body: r.Body}
	head := len(r.RawQuery)
	for name, values := range r.Header {
		if w.Header == nil {
			w.Header = map[string][][]byte{}
		}
		head += len(name)
		for _, value := range values {
			head += len(value)
			w.Header[name] = append(w.Header[name], []byte(value))
		}
	}
	if head > MaxHead || len(r.Body) > MaxBody {
		return nil, fmt.Errorf("%w: %d bytes of headers and query, %d of body", ErrTooLarge, head, len(r.Body))
	}
	return json.Marshal(w)
}

// Decode reads what [Encode] returns. Its error is [ErrInvalid], and quotes nothing.
func Decode(data []byte) (Request, error) {
	var w wire
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(&w); err != nil {
		return Request{}, fmt.Errorf("%w: not JSON of that form", ErrInvalid)
	}
	if _, err := d.Token(); !errors.Is(err, io.EOF) {
		return Request{}, fmt.Errorf("%w: there is more after it", ErrInvalid)
	}
	if w.Format != format {
		return Request{}, fmt.Errorf("%w: it has format %d, and this program reads format %d", ErrInvalid, w.Format, format)
	}
	if w.Source == "" || !slices.Contains(Codes(), w.Code) || w.At.Unix() <= 0 || w.At.Year() > 9998 {
		return Request{}, fmt.Errorf("%w: it has no source, code or time", ErrInvalid)
	}
	r := Request{Source: w.Source, Code: w.Code}
	r.At, r.Body, r.Header = w.At.UTC(), w.Body, http.Header{}
	for name, values := range w.Header {
		if http.CanonicalHeaderKey(name) != name {
			return Request{}, fmt.Errorf("%w: the name of a header is not in canonical form", ErrInvalid)
		}
		for _, value := range values {
			r.Header.Add(name, string(value))
		}
	}
	if r.RawQuery = string(w.Query); r.RawQuery != "" {
		r.Query, _ = url.ParseQuery(r.RawQuery) // as ingest does: it omits what it cannot parse
	}
	return r, nil
}
