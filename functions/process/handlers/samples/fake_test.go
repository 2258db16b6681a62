package samples

import (
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	"webhookintake/shared/hook"
	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/webhook"
)

// Values that only the other side may see.
const (
	person = "+15005550001"
	ours   = "+15005550002"
	token  = "sk_suite_77aa"
)

// logged collects what the default logger writes during a test. It changes a global, so the
// tests that use it do not run in parallel.
func logged(t *testing.T) *strings.Builder {
	t.Helper()
	var out strings.Builder
	before := slog.Default()
	slog.SetDefault(slog.New(slog.NewTextHandler(&out, nil)))
	t.Cleanup(func() { slog.SetDefault(before) })
	return &out
}

// A service is the other side of a call. It records the calls that it gets.
type service struct {
	*httptest.Server
	retryAfter string // seconds, of every answer

	mu    sync.Mutex
	calls []string // "POST /send/text {…}"
	kept  int      // calls that did not ask to close the connection
}

// newService answers each call with a status and a body.
func newService(t *testing.T, status int, body string) *service {
	t.Helper()
	return newServiceOf(t, body, status)
}

// newServiceOf answers the first call with the first status, and so on; the last one stays.
func newServiceOf(t *testing.T, body string, statuses ...int) *service {
	t.Helper()
	s := &service{retryAfter: "30"}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		text, err := io.ReadAll(r.Body)
		if err != nil {
			t.Error(err)
		}
		s.mu.Lock()
		defer s.mu.Unlock()
		status := statuses[min(len(s.calls), len(statuses)-1)]
		s.calls = append(s.calls, fmt.Sprintf("%s %s %s", r.Method, r.URL.Path, text))
		if !r.Close {
			s.kept++
		}
		w.Header().Set("Retry-After", s.retryAfter)
		w.Header().Set("Location", "/elsewhere") // of status 302
		w.WriteHeader(status)
		_, _ = io.WriteString(w, body)
	}))
	t.Cleanup(s.Close)
	return s
}

// got returns the calls so far.
func (s *service) got() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.calls
}

// contiguity returns a client of the service, as Register makes it.
func (s *service) contiguity(t *testing.T) *contiguity.Client {
	t.Helper()
	return contiguityAt(t, s.URL)
}

func contiguityAt(t *testing.T, base string) *contiguity.Client {
	t.Helper()
	client, err := newContiguity(webhook.NewSecret(token), base)
	if err != nil {
		t.Fatal(err)
	}
	return client
}

// wantCalls checks the calls, and that no connection was kept.
func wantCalls(t *testing.T, s *service, want ...string) {
	t.Helper()
	if got := s.got(); fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("calls:\n%s\nwant:\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if s.kept > 0 {
		t.Errorf("%d calls would have kept their connection, which Lambda may freeze", s.kept)
	}
}

// wantSecret checks that a text has none of the private values.
func wantSecret(t *testing.T, text string) {
	t.Helper()
	for _, private := range []string{person, ours, token, "are you open", "Yes.", "Jane", "000000000"} {
		if strings.Contains(text, private) {
			t.Errorf("%q is in %q", private, text)
		}
	}
}

// nobody returns the address of a port on which nobody listens.
func nobody(t *testing.T) string {
	t.Helper()
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}
	return "http://" + listener.Addr().String()
}

// wantRetry compares what an error says about a retry.
func wantRetry(t *testing.T, err error, want webhook.Retry) {
	t.Helper()
	if err == nil {
		t.Fatal("no error")
	}
	if got := hook.Hint(err); got != want {
		t.Errorf("%v says %+v, want %+v", err, got, want)
	}
}
