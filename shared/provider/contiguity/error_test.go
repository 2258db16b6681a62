package contiguity_test

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

	"webhookintake/shared/provider/contiguity"
	"webhookintake/shared/provider/internal/resttest"
	"webhookintake/shared/webhook"
)

// hinted fails t unless err is an Error with this status and hint.
func hinted(t *testing.T, err error, status int, want webhook.Retry) *contiguity.Error {
	t.Helper()
	failed, ok := errors.AsType[*contiguity.Error](err)
	if !ok {
		t.Fatalf("error %v, want an Error", err)
	}
	hint, ok := errors.AsType[webhook.RetryHint](fmt.Errorf("handler: %w", err))
	if !ok || hint.Retry() != want || failed.Status != status {
		t.Errorf("%v: status %d, hint %+v; want %d, %+v", err, failed.Status, failed.Retry(), status, want)
	}
	return failed
}

func sendText(ctx context.Context, c *contiguity.Client) error {
	return only(c.SendText(ctx, contiguity.OutgoingText{To: "+15005550001", From: "+15005550002", Message: "private words"}))
}

// A proxy between the two may answer like this.
func TestStatusWithoutReason(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>", `{"id":"two words","data":"private"}`, `{"data":{"error":7}}`, "null"} {
		c := client(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, body)
		})
		failed := hinted(t, sendText(t.Context(), c), http.StatusBadGateway, webhook.Retry{})
		if failed.Error() != "contiguity: send text: status 502" {
			t.Errorf("Error for %q = %q", body, failed)
		}
	}
}

// The message may have been sent if the answer cannot be read.
func TestUnreadableAnswers(t *testing.T) {
	t.Parallel()
	for name, serve := range map[string]http.HandlerFunc{
		"no JSON":    func(w http.ResponseWriter, _ *http.Request) { fmt.Fprint(w, "private") },
		"nothing":    func(http.ResponseWriter, *http.Request) {},
		"other kind": func(w http.ResponseWriter, _ *http.Request) { answer(w, 200, "r", "o", `{"message_id":15005550001}`) },
		"too large": func(w http.ResponseWriter, _ *http.Request) {
			answer(w, 200, "r", "o", `{"message_id":"m"}`+strings.Repeat(" ", 8<<20)) // right, were it cut
		},
		"cut off": func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Length", "100")
			fmt.Fprint(w, `{"data":`)
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			failed := hinted(t, sendText(t.Context(), client(t, serve)), http.StatusOK, webhook.Retry{})
			if text := failed.Error(); strings.Contains(text, "private") || strings.Contains(text, "1500555") {
				t.Errorf("the error quotes the answer: %s", text)
			}
		})
	}
}

func restCase() resttest.Case {
	return resttest.Case{
		Private: []string{apiToken, "5550001", "private words"},
		Call: func(ctx context.Context, base string, client *http.Client) error {
			c, err := contiguity.NewClient(contiguity.ClientOptions{Token: webhook.NewSecret(apiToken), BaseURL: base, HTTP: client})
			if err != nil {
				return err
			}
			return sendText(ctx, c)
		},
	}
}

func TestNoAnswer(t *testing.T) {
	t.Parallel()
	resttest.Failures(t, restCase())
}

// An answer that does not come in time leaves open whether the message was sent.
func TestTimeouts(t *testing.T) {
	t.Parallel()
	t.Run("of the context", func(t *testing.T) {
		t.Parallel()
		ctx, cancel := context.WithCancel(t.Context())
		c := client(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body) // the whole request has come
			cancel()
			<-r.Context().Done()
		})
		if failed := hinted(t, sendText(ctx, c), 0, webhook.Retry{}); !errors.Is(failed, context.Canceled) {
			t.Errorf("error %v, want %v", failed, context.Canceled)
		}
	})
	t.Run("of the HTTP client", func(t *testing.T) {
		t.Parallel()
		server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			<-r.Context().Done()
		}))
		t.Cleanup(server.Close)
		c := newClient(t, contiguity.ClientOptions{BaseURL: server.URL, HTTP: &http.Client{Timeout: 50 * time.Millisecond}})
		if failed := hinted(t, sendText(t.Context(), c), 0, webhook.Retry{}); !errors.Is(failed, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", failed, context.DeadlineExceeded)
		}
	})
}

// The provider may quote what must not be shown.
func TestErrorsHide(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusBadRequest, `Cannot send "private words" to +15005550001 (+1 (500) 555-0001, 500.555.0001) from 15005550002, `+
			`me@example.com with https://files.example.com/private.png and `+apiToken+`: limit is 160, see 401`)
	})
	err := sendText(t.Context(), c)
	want := `contiguity: send text: status 400: Cannot send "[message]" to [to] ([number], [number]) from [number], ` +
		`[address] with [url] and [token]: limit is 160, see 401 (err_demo)`
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	for _, text := range []string{fmt.Sprintf("%+v", *c), fmt.Sprintf("%#v", *c), fmt.Sprintf("%#v", err)} {
		if strings.Contains(text, apiToken) || strings.Contains(text, "5550") {
			t.Errorf("printed: %s", text)
		}
	}
	long := client(t, func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusBadRequest, strings.Repeat("ä", 1000))
	})
	if failed := hinted(t, sendText(t.Context(), long), http.StatusBadRequest, webhook.Retry{Permanent: true}); len(failed.Message) > 310 {
		t.Errorf("a message of %d bytes", len(failed.Message))
	}
}
