package rest_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/webhook"
)

// options returns the options of an API whose refusals are {"why", "wait"}.
func options(base string, client *http.Client) rest.Options {
	return rest.Options{
		Provider: "toy", BaseURL: base, DefaultURL: "https://toy.example", HTTP: client, Timeout: time.Minute,
		Explain: func(e *rest.Error, body, _ []byte) time.Duration {
			o, _ := webhook.ParseObject(body)
			e.Code = rest.Code(o.Get("why"))
			var wait time.Duration
			_ = json.Unmarshal(o.Get("wait"), &wait)
			return wait
		},
	}
}

func newClient(t *testing.T, o rest.Options) *rest.Client {
	t.Helper()
	c, err := rest.New(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func serve(t *testing.T, handle http.HandlerFunc) *httptest.Server {
	t.Helper()
	s := httptest.NewServer(handle)
	t.Cleanup(s.Close)
	return s
}

func TestFailures(t *testing.T) {
	t.Parallel()
	resttest.Failures(t, resttest.Case{Private: []string{"7331"}, Call: call})
}

func FuzzAnswer(f *testing.F) {
	resttest.FuzzAnswers(f, resttest.Case{Call: call}, `{"why":"rate_limited"}`)
}

func call(ctx context.Context, base string, client *http.Client) error {
	c, err := rest.New(options(base, client))
	if err != nil {
		return err
	}
	_, err = c.Do(ctx, rest.Request{Op: "send", Method: "POST", Path: "/7331", Authorization: "Token 7331", Body: "7331"})
	return err
}

func TestRequests(t *testing.T) {
	t.Parallel()
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		body, _ := io.ReadAll(r.Body)
		fmt.Fprintf(w, "%s %s|%s|%s|%s|%s", r.Method, r.URL, r.Header.Get("Accept"), r.Header.Get("Authorization"), r.Header.Get("Content-Type"), body)
	})
	for _, tt := range []struct {
		name string
		r    rest.Request
		want string
	}{
		{"no body", rest.Request{Method: "GET", Path: "/a?b=c", Authorization: "Token t"}, "GET /a?b=c|application/json|Token t||"},
		{"JSON", rest.Request{Method: "POST", Path: "/", Body: map[string]int{"a": 1}}, `POST /|application/json||application/json|{"a":1}`},
		{"form", rest.Request{Method: "PUT", Path: "/", Form: rest.Form{Body: []byte("a=b"), ContentType: "text/x"}}, "PUT /|application/json||text/x|a=b"},
	} {
		got, err := newClient(t, options(api.URL+"/", nil)).Do(t.Context(), tt.r)
		if err != nil || got.Status != http.StatusOK || string(got.Body) != tt.want {
			t.Errorf("%s: %q, %v; want %q", tt.name, got.Body, err, tt.want)
		}
	}
}

func TestInvalidRequests(t *testing.T) {
	t.Parallel()
	c := newClient(t, options("", resttest.Answering(http.StatusOK, "")))
	for _, tt := range []struct {
		name, field string
		r           rest.Request
	}{
		{"another host", "path", rest.Request{Method: "GET", Path: "@example.com/"}},
		{"not a URL", "path", rest.Request{Method: "GET", Path: "/\x7f"}},
		{"not a method", "path", rest.Request{Method: "GE T", Path: "/"}},
		{"not JSON", "body", rest.Request{Method: "PUT", Path: "/", Body: func() {}}},
	} {
		_, err := c.Do(t.Context(), tt.r)
		fault, _ := errors.AsType[*webhook.FieldError](err)
		hint, ok := errors.AsType[webhook.RetryHint](err)
		if fault == nil || fault.Field != tt.field || !ok || hint.Retry() != (webhook.Retry{Permanent: true, NotSent: true}) {
			t.Errorf("%s: %v, want a permanent fault in %s", tt.name, err, tt.field)
		}
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	for base, want := range map[string]bool{
		"": true, "https://a.example": true, "http://a.example/b/": true,
		"a.example": false, "/path": false, "ftp://a.example": false, "https://": false, "://": false, "https://\x7f": false,
	} {
		_, err := rest.New(options(base, nil))
		fault, ok := errors.AsType[*webhook.FieldError](err)
		if want != (err == nil) || !want && (!ok || fault.Field != "base_url") {
			t.Errorf("New with %q = %v", base, err)
		}
	}
}

func TestCheckToken(t *testing.T) {
	t.Parallel()
	for token, want := range map[string]bool{"sk_~!7": true, "": false, "a b": false, "s3cr3t\n": false, "\x7f": false, "é": false} {
		err := rest.CheckToken(webhook.NewSecret(token))
		fault, ok := errors.AsType[*webhook.FieldError](err)
		if want != (err == nil) || !want && (!ok || fault.Field != "token" || strings.Contains(err.Error(), "s3cr3t")) {
			t.Errorf("CheckToken(%q) = %v", token, err)
		}
	}
}

func TestRedirects(t *testing.T) {
	t.Parallel()
	elsewhere := serve(t, func(http.ResponseWriter, *http.Request) {})
	api := serve(t, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/away":
			http.Redirect(w, r, elsewhere.URL, http.StatusFound)
		case "/loop":
			http.Redirect(w, r, "/loop", http.StatusFound)
		case "/moved":
			http.Redirect(w, r, "/here", http.StatusFound)
		}
	})
	for _, tt := range []struct {
		method, path string
		follow       bool
		want         int
	}{
		{"GET", "/moved", true, http.StatusOK},
		{"GET", "/moved", false, http.StatusFound},
		{"POST", "/moved", true, http.StatusFound},
		{"GET", "/away", true, http.StatusFound},
		{"GET", "/loop", true, http.StatusFound},
	} {
		o := options(api.URL, &http.Client{CheckRedirect: func(*http.Request, []*http.Request) error { return nil }})
		o.FollowGET = tt.follow
		got, err := newClient(t, o).Do(t.Context(), rest.Request{Method: tt.method, Path: tt.path})
		failed, _ := errors.AsType[*rest.Error](err)
		if status := max(got.Status, status(failed)); status != tt.want || tt.want != http.StatusOK && !failed.Retry().Permanent {
			t.Errorf("%s %s, following %v: status %d, %v; want %d", tt.method, tt.path, tt.follow, status, err, tt.want)
		}
	}
}

func status(e *rest.Error) int {
	if e == nil {
		return 0
	}
	return e.Status
}

// closing records that its answer was closed.
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
		_ = call(t.Context(), "", &http.Client{Transport: closing{status, &closed}})
		if !closed {
			t.Errorf("the answer of status %d stays open", status)
		}
	}
}
