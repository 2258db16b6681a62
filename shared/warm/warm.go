package warm

import (
	"context"
	"io"
	"net/http"
	"strings"
	"sync/atomic"
	"time"
)

// maxIdle is how old a connection may be at its first request. AWS does not say how long
// it keeps one that was never used, and a function may be frozen between its start and its
// first event. A dead connection would cost that event a whole try.
const maxIdle = 20 * time.Second

// A Client is an HTTP client for the services of AWS. Make it with [NewClient]. It is safe
// for concurrent use.
type Client struct {
	http   http.Client
	opened atomic.Int64 // Unix time in ms of a connection that waits for its first request; 0 if there is none
}

// NewClient returns a client that has no connection yet. It follows no redirects, and has no
// time limit but that of each request's context.
func NewClient() *Client {
	transport := http.DefaultTransport.(*http.Transport).Clone() //nolint:forcetypeassert // it is documented
	transport.MaxIdleConnsPerHost = 10                           // a batch's, so that none is opened again for each
	return &Client{http: http.Client{
		Transport:     transport,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
}

// Do sends a request, unless it is part of a rehearsal.
func (c *Client) Do(r *http.Request) (*http.Response, error) {
	if rehearsal, ok := r.Context().Value(rehearsalKey{}).(*rehearsal); ok {
		return rehearsal.answer(r)
	}
	if at := c.opened.Swap(0); at != 0 && time.Since(time.UnixMilli(at)) > maxIdle {
		c.http.CloseIdleConnections()
	}
	return c.http.Do(r) //nolint:gosec // where to is the caller's choice, as of any HTTP client
}

type rehearsalKey struct{}

// A rehearsal answers requests in place of the service.
type rehearsal struct {
	body    string
	service string // the base URL of the last request
}

// Warm makes the call with a context with which Do sends nothing and answers each request
// with status 200 and the body. Then it opens a connection to the service that the call is
// for, by a request for its root, which is not signed and changes nothing. What the call
// returns does not matter: the first real call finds out what is wrong.
func (c *Client) Warm(ctx context.Context, body string, call func(context.Context)) {
	r := &rehearsal{body: body}
	call(context.WithValue(ctx, rehearsalKey{}, r))
	if r.service == "" {
		return
	}
	root, err := http.NewRequestWithContext(ctx, http.MethodGet, r.service, nil)
	if err != nil {
		return
	}
	answer, err := c.http.Do(root)
	if err != nil {
		return
	}
	defer func() { _ = answer.Body.Close() }()
	// The whole body is read, so that the connection can be used again.
	if _, err := io.Copy(io.Discard, answer.Body); err == nil {
		c.opened.Store(time.Now().UnixMilli())
	}
}

// answer reads the request as a connection would.
func (s *rehearsal) answer(r *http.Request) (*http.Response, error) {
	s.service = r.URL.Scheme + "://" + r.URL.Host + "/"
	if r.Body != nil {
		defer func() { _ = r.Body.Close() }()
		if _, err := io.Copy(io.Discard, r.Body); err != nil {
			return nil, err
		}
	}
	return &http.Response{
		StatusCode: http.StatusOK, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Request: r,
		Header:        http.Header{"Content-Type": {"application/x-amz-json-1.0"}},
		Body:          io.NopCloser(strings.NewReader(s.body)),
		ContentLength: int64(len(s.body)),
	}, nil
}
