package contiguity

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

const (
	defaultBaseURL = "https://api.contiguity.com"
	defaultScheme  = "Token"
	// defaultTimeout bounds a call whose context has no earlier end.
	defaultTimeout = 20 * time.Second
)

// UnixMillis is a time as Contiguity's REST API writes it: Unix milliseconds. Its
// webhooks write seconds, which are no UnixMillis.
type UnixMillis int64

// Time is the same instant as a time.Time, in UTC.
func (m UnixMillis) Time() time.Time { return time.UnixMilli(int64(m)).UTC() }

// A Client calls Contiguity's REST API. Token is needed; the other fields' zero values
// are right for most. It is safe for concurrent use, as long as its fields are not changed.
//
// Every error of its methods is an [*Error], which a handler can return as it is. The API
// takes no idempotency key: a call that is made again sends a second message, so a handler
// that sends is best registered at most once.
type Client struct {
	// Token is the API token of the provider's console.
	Token webhook.Secret
	// Scheme is the word before the token in the header Authorization. Empty means
	// "Token"; parts of the documentation say "Bearer".
	Scheme string
	// BaseURL is where the API is. Empty means https://api.contiguity.com.
	BaseURL string
	// HTTP makes the requests. Nil means one that gives up after 20 s. It follows no
	// redirects, whatever its CheckRedirect says.
	HTTP *http.Client
}

// A response is the envelope of every answer.
type response[T any] struct {
	ID        string     `json:"id"` // req_… or err_…
	Timestamp UnixMillis `json:"timestamp"`
	Data      T          `json:"data"`
}

// A failure is the data of an answer that says why not.
type failure struct {
	Error string `json:"error"`
}

// post sends a message, or what belongs to one.
func post[T any](ctx context.Context, c *Client, op, path string, payload any) (response[T], error) {
	body, err := json.Marshal(payload)
	if err != nil {
		return response[T]{}, refusal(op, "it cannot be written as JSON")
	}
	return call[T](ctx, c, op, http.MethodPost, path, body)
}

// call makes one request and reads its answer. It tries once: whether to try again is
// for the caller, by [Error.Retry].
func call[T any](ctx context.Context, c *Client, op, method, path string, body []byte) (response[T], error) {
	var answer response[T]
	if err := checkToken(c.Token); err != nil {
		return answer, refusal(op, err.Error())
	}
	got, failed := rest.Do(ctx, rest.Client(c.HTTP, defaultTimeout, nil), rest.Request{
		Method: method, URL: strings.TrimSuffix(cmp.Or(c.BaseURL, defaultBaseURL), "/") + path, Body: body,
		Authorization: cmp.Or(c.Scheme, defaultScheme) + " " + c.Token.Reveal(),
	})
	switch {
	case failed != nil && errors.Is(failed.Err, rest.ErrRequest):
		return answer, refusal(op, "the base URL is none")
	case failed != nil:
		return answer, &Error{Op: op, Status: failed.Status, cause: failed.Err, retry: webhook.Retry{NotSent: failed.NotSent}}
	case !got.OK():
		return answer, c.refused(op, got, body)
	}
	// The decoder's error is not passed on: it may quote the answer.
	if json.Unmarshal(got.Body, &answer) != nil {
		return response[T]{}, &Error{Op: op, Status: got.Status, cause: errAnswer}
	}
	return answer, nil
}

var errAnswer = errors.New("the answer is not of the documented form; whether it was done is unknown")

// checkToken refuses what no header can carry before net/http does.
func checkToken(token webhook.Secret) error {
	text := token.Reveal()
	if text == "" {
		return errors.New("the client has no token; give it the one of the provider's console")
	}
	for i := range len(text) {
		if text[i] <= ' ' || text[i] > '~' {
			return fmt.Errorf("the token has a character that no token has, at byte %d: a space or a line break?", i)
		}
	}
	return nil
}
