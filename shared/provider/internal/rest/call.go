package rest

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"strings"

	"webhookintake/shared/webhook"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 8 << 20

// ErrTooLong says that an answer was not read to its end.
var ErrTooLong = errors.New("the answer is over 8 MiB")

// A Request is one call.
type Request struct {
	Op            string // names the call in errors, as "send text"
	Method        string
	Path          string // below the base URL, with its query; it begins with a slash
	Authorization string // the header's value; empty means no header
	Body          any    // sent as JSON; nil means that Form is sent
	Form          Form   // the zero Form is no body
}

// A Form is a request body that is not JSON.
type Form struct {
	Body        []byte
	ContentType string
}

// An Answer is a response of status 2xx.
type Answer struct {
	Status int
	Body   []byte
	header http.Header
}

// Do makes the call, once. Its error is an [*Error].
func (c *Client) Do(ctx context.Context, r Request) (Answer, error) {
	form := r.Form
	if r.Body != nil {
		text, err := json.Marshal(r.Body)
		if err != nil {
			return Answer{}, c.Invalid(r.Op, "body", "cannot be written as JSON")
		}
		form = Form{text, "application/json"}
	}
	if !strings.HasPrefix(r.Path, "/") { // or it could name another host, which would get the token
		return Answer{}, c.Invalid(r.Op, "path", "begin it with a slash")
	}
	if err := ctx.Err(); err != nil {
		return Answer{}, c.NotSent(r.Op, err)
	}
	var conn connection
	req, err := http.NewRequestWithContext(conn.watch(ctx), r.Method, c.base+r.Path, bytes.NewReader(form.Body))
	if err != nil {
		return Answer{}, c.Invalid(r.Op, "path", "does not make a URL, or the method is not one of HTTP")
	}
	setHeader(req.Header, r.Authorization, form)
	got, err := c.http.Do(req)
	if err != nil {
		e := c.fail(r.Op, 0, withoutQuotes(err))
		e.retry = webhook.Retry{NotSent: conn.neverMade(err)}
		return Answer{}, e
	}
	defer func() { _ = got.Body.Close() }() // all that matters was read by then
	return c.read(r.Op, got, form.Body)
}

func setHeader(h http.Header, authorization string, form Form) {
	h.Set("Accept", "application/json")
	if form.Body != nil {
		h.Set("Content-Type", form.ContentType)
	}
	if authorization != "" {
		h.Set("Authorization", authorization)
	}
}

func (c *Client) read(op string, got *http.Response, sent []byte) (Answer, error) {
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	answer := Answer{got.StatusCode, body, got.Header}
	switch {
	case got.StatusCode < 200 || got.StatusCode > 299:
		return Answer{}, c.Refused(op, answer, sent)
	case err != nil:
		return Answer{}, c.fail(op, got.StatusCode, withoutQuotes(err))
	case len(body) > maxAnswer:
		return Answer{}, c.Unreadable(op, got.StatusCode, ErrTooLong)
	}
	return answer, nil
}
