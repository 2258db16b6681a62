package rest

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// maxAnswer is the longest answer that is read, in bytes.
const maxAnswer = 8 << 20

var (
	// ErrRequest says that method and URL make no request to a host.
	ErrRequest = errors.New("it makes no HTTP request")
	// ErrTooLong says that the answer was not read to its end.
	ErrTooLong = errors.New("the answer is over 8 MiB")
)

// A Request is one call.
type Request struct {
	Method, URL   string
	Authorization string // the header's value; empty: none
	Body          []byte // nil: none
	ContentType   string // of Body; empty means application/json
}

// An Answer is what came back, of whatever status.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte // of a status other than 2xx as much as could be read
}

// OK reports whether the status is 2xx.
func (a Answer) OK() bool { return a.Status >= 200 && a.Status <= 299 }

// A Failure is what happened in place of an answer.
type Failure struct {
	Status  int   // of an answer that could not be read; 0 where none came
	Err     error // [ErrRequest], [ErrTooLong], or the error of the network or the context
	NotSent bool  // nothing was sent; false where it may have been
}

// Client is a copy of the given client, or where that is nil one that gives up after the
// timeout. It follows a redirect only where redirect returns nil; a nil redirect follows
// none.
func Client(given *http.Client, timeout time.Duration, redirect func(to *http.Request, via []*http.Request) error) *http.Client {
	own := http.Client{Timeout: timeout}
	if given != nil {
		own = *given
	}
	own.CheckRedirect = redirect
	if redirect == nil {
		own.CheckRedirect = func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	}
	return &own
}

// Do makes the call, once. The Failure is nil where an answer came.
func Do(ctx context.Context, client *http.Client, r Request) (Answer, *Failure) {
	if err := ctx.Err(); err != nil {
		return Answer{}, &Failure{Err: err, NotSent: true}
	}
	var c connection
	req, err := http.NewRequestWithContext(c.watch(ctx), r.Method, r.URL, bytes.NewReader(r.Body))
	if err != nil || req.URL.Host == "" || req.URL.Scheme != "https" && req.URL.Scheme != "http" {
		return Answer{}, &Failure{Err: ErrRequest, NotSent: true}
	}
	req.Header.Set("Accept", "application/json")
	if r.Body != nil {
		req.Header.Set("Content-Type", cmp.Or(r.ContentType, "application/json"))
	}
	if r.Authorization != "" {
		req.Header.Set("Authorization", r.Authorization)
	}
	got, err := client.Do(req)
	if err != nil {
		return Answer{}, &Failure{Err: withoutQuotes(err), NotSent: c.neverMade(err)}
	}
	defer func() { _ = got.Body.Close() }() // what was read is all that counts
	return read(got)
}

func read(got *http.Response) (Answer, *Failure) {
	body, err := io.ReadAll(io.LimitReader(got.Body, maxAnswer+1))
	answer := Answer{Status: got.StatusCode, Header: got.Header, Body: body}
	switch {
	case !answer.OK():
		return answer, nil
	case err != nil:
		return Answer{}, &Failure{Status: answer.Status, Err: withoutQuotes(err)}
	case len(body) > maxAnswer:
		return Answer{}, &Failure{Status: answer.Status, Err: ErrTooLong}
	}
	return answer, nil
}
