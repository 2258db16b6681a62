package remote_test

import (
	"context"
	"errors"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"webhookintake/functions/hookctl/operate"
	"webhookintake/functions/hookctl/operate/remote"
	"webhookintake/shared/ledger"
	"webhookintake/shared/queue"
)

const token = "the-token"

// counted is an intake that can only count.
type counted struct {
	operate.Intake
	calls int
}

func (c *counted) Counts(context.Context) (operate.Counts, error) {
	c.calls++
	return operate.Counts{}, nil
}

// Only a program that has read the token reaches the intake, never a web page.
func TestGuard(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name, method, host, authorization string
		header                            string // that only browsers send
		want                              int
	}{
		{name: "a command", want: http.StatusOK},
		{name: "at localhost", host: "LocalHost:8080", want: http.StatusOK},
		{name: "at IPv6", host: "[::1]:8080", want: http.StatusOK},
		{name: "without a token", authorization: "none", want: http.StatusUnauthorized},
		{name: "an empty token", authorization: "Bearer ", want: http.StatusUnauthorized},
		{name: "another token", authorization: "Bearer the-tokem", want: http.StatusUnauthorized},
		{name: "a longer token", authorization: "Bearer the-token2", want: http.StatusUnauthorized},
		{name: "a page", header: "Origin", want: http.StatusForbidden},
		{name: "a form of a page", header: "Sec-Fetch-Site", want: http.StatusForbidden},
		{name: "a name that leads here", host: "evil.example:8080", want: http.StatusForbidden},
		{name: "a name like ours", host: "127.0.0.1.evil.example", want: http.StatusForbidden},
		{name: "another machine", host: "192.0.2.1:8080", want: http.StatusForbidden},
		{name: "no host", host: "-", want: http.StatusForbidden},
		{name: "a link", method: http.MethodGet, want: http.StatusMethodNotAllowed},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			method := http.MethodPost
			if tt.method != "" {
				method = tt.method
			}
			r := httptest.NewRequestWithContext(t.Context(), method, remote.Path+"counts", strings.NewReader("{}"))
			r.Host = "127.0.0.1:8080"
			if tt.host != "" {
				r.Host = strings.Trim(tt.host, "-")
			}
			r.Header.Set("Authorization", "Bearer "+token)
			if tt.authorization != "" {
				r.Header.Set("Authorization", tt.authorization)
			}
			if tt.header != "" {
				r.Header.Set(tt.header, "")
			}
			in := &counted{}
			w := httptest.NewRecorder()
			remote.Handler(in, token).ServeHTTP(w, r)
			if w.Code != tt.want || (in.calls == 1) != (tt.want == http.StatusOK) {
				t.Errorf("status %d, want %d; reached the intake %d times", w.Code, tt.want, in.calls)
			}
			if strings.Contains(w.Body.String(), "evil") || strings.Contains(w.Body.String(), token) {
				t.Errorf("the answer quotes the request: %s", w.Body)
			}
		})
	}
}

// Without a token of its own, a handler lets nobody in.
func TestNoToken(t *testing.T) {
	t.Parallel()
	r := httptest.NewRequestWithContext(t.Context(), http.MethodPost, remote.Path+"counts", strings.NewReader("{}"))
	r.Host = "127.0.0.1"
	r.Header.Set("Authorization", "Bearer ")
	w := httptest.NewRecorder()
	remote.Handler(&counted{}, "").ServeHTTP(w, r)
	if w.Code != http.StatusUnauthorized {
		t.Errorf("status %d", w.Code)
	}
}

// client returns a client of what answers with this status and body.
func client(t *testing.T, status int, body string) *remote.Client {
	t.Helper()
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.WriteHeader(status)
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(s.Close)
	return &remote.Client{Address: remote.Address{URL: s.URL, Token: token}, HTTP: s.Client()}
}

// An answer that is cut off, or not of our program, is an error and never taken as whole.
func TestAnswersThatAreNotWhole(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name   string
		status int
		body   string
		want   string
	}{
		{"cut off", http.StatusOK, `{"found":{"Key":"kyc#1"}}` + "\n", "not whole"},
		{"nothing", http.StatusOK, "", "not whole"},
		{"another program", http.StatusOK, "<html>", "not whole"},
		{"another program's refusal", http.StatusBadGateway, "<html>", "status 502"},
		{"an error", http.StatusOK, `{"error":"the table is away"}`, "the table is away"},
		{"a refusal", http.StatusUnauthorized, `{"error":"the token is wrong"}`, "the token is wrong"},
		{"a foreign item", http.StatusOK, `{"skipped":"its key is foreign"}`, "its key is foreign"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			l, _ := client(t, tt.status, tt.body).Ledger()
			var last error
			for _, err := range l.Records(t.Context(), ledger.Scan{}) {
				last = err
			}
			if last == nil || !strings.Contains(last.Error(), tt.want) {
				t.Errorf("Records ends with %v, want %q", last, tt.want)
			}
		})
	}
	q, _ := client(t, http.StatusOK, `{"failures":[{}]}`).Queue()
	for i, err := range q.Delete(t.Context(), []string{"a", "b"}) {
		if err == nil {
			t.Errorf("deletion %d succeeded, though one answer is missing", i)
		}
	}
	if errs := q.Defer(t.Context(), []queue.Deferral{{Receipt: "a"}}); errs[0] != nil {
		t.Errorf("Defer = %v", errs[0])
	}
}

func TestAddress(t *testing.T) {
	t.Parallel()
	folder := t.TempDir()
	if _, err := remote.ReadAddress(folder); !errors.Is(err, remote.ErrNotRunning) {
		t.Errorf("without a file: %v", err)
	}
	a := remote.Address{URL: "http://127.0.0.1:8080", Token: remote.NewToken()}
	if err := a.Write(folder); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(folder, remote.FileName)
	if info, err := os.Stat(path); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the file has mode %v, %v", info.Mode(), err)
	}
	if got, err := remote.ReadAddress(folder); err != nil || got != a {
		t.Errorf("read %+v, %v", got, err)
	}
	other := remote.Address{URL: a.URL, Token: remote.NewToken()}
	if err := other.Remove(folder); err != nil { // it runs no more; another program does
		t.Fatal(err)
	}
	if _, err := os.Stat(path); err != nil {
		t.Errorf("another program's file was removed: %v", err)
	}
	if err := a.Remove(folder); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("the file is still there: %v", err)
	}
	if err := os.WriteFile(path, []byte(`{"url":"http://127.0.0.1:1"}`), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := remote.ReadAddress(folder); err == nil || errors.Is(err, remote.ErrNotRunning) {
		t.Errorf("without a token: %v", err)
	}
}
