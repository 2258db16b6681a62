package contiguity_test

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"webhookintake/shared/provider/contiguity"
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

// TestStatuses is the table of what an answer means for a retry.
func TestStatuses(t *testing.T) {
	t.Parallel()
	permanent := webhook.Retry{Permanent: true}
	for _, tt := range []struct {
		status     int
		retryAfter string
		want       webhook.Retry
	}{
		{http.StatusBadRequest, "", permanent},
		{http.StatusUnauthorized, "", permanent},
		{http.StatusForbidden, "", permanent},
		{http.StatusNotFound, "9", permanent},
		{http.StatusRequestTimeout, "", webhook.Retry{}},
		{http.StatusTooManyRequests, "", webhook.Retry{After: 30 * time.Second, NotSent: true}},
		{http.StatusTooManyRequests, "7", webhook.Retry{NotSent: true, After: 7 * time.Second}},
		{http.StatusTooManyRequests, "Mon, 21 Sep 2026 14:13:20 GMT", webhook.Retry{After: 30 * time.Second, NotSent: true}},
		{http.StatusTooManyRequests, "-7", webhook.Retry{After: 30 * time.Second, NotSent: true}},
		{http.StatusTooManyRequests, "99999999999", webhook.Retry{After: 30 * time.Second, NotSent: true}},
		{http.StatusInternalServerError, "", webhook.Retry{}},
		{http.StatusServiceUnavailable, "7", webhook.Retry{After: 7 * time.Second}},
		{http.StatusGatewayTimeout, "", webhook.Retry{}},
		{http.StatusTemporaryRedirect, "", permanent},
	} {
		t.Run(fmt.Sprint(tt.status, tt.retryAfter), func(t *testing.T) {
			t.Parallel()
			c := client(t, func(w http.ResponseWriter, r *http.Request) {
				if r.URL.Path != "/send/text" {
					t.Errorf("a redirect was followed to %s", r.URL.Path)
				}
				w.Header().Set("Location", "/elsewhere")
				if tt.retryAfter != "" {
					w.Header().Set("Retry-After", tt.retryAfter)
				}
				fail(w, tt.status, "because")
			})
			failed := hinted(t, sendText(t.Context(), c), tt.status, tt.want)
			if failed.Message != "because" || failed.ID != "err_demo" {
				t.Errorf("message %q, id %q", failed.Message, failed.ID)
			}
			if want := fmt.Sprintf("send text: status %d: because (err_demo)", tt.status); failed.Error() != want {
				t.Errorf("Error = %q, want %q", failed, want)
			}
		})
	}
}

// TestStatusWithoutReason answers as a proxy in between may.
func TestStatusWithoutReason(t *testing.T) {
	t.Parallel()
	for _, body := range []string{"", "<html>", `{"id":"two words","data":"private"}`, `{"data":{"error":7}}`, "null"} {
		c := client(t, func(w http.ResponseWriter, _ *http.Request) {
			w.WriteHeader(http.StatusBadGateway)
			fmt.Fprint(w, body)
		})
		failed := hinted(t, sendText(t.Context(), c), http.StatusBadGateway, webhook.Retry{})
		if failed.Error() != "send text: status 502" {
			t.Errorf("Error for %q = %q", body, failed)
		}
	}
}

// TestUnreadableAnswers are of messages that may have been sent.
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

// TestNothingWasSent are the ways in which no connection comes about.
func TestNothingWasSent(t *testing.T) {
	t.Parallel()
	notSent := webhook.Retry{NotSent: true}
	listener, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	closed := "http://" + listener.Addr().String()
	if err := listener.Close(); err != nil {
		t.Fatal(err)
	}

	t.Run("refused", func(t *testing.T) {
		t.Parallel()
		_, c := newAPI(t)
		c.BaseURL = closed
		hinted(t, sendText(t.Context(), c), 0, notSent)
	})
	t.Run("no time left", func(t *testing.T) {
		t.Parallel()
		api, c := newAPI(t)
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		failed := hinted(t, sendText(ctx, c), 0, notSent)
		if calls := api.called(); !errors.Is(failed, context.Canceled) || len(calls) > 0 {
			t.Errorf("error %v after %d calls", failed, len(calls))
		}
	})
	t.Run("connecting takes too long", func(t *testing.T) {
		t.Parallel()
		_, c := newAPI(t)
		c.HTTP = &http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
			<-ctx.Done()
			return nil, ctx.Err()
		}}}
		ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
		defer cancel()
		if failed := hinted(t, sendText(ctx, c), 0, notSent); !errors.Is(failed, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", failed, context.DeadlineExceeded)
		}
	})
	t.Run("no TLS", func(t *testing.T) {
		t.Parallel()
		_, c := newAPI(t)
		c.BaseURL = strings.Replace(c.BaseURL, "http:", "https:", 1)
		hinted(t, sendText(t.Context(), c), 0, notSent)
	})
}

// TestNobodyKnows are the ways in which a message may have been sent, or not.
func TestNobodyKnows(t *testing.T) {
	t.Parallel()
	t.Run("no answer in time", func(t *testing.T) {
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
	t.Run("the client's own time-out", func(t *testing.T) {
		t.Parallel()
		c := client(t, func(_ http.ResponseWriter, r *http.Request) {
			_, _ = io.ReadAll(r.Body)
			<-r.Context().Done()
		})
		c.HTTP.Timeout = 50 * time.Millisecond
		if failed := hinted(t, sendText(t.Context(), c), 0, webhook.Retry{}); !errors.Is(failed, context.DeadlineExceeded) {
			t.Errorf("error %v, want %v", failed, context.DeadlineExceeded)
		}
	})
	t.Run("connection lost", func(t *testing.T) {
		t.Parallel()
		c := client(t, func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) })
		hinted(t, sendText(t.Context(), c), 0, webhook.Retry{})
	})
	t.Run("a transport that does not tell", func(t *testing.T) {
		t.Parallel()
		_, c := newAPI(t)
		c.HTTP = &http.Client{Transport: silent{}}
		if failed := hinted(t, sendText(t.Context(), c), 0, webhook.Retry{}); !errors.Is(failed, errBroken) {
			t.Errorf("error %v, want %v", failed, errBroken)
		}
	})
}

// silent is a transport that fails and does not say how far it came.
type silent struct{}

func (silent) RoundTrip(*http.Request) (*http.Response, error) { return nil, errBroken }

// TestErrorsHide lets the provider quote what it should not.
func TestErrorsHide(t *testing.T) {
	t.Parallel()
	c := client(t, func(w http.ResponseWriter, _ *http.Request) {
		fail(w, http.StatusBadRequest, `Cannot send "private words" to +15005550001 (+1 (500) 555-0001, 500.555.0001) from 15005550002, `+
			`me@example.com with https://files.example.com/private.png and `+apiToken+`: limit is 160, see 401`)
	})
	err := sendText(t.Context(), c)
	want := `send text: status 400: Cannot send "[message]" to [to] ([number], [number]) from [number], ` +
		`[address] with [url] and [token]: limit is 160, see 401 (err_demo)`
	if err == nil || err.Error() != want {
		t.Errorf("error\n%v\nwant\n%s", err, want)
	}
	for _, text := range []string{fmt.Sprintf("%+v", c), fmt.Sprintf("%#v", c), fmt.Sprintf("%#v", err)} {
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
