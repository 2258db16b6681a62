package rest

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

// maxRedirects is the number of redirects that one call follows.
const maxRedirects = 3

// Options configure a [Client]. Provider, DefaultURL, Timeout and Explain are required.
type Options struct {
	Provider   string        // begins the text of every Error
	BaseURL    string        // an absolute URL; empty means DefaultURL
	DefaultURL string        // the provider's own
	HTTP       *http.Client  // makes the requests; nil means one with Timeout
	Timeout    time.Duration // of the default HTTP client
	// FollowGET follows redirects of GET requests within one host and scheme. Without it
	// a redirect is an answer like any other.
	FollowGET bool
	// Explain reads the body of a refusal into e, and returns how long it asks the caller
	// to wait, or 0. The slice sent is the body of the request.
	Explain func(e *Error, body, sent []byte) time.Duration
	// ShowMessage adds Error.Message to the text of errors. Explain must then keep what is
	// private out of it.
	ShowMessage bool
	// UnreadableUnknown leaves open whether a call was done whose answer has status 2xx
	// and cannot be read. Without it such a call counts as done: its Error is permanent.
	UnreadableUnknown bool
}

// A Client calls one REST API. It is safe for concurrent use.
type Client struct {
	o    Options
	base string // without a slash at its end
	http *http.Client
}

// New returns a client. Its error is a [*webhook.FieldError].
func New(o Options) (*Client, error) {
	base := cmp.Or(o.BaseURL, o.DefaultURL)
	if !IsWebURL(base) {
		return nil, &webhook.FieldError{Field: "base_url", Problem: "give an absolute URL, as " + o.DefaultURL}
	}
	own := http.Client{Timeout: o.Timeout}
	if o.HTTP != nil {
		own = *o.HTTP // a copy: its redirect policy is replaced
	}
	own.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if o.FollowGET && len(via) <= maxRedirects && staysWithin(to, via[0]) {
			return nil
		}
		return http.ErrUseLastResponse
	}
	return &Client{o: o, base: strings.TrimRight(base, "/"), http: &own}, nil
}

// staysWithin reports whether a redirected request goes to the host of the first one, a
// GET, with the same scheme: tokens and personal data go nowhere else.
func staysWithin(to, first *http.Request) bool {
	return first.Method == http.MethodGet && to.URL.Host == first.URL.Host && to.URL.Scheme == first.URL.Scheme
}

// IsWebURL reports whether text is an absolute http or https URL.
func IsWebURL(text string) bool {
	u, err := url.Parse(text)
	return err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != ""
}

// CheckToken returns a [*webhook.FieldError] for a token that is empty or that no header
// can carry. It does not quote the token.
func CheckToken(token webhook.Secret) error {
	switch {
	case token.IsEmpty():
		return &webhook.FieldError{Field: "token", Problem: "give the provider's API token"}
	case !IsHeaderText(token.Reveal()):
		return &webhook.FieldError{Field: "token", Problem: "has a character that no token has; look for a space or a line break"}
	}
	return nil
}

// IsHeaderText reports whether text can be part of a header's value, as a token is.
func IsHeaderText(text string) bool {
	return !strings.ContainsFunc(text, func(r rune) bool { return r <= ' ' || r > '~' })
}
