package compliancely_test

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	"webhookintake/shared/provider/compliancely"
	"webhookintake/shared/webhook"
)

// A fake is the API as it is documented: it issues tokens, and gives the configured answers.
type fake struct {
	*httptest.Server
	mu      sync.Mutex
	calls   []call
	answers map[string][]answer // by "METHOD path"; the last one is given again
	now     time.Time
}

// A call is one request that the fake got.
type call struct {
	route, authorization, body string
}

// An answer is a status, or 0 for 200, with a body.
type answer struct {
	status int
	body   string
	header http.Header
}

const (
	tokenRoute   = "POST /api/v2/token/"
	refreshRoute = "POST /api/v2/token/refresh/"
	hookURL      = "https://example.com/hooks/compliancely"
)

func token(access, refresh string) answer {
	text, _ := json.Marshal(map[string]any{
		"access": access, "access_expiry_seconds": 3600, "refresh": refresh, "refresh_expiry_seconds": 86400,
	})
	return answer{body: string(text)}
}

// newFake answers the token endpoint with one token, and the rest with the given answers.
func newFake(t *testing.T, answers map[string][]answer) *fake {
	t.Helper()
	f := &fake{answers: map[string][]answer{tokenRoute: {token("access-1", "refresh-1")}}, now: time.Unix(1790000000, 0)}
	for route, list := range answers {
		f.answers[route] = list
	}
	f.Server = httptest.NewServer(f)
	t.Cleanup(f.Close)
	return f
}

func (f *fake) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, _ := io.ReadAll(r.Body)
	route := r.Method + " " + r.URL.EscapedPath()
	f.mu.Lock()
	f.calls = append(f.calls, call{route, r.Header.Get("Authorization"), string(body)})
	a := answer{status: http.StatusNotFound, body: `{"detail":"Not found."}`}
	if list := f.answers[route]; len(list) > 0 {
		a = list[0]
		if len(list) > 1 {
			f.answers[route] = list[1:]
		}
	}
	f.mu.Unlock()
	for name, lines := range a.header {
		w.Header()[name] = lines
	}
	w.WriteHeader(max(a.status, http.StatusOK))
	_, _ = io.WriteString(w, a.body)
}

// called are the requests so far, tokens' included.
func (f *fake) called() []call {
	f.mu.Lock()
	defer f.mu.Unlock()
	return append([]call(nil), f.calls...)
}

// count is how many requests of the route there were.
func (f *fake) count(route string) int {
	n := 0
	for _, c := range f.called() {
		if c.route == route {
			n++
		}
	}
	return n
}

func (f *fake) clock() time.Time {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.now
}

// pass lets time go by.
func (f *fake) pass(d time.Duration) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.now = f.now.Add(d)
}

// client calls the fake with a login.
func (f *fake) client(t *testing.T) *compliancely.Client {
	t.Helper()
	return newClient(t, compliancely.ClientOptions{
		BaseURL: f.URL + "/", Username: "user", Password: webhook.NewSecret("pass-7331"), WebhookURL: hookURL, Now: f.clock,
	})
}

func newClient(t *testing.T, o compliancely.ClientOptions) *compliancely.Client {
	t.Helper()
	c, err := compliancely.NewClient(o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}
