package compliancely

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
	"strconv"
	"sync/atomic"
	"time"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 8 << 20

// defaultTimeout is how long a call may take where the caller brings no HTTP client.
const defaultTimeout = 30 * time.Second

// maxRedirects is how many redirects of one GET are followed.
const maxRedirects = 3

// A request is one call of the API.
type request struct {
	op, method, path string
	authorization    string // the header's value; empty: none
	body             any    // sent as JSON; nil: none
}

// An api makes calls.
type api struct {
	base string // without a slash at its end
	http *http.Client
}

// newAPI takes a copy of client, which follows redirects of GET within the host only:
// tokens and personal data go nowhere else.
func newAPI(base string, client *http.Client) api {
	if client == nil {
		client = &http.Client{Timeout: defaultTimeout}
	}
	own := *client
	own.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		from := via[0]
		if from.Method != http.MethodGet || to.URL.Host != from.URL.Host ||
			to.URL.Scheme != from.URL.Scheme || len(via) > maxRedirects {
			return http.ErrUseLastResponse
		}
		return nil
	}
	return api{base, &own}
}

// An answer is one of status 2xx.
type answer struct {
	status int
	body   []byte
}

// do makes the call. Its error is an [*Error].
func (a api) do(ctx context.Context, r request) (answer, error) {
	if err := ctx.Err(); err != nil {
		return answer{}, unsent(r.op, err)
	}
	var body io.Reader
	if r.body != nil {
		text, err := json.Marshal(r.body)
		if err != nil {
			return answer{}, wrongRequest(r.op, "body", "it cannot be written as JSON")
		}
		body = bytes.NewReader(text)
	}
	var c connection
	req, err := http.NewRequestWithContext(httptrace.WithClientTrace(ctx, c.trace()), r.method, a.base+r.path, body)
	if err != nil {
		return answer{}, wrongRequest(r.op, "path", "it makes no URL, or the method is none")
	}
	req.Header.Set("Accept", "application/json")
	if body != nil {
		req.Header.Set("Content-Type", "application/json")
	}
	if r.authorization != "" {
		req.Header.Set("Authorization", r.authorization)
	}
	got, err := a.http.Do(req)
	if err != nil {
		failed := &Error{Op: r.op, Err: withoutURL(err)}
		failed.retry.NotSent = c.neverMade(err)
		return answer{}, failed
	}
	defer func() { _ = got.Body.Close() }()
	return read(r.op, got)
}

// read gives the answer, or the Error that it is.
func read(op string, got *http.Response) (answer, error) {
	status := got.StatusCode
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	if status < 200 || status > 299 {
		return answer{}, refusal(op, status, retryAfter(got.Header), body)
	}
	if err != nil {
		return answer{}, &Error{Op: op, Status: status, Err: withoutURL(err)}
	}
	if len(body) > maxAnswer {
		return answer{}, unreadable(op, status, errors.New("the answer is over 8 MiB"))
	}
	return answer{status, body}, nil
}

// retryAfter reads the header of that name where it gives seconds; else it is 0.
func retryAfter(h http.Header) time.Duration {
	seconds, err := strconv.ParseUint(h.Get("Retry-After"), 10, 31)
	if err != nil {
		return 0
	}
	return time.Duration(seconds) * time.Second
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
