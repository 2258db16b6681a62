package resttest

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/shared/provider/internal/rest"
	"webhookintake/shared/webhook"
)

// A Case is a client with one of its calls.
type Case struct {
	// Call makes a call that sends data, to the API at base, with the HTTP client. Nil is
	// the client's default.
	Call func(ctx context.Context, base string, client *http.Client) error
	// Private lists texts that no error may show, such as the token.
	Private []string
}

var errLost = errors.New("lost")

// Failures checks the error of a call that got no answer: its hint, its cause, and that
// it shows neither a URL nor anything private.
func Failures(t *testing.T, c Case) {
	t.Helper()
	api := httptest.NewServer(http.HandlerFunc(misbehave))
	t.Cleanup(api.Close)
	closed := httptest.NewServer(nil)
	closed.Close()
	canceled, cancel := context.WithCancel(t.Context())
	cancel()
	connecting, giveUp := context.WithCancel(t.Context())
	defer giveUp()
	unconnected := &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		giveUp() // while the call waits for its connection
		<-ctx.Done()
		return nil, ctx.Err()
	}}}
	for _, tt := range []struct {
		name    string
		ctx     context.Context //nolint:containedctx // of one row
		base    string
		client  *http.Client
		notSent bool
		cause   error // nil means that any will do
	}{
		{"no listener", t.Context(), closed.URL, nil, true, nil},
		{"context ended before", canceled, api.URL, nil, true, context.Canceled},
		{"no connection in time", connecting, api.URL, unconnected, true, context.Canceled},
		{"no TLS", t.Context(), strings.Replace(api.URL, "http:", "https:", 1), nil, true, nil},
		{"connection broken", t.Context(), api.URL + "/break", nil, false, io.EOF},
		{"transport without trace", t.Context(), api.URL, Client(func(*http.Request) (*http.Response, error) { return nil, errLost }), false, errLost},
		{"answer cut off", t.Context(), api.URL + "/cut", nil, false, io.ErrUnexpectedEOF},
		{"malformed Location", t.Context(), api.URL + "/nowhere", nil, false, nil},
		{"not HTTP", t.Context(), api.URL + "/noise", nil, false, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			err := c.Call(tt.ctx, tt.base, tt.client)
			failed, ok := errors.AsType[*rest.Error](err)
			if !ok || failed.Retry() != (webhook.Retry{NotSent: tt.notSent}) || failed.Err == nil {
				t.Fatalf("%v, want a rest.Error with NotSent %v", err, tt.notSent)
			}
			if tt.cause != nil && !errors.Is(err, tt.cause) {
				t.Errorf("%v, want %v", err, tt.cause)
			}
			c.checkText(t, err)
		})
	}
}

// checkText fails t if the text of err shows a URL or anything private.
func (c Case) checkText(t *testing.T, err error) {
	t.Helper()
	for _, private := range append([]string{"://", "s3cr3t"}, c.Private...) {
		if strings.Contains(err.Error(), private) {
			t.Errorf("the error shows %q: %v", private, err)
		}
	}
}

// misbehave answers by the first part of the path.
func misbehave(w http.ResponseWriter, r *http.Request) {
	switch name, _, _ := strings.Cut(r.URL.Path[1:], "/"); name {
	case "break":
		panic(http.ErrAbortHandler)
	case "cut":
		w.Header().Set("Content-Length", "100")
		fmt.Fprint(w, "{")
	case "nowhere":
		w.Header().Set("Location", "http://s3cr3t\x7f/")
		w.WriteHeader(http.StatusFound)
	case "noise":
		raw, _, err := http.NewResponseController(w).Hijack()
		if err == nil {
			fmt.Fprint(raw, "HTTP/1.1 200 OK\r\ns3cr3t\r\n\r\n")
			_ = raw.Close()
		}
	}
}
