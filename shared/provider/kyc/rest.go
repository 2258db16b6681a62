package kyc

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/http/httptrace"
	"net/url"
	"strings"
	"sync/atomic"
	"time"

	"webhookintake/shared/webhook"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 8 << 20

// defaultTimeout is how long a call may take where the Client brings no HTTP client.
const defaultTimeout = 30 * time.Second

// An answer is one of status 2xx, with its "data", which is an object.
type answer struct {
	status int
	data   json.RawMessage
}

// do makes a call, with body as JSON where it is not nil. Its error is an [*Error].
func (c *Client) do(ctx context.Context, op, method, path string, body any) (answer, error) {
	var seen connection
	req, failed := c.request(httptrace.WithClientTrace(ctx, seen.trace()), op, method, path, body)
	if failed != nil {
		return answer{}, failed
	}
	if err := ctx.Err(); err != nil {
		return answer{}, &Error{Op: op, Err: err, retry: webhook.Retry{NotSent: true}}
	}
	got, err := c.http().Do(req)
	if err != nil {
		return answer{}, &Error{Op: op, Err: withoutURL(err), retry: webhook.Retry{NotSent: seen.neverMade(err)}}
	}
	defer func() { _ = got.Body.Close() }()
	return read(op, got)
}

// request makes the HTTP request, or says what is wrong with it.
func (c *Client) request(ctx context.Context, op, method, path string, body any) (*http.Request, *Error) {
	base := c.BaseURL
	if base == "" {
		base = ProductionURL
	}
	token := c.Token.Reveal()
	if token == "" || strings.ContainsFunc(token, func(r rune) bool { return r <= ' ' || r > '~' }) {
		return nil, wrongRequest(op, "token", "give an API key or an id token, without spaces and line breaks")
	}
	var content io.Reader
	if body != nil {
		text, err := json.Marshal(body)
		if err != nil {
			return nil, wrongRequest(op, "body", "it cannot be written as JSON")
		}
		content = bytes.NewReader(text)
	}
	req, err := http.NewRequestWithContext(ctx, method, strings.TrimRight(base, "/")+path, content)
	if err != nil || req.URL.Host == "" {
		return nil, wrongRequest(op, "base_url", "give an absolute URL, as "+ProductionURL)
	}
	req.Header.Set("Accept", "application/json")
	req.Header.Set("Authorization", "Bearer "+token)
	if content != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	return req, nil
}

// http is the HTTP client, made to follow no redirects: the token goes nowhere else.
func (c *Client) http() *http.Client {
	own := http.Client{Timeout: defaultTimeout}
	if c.HTTP != nil {
		own = *c.HTTP
	}
	own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &own
}

// read gives the answer, or the Error that it is.
func read(op string, got *http.Response) (answer, error) {
	status := got.StatusCode
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	if status < 200 || status > 299 {
		return answer{}, refusal(op, status, body)
	}
	if err != nil {
		return answer{}, &Error{Op: op, Status: status, Err: withoutURL(err)}
	}
	if len(body) > maxAnswer {
		return answer{}, unreadable(op, status, errors.New("the answer is over 8 MiB"))
	}
	o, err := webhook.ParseObject(body)
	if err != nil {
		return answer{}, unreadable(op, status, errors.New("the answer is no JSON object"))
	}
	if string(o.Get("status")) == `"error"` {
		return answer{}, refusal(op, status, body)
	}
	if _, err := o.Object("data"); err != nil {
		return answer{}, unreadable(op, status, errors.New(`the answer has no object "data"`))
	}
	return answer{status, o.Get("data")}, nil
}

// withoutURL is err without the URL that net/http puts before it.
func withoutURL(err error) error {
	if wrapped, ok := errors.AsType[*url.Error](err); ok {
		return wrapped.Err
	}
	return err
}

// A connection is what a call saw of its own.
type connection struct{ asked, got atomic.Bool }

func (c *connection) trace() *httptrace.ClientTrace {
	return &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	}
}

// neverMade reports whether it is certain that the call got no connection. A transport
// that tells nothing leaves it uncertain, unless the error itself says so.
func (c *connection) neverMade(err error) bool {
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" && !c.got.Load() {
		return true
	}
	return c.asked.Load() && !c.got.Load()
}
