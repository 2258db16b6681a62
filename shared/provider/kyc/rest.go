package kyc

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// defaultTimeout is how long a call may take where the Client brings no HTTP client.
const defaultTimeout = 30 * time.Second

// An answer is one of status 2xx, with its "data", which is an object.
type answer struct {
	status int
	data   json.RawMessage
}

// do makes a call, with body as JSON where it is not nil. Its error is an [*Error].
func (c *Client) do(ctx context.Context, op, method, path string, body any) (answer, error) {
	token := c.Token.Reveal()
	if token == "" || !rest.IsHeaderText(token) {
		return answer{}, wrongRequest(op, "token", "give an API key or an id token, without spaces and line breaks")
	}
	r := rest.Request{
		Method: method, URL: strings.TrimRight(cmp.Or(c.BaseURL, ProductionURL), "/") + path,
		Authorization: "Bearer " + token,
	}
	if body != nil {
		var err error
		if r.Body, err = json.Marshal(body); err != nil {
			return answer{}, wrongRequest(op, "body", "it cannot be written as JSON")
		}
	}
	got, failed := rest.Do(ctx, rest.Client(c.HTTP, defaultTimeout, nil), r)
	if failed != nil {
		return answer{}, failure(op, failed)
	}
	return read(op, got)
}

// read gives the answer, or the Error that it is.
func read(op string, got rest.Answer) (answer, error) {
	if !got.OK() {
		return answer{}, refusal(op, got.Status, got.Body)
	}
	o, err := webhook.ParseObject(got.Body)
	if err != nil {
		return answer{}, unreadable(op, got.Status, errors.New("the answer is no JSON object"))
	}
	if string(o.Get("status")) == `"error"` {
		return answer{}, refusal(op, got.Status, got.Body)
	}
	if _, err := o.Object("data"); err != nil {
		return answer{}, unreadable(op, got.Status, errors.New(`the answer has no object "data"`))
	}
	return answer{got.Status, o.Get("data")}, nil
}
