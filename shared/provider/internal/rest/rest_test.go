package rest_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// serve is the URL of a server, and a client that knows it.
func serve(t *testing.T, handle http.HandlerFunc) (string, *http.Client) {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s.URL, s.Client()
}

func TestRequests(t *testing.T) {
	t.Parallel()
	url, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s|%s|%s|%s|%s", r.Method, r.URL, r.Header.Get("Accept"), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body)
	})
	for _, tt := range []struct {
		name string
		r    rest.Request
		want string
	}{
		{"question", rest.Request{Method: "GET", URL: url + "/a?b=c", Authorization: "Token t"}, "GET /a?b=c|application/json|Token t||"},
		{"JSON", rest.Request{Method: "POST", URL: url, Body: []byte("{}")}, "POST /|application/json||application/json|{}"},
		{"no text", rest.Request{Method: "POST", URL: url, Body: []byte{}}, "POST /|application/json||application/json|"},
		{"a form", rest.Request{Method: "PUT", URL: url, Body: []byte("a=b"), ContentType: "text/x"}, "PUT /|application/json||text/x|a=b"},
	} {
		got, failed := rest.Do(t.Context(), client, tt.r)
		if failed != nil || !got.OK() || string(got.Body) != tt.want {
			t.Errorf("%s: %q, %+v; want %q", tt.name, got.Body, failed, tt.want)
		}
	}
}

func TestFailures(t *testing.T) {
	t.Parallel()
	url, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/break":
			panic(http.ErrAbortHandler)
		case "/cut":
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, "{")
		case "/nowhere":
			w.Header().Set("Location", "http://s3cr3t\x7f/")
			w.WriteHeader(http.StatusFound)
		case "/noise":
			raw, _, err := http.NewResponseController(w).Hijack()
			if err == nil {
				fmt.Fprint(raw, "HTTP/1.1 200 OK\r\ns3cr3t\r\n\r\n")
				_ = raw.Close()
			}
		case "/long":
			fmt.Fprint(w, strings.Repeat(" ", 8<<20+1))
		}
	})
	closed := httptest.NewServer(nil)
	closed.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	for _, tt := range []struct {
		name   string
		ctx    context.Context //nolint:containedctx // a row's
		method string
		url    string
		client *http.Client
		want   rest.Failure
	}{
		{"context over", canceled, "GET", url, client, rest.Failure{Err: context.Canceled, NotSent: true}},
		{"no URL", t.Context(), "GET", "http://\x7f/7331", client, rest.Failure{Err: rest.ErrRequest, NotSent: true}},
		{"no host", t.Context(), "GET", "/7331", client, rest.Failure{Err: rest.ErrRequest, NotSent: true}},
		{"another protocol", t.Context(), "GET", "ftp://" + strings.TrimPrefix(url, "http://"), client, rest.Failure{Err: rest.ErrRequest, NotSent: true}},
		{"redirected to what is no URL", t.Context(), "GET", url + "/nowhere", client, rest.Failure{}},
		{"no HTTP", t.Context(), "GET", url + "/noise", client, rest.Failure{}},
		{"nobody listens where it is sent on", t.Context(), "GET", redirecting(t, closed.URL), http.DefaultClient, rest.Failure{}},
		{"no method", t.Context(), "A B", url, client, rest.Failure{Err: rest.ErrRequest, NotSent: true}},
		{"nobody listens", t.Context(), "GET", closed.URL, client, rest.Failure{NotSent: true}},
		{"broken off", t.Context(), "POST", url + "/break", client, rest.Failure{Err: io.EOF}},
		{"a transport that tells nothing", t.Context(), "GET", url, &http.Client{Transport: silent{}}, rest.Failure{Err: errLost}},
		{"cut off", t.Context(), "GET", url + "/cut", client, rest.Failure{Status: 200, Err: io.ErrUnexpectedEOF}},
		{"too long", t.Context(), "GET", url + "/long", client, rest.Failure{Status: 200, Err: rest.ErrTooLong}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			got, failed := rest.Do(tt.ctx, tt.client, rest.Request{Method: tt.method, URL: tt.url})
			if failed == nil || got.Status != 0 {
				t.Fatalf("answer %+v, want none", got)
			}
			if failed.Status != tt.want.Status || failed.NotSent != tt.want.NotSent || tt.want.Err != nil && !errors.Is(failed.Err, tt.want.Err) {
				t.Errorf("%+v, want %+v", failed, tt.want)
			}
			for _, private := range []string{"http", "7331", "s3cr3t"} {
				if strings.Contains(failed.Err.Error(), private) {
					t.Errorf("the error shows %s: %v", private, failed.Err)
				}
			}
		})
	}
}

// redirecting is the URL of a server that sends everybody on: the call had its connection.
func redirecting(t *testing.T, to string) string {
	t.Helper()
	url, _ := serve(t, func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, to, http.StatusFound) })
	return url
}

var errLost = errors.New("lost")

// silent fails without a word to a trace, so nobody knows what it sent.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errLost }

// closing tells of the end of the answer that it gives.
type closing struct {
	status int
	closed *bool
}

func (c closing) RoundTrip(*http.Request) (*http.Response, error) {
	return &http.Response{StatusCode: c.status, Body: c}, nil
}
func (c closing) Read([]byte) (int, error) { return 0, io.EOF }
func (c closing) Close() error             { *c.closed = true; return nil }

// An answer that stays open keeps its connection from being used again.
func TestAnswersAreClosed(t *testing.T) {
	t.Parallel()
	for _, status := range []int{http.StatusOK, http.StatusFound, http.StatusInternalServerError} {
		closed := false
		client := rest.Client(&http.Client{Transport: closing{status, &closed}}, 0, nil)
		if _, failed := rest.Do(t.Context(), client, rest.Request{Method: "GET", URL: "http://api.example"}); failed != nil || !closed {
			t.Errorf("status %d: %+v, closed %v", status, failed, closed)
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	url, client := serve(t, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/there" {
			fmt.Fprint(w, "there")
			return
		}
		http.Redirect(w, r, "/there", http.StatusFound)
	})
	follow := func(*http.Request, []*http.Request) error { return nil }
	client.CheckRedirect = follow
	for _, tt := range []struct {
		redirect func(*http.Request, []*http.Request) error
		status   int
	}{{nil, http.StatusFound}, {follow, http.StatusOK}} {
		got, failed := rest.Do(t.Context(), rest.Client(client, 0, tt.redirect), rest.Request{Method: "GET", URL: url})
		if failed != nil || got.Status != tt.status {
			t.Errorf("status %d, %+v; want %d", got.Status, failed, tt.status)
		}
	}
	if own := rest.Client(nil, time.Minute, nil); own.Timeout != time.Minute {
		t.Errorf("timeout %s, want the one that was given", own.Timeout)
	}
	if own := rest.Client(client, time.Minute, nil); own.Timeout != client.Timeout || own == client {
		t.Error("want a copy of the given client, with its own timeout")
	}
}

func TestRetry(t *testing.T) {
	t.Parallel()
	const after = 7 * time.Second
	for status, want := range map[int]webhook.Retry{
		302: {Permanent: true}, 400: {Permanent: true}, 401: {Permanent: true}, 404: {Permanent: true}, 409: {Permanent: true},
		408: {After: after}, 429: {After: after, NotSent: true}, 500: {After: after}, 503: {After: after}, 504: {After: after},
	} {
		if got := rest.Retry(status, after); got != want {
			t.Errorf("Retry of %d = %+v, want %+v", status, got, want)
		}
	}
	for status, want := range map[int]webhook.Retry{429: {After: 30 * time.Second, NotSent: true}, 503: {}, 404: {Permanent: true}} {
		if got := rest.Retry(status, 0); got != want {
			t.Errorf("Retry of %d without a time = %+v, want %+v", status, got, want)
		}
	}
	for text, want := range map[string]time.Duration{"": 0, "7": after, "-7": 0, "soon": 0, "0.5": 0, "99999999999": 0} {
		if got := rest.RetryAfter(http.Header{"Retry-After": {text}}); got != want {
			t.Errorf("RetryAfter of %q = %s, want %s", text, got, want)
		}
	}
}

func TestTexts(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]bool{
		"rate_limited": true, "A": true, strings.Repeat("a", 40): true,
		"": false, "two words": false, "id7": false, "naïve": false, strings.Repeat("a", 41): false,
	} {
		if rest.IsWord(text) != want {
			t.Errorf("IsWord(%q) = %v", text, !want)
		}
	}
	for text, want := range map[string]bool{"": true, "sk_~!7": true, "a b": false, "a\n": false, "\x7f": false, "é": false} {
		if rest.IsHeaderText(text) != want {
			t.Errorf("IsHeaderText(%q) = %v", text, !want)
		}
	}
}
