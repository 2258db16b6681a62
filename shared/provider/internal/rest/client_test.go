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
