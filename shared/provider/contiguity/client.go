package contiguity

import (
	"bytes"
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"time"

	"webhookintake/shared/webhook"
)

const (
	defaultBaseURL = "https://api.contiguity.com"
	defaultScheme  = "Token"
	// defaultTimeout bounds a call whose context has no earlier end.
	defaultTimeout = 20 * time.Second
	// maxAnswer is the longest answer that is read, in bytes. Answers are some hundred.
	maxAnswer = 1 << 20
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
	trace := new(connection)
	request, err := http.NewRequestWithContext(trace.watch(ctx), method,
		strings.TrimSuffix(cmp.Or(c.BaseURL, defaultBaseURL), "/")+path, bytes.NewReader(body))
	if err != nil {
		return answer, refusal(op, "the base URL is none")
	}
	request.Header.Set("Authorization", cmp.Or(c.Scheme, defaultScheme)+" "+c.Token.Reveal())
	request.Header.Set("Accept", "application/json")
	if method == http.MethodPost {
		request.Header.Set("Content-Type", "application/json")
	}
	if err := ctx.Err(); err != nil {
		return answer, &Error{Op: op, cause: err, retry: webhook.Retry{NotSent: true}}
	}
	got, err := c.http().Do(request)
	if err != nil {
		return answer, &Error{Op: op, cause: withoutURL(err), retry: webhook.Retry{NotSent: trace.neverMade()}}
	}
	defer func() { _ = got.Body.Close() }() // what was read is all that counts
	text, err := readAnswer(got.Body)
	if got.StatusCode < 200 || got.StatusCode > 299 {
		return answer, c.refused(op, got, text, body) // what of the reason could be read is enough
	}
	if err == nil {
		err = decodeAnswer(text, &answer)
	}
	if err != nil {
		return response[T]{}, &Error{Op: op, Status: got.StatusCode, cause: err}
	}
	return answer, nil
}

// http is the caller's client, but for redirects: the token and the message are for the
// API, and for nobody whom it names.
func (c *Client) http() *http.Client {
	client := http.Client{Timeout: defaultTimeout}
	if c.HTTP != nil {
		client = *c.HTTP
	}
	client.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &client
}

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

var errAnswer = errors.New("the answer cannot be read; whether it was done is unknown")

func readAnswer(body io.Reader) ([]byte, error) {
	text, err := io.ReadAll(io.LimitReader(body, maxAnswer+1))
	if err == nil && len(text) > maxAnswer {
		err = fmt.Errorf("%w: over %d bytes", errAnswer, maxAnswer)
	}
	return text[:min(len(text), maxAnswer)], err
}

// decodeAnswer does not pass on the decoder's error, which may quote the answer.
func decodeAnswer(text []byte, answer any) error {
	if err := json.Unmarshal(text, answer); err != nil {
		return fmt.Errorf("%w: it is not of the documented form", errAnswer)
	}
	return nil
}
