package contiguity

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// ProductionURL is the host of the API.
const ProductionURL = "https://api.contiguity.com"

// defaultTimeout is the longest time that a call takes with the default HTTP client.
const defaultTimeout = 20 * time.Second

// UnixMillis is a time as Contiguity's REST API writes it: Unix milliseconds. Webhooks
// have seconds, which are not UnixMillis.
type UnixMillis int64

// Time returns the same instant as a time.Time, in UTC.
func (m UnixMillis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// ClientOptions configure a [Client]. Token is required.
type ClientOptions struct {
	// Token is the API token from the provider's console.
	Token webhook.Secret
	// Scheme is the word before the token in the header Authorization. Empty means
	// "Token"; parts of the documentation say "Bearer".
	Scheme  string
	BaseURL string       // empty means ProductionURL
	HTTP    *http.Client // nil means one with a timeout of 20 s; redirects are not followed
}

// A Client calls Contiguity's REST API. It is safe for concurrent use.
//
// Every error of the methods is an [*Error]. The API has no idempotency key: a repeated
// call sends a second message, so a handler that sends is best registered at most once.
type Client struct {
	api           *rest.Client
	authorization webhook.Secret // the header's value
}

// NewClient returns a client. Its error is a [*webhook.FieldError].
func NewClient(o ClientOptions) (*Client, error) {
	if err := rest.CheckToken(o.Token); err != nil {
		return nil, err
	}
	api, err := rest.New(rest.Options{
		Provider: Provider{}.Name(), BaseURL: o.BaseURL, DefaultURL: ProductionURL,
		HTTP: o.HTTP, Timeout: defaultTimeout,
		Explain: explainer(o.Token), ShowMessage: true, UnreadableUnknown: true,
	})
	if err != nil {
		return nil, err
	}
	return &Client{api, webhook.NewSecret(cmp.Or(o.Scheme, "Token") + " " + o.Token.Reveal())}, nil
}

// A response is the envelope of every answer.
type response[T any] struct {
	ID        string     `json:"id"` // req_… or err_…
	Timestamp UnixMillis `json:"timestamp"`
	Data      T          `json:"data"`
}

// post sends a message, or something that belongs to one.
func post[T any](ctx context.Context, c *Client, op, path string, payload any) (response[T], error) {
	return call[T](ctx, c, rest.Request{Op: op, Method: http.MethodPost, Path: path, Body: payload})
}

// call makes one request and reads its answer.
func call[T any](ctx context.Context, c *Client, r rest.Request) (response[T], error) {
	r.Authorization = c.authorization.Reveal()
	got, err := c.api.Do(ctx, r)
	if err != nil {
		return response[T]{}, err
	}
	var answer response[T]
	if json.Unmarshal(got.Body, &answer) != nil { // the decoder's error may quote the answer
		return response[T]{}, c.api.Unreadable(r.Op, got.Status, errAnswer)
	}
	return answer, nil
}
