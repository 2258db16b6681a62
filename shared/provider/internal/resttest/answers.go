package resttest

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"webhookintake/shared/provider/internal/rest"
)

// FuzzAnswers gives a call any status from 200 to 599 with any body; bodies are seeds. A
// failure is a [*rest.Error] with that status, says that nothing was sent for status 429
// alone, and has a text of printable ASCII apart from a Message that it may show.
func FuzzAnswers(f *testing.F, c Case, bodies ...string) {
	f.Helper()
	for _, body := range append(bodies, "<html>", "") {
		for _, status := range []int{200, 302, 400, 429, 502} {
			f.Add(status, body)
		}
	}
	f.Fuzz(func(t *testing.T, status int, body string) {
		if status < 200 || status > 599 {
			return
		}
		err := c.Call(t.Context(), "", Answering(status, body))
		if err == nil {
			if status > 299 {
				t.Fatalf("status %d is not an error", status)
			}
			return
		}
		failed, ok := errors.AsType[*rest.Error](err)
		if !ok || failed.Status != status || failed.Retry().NotSent != (status == http.StatusTooManyRequests) || len(err.Error()) > 1000 {
			t.Fatalf("status %d: %v", status, err)
		}
		text := strings.ReplaceAll(err.Error(), failed.Message, "")
		if strings.ContainsFunc(text, func(r rune) bool { return r < ' ' || r > '~' }) {
			t.Fatalf("status %d: %q", status, err.Error())
		}
		c.checkText(t, err)
	})
}

// Client returns an HTTP client that answers requests with answer.
func Client(answer func(*http.Request) (*http.Response, error)) *http.Client {
	return &http.Client{Transport: roundTripper(answer)}
}

// Answering returns an HTTP client that answers every request alike.
func Answering(status int, body string) *http.Client {
	return Client(func(r *http.Request) (*http.Response, error) {
		w := httptest.NewRecorder()
		w.WriteHeader(status)
		_, _ = w.WriteString(body) // into memory
		got := w.Result()
		got.Request = r
		return got, nil
	})
}

type roundTripper func(*http.Request) (*http.Response, error)

func (f roundTripper) RoundTrip(r *http.Request) (*http.Response, error) { return f(r) }
