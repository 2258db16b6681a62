package clitest

import (
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
)

// Token is a token of a provider's API. It must not be printed.
const Token = "sk_7331"

// An API answers each "METHOD path" with one body, and others with 404.
type API struct {
	*httptest.Server
	mu    sync.Mutex
	asked []string
}

// NewAPI starts an API with these answers.
func NewAPI(t *testing.T, answers map[string]string) *API {
	t.Helper()
	a := &API{}
	a.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		route := r.Method + " " + r.URL.Path
		a.mu.Lock()
		a.asked = append(a.asked, route+" "+r.Header.Get("Authorization"))
		a.mu.Unlock()
		body, ok := answers[route]
		if !ok {
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = w.Write([]byte(body))
	}))
	t.Cleanup(a.Close)
	return a
}

// Asked returns the requests so far, as "METHOD path authorization".
func (a *API) Asked() []string {
	a.mu.Lock()
	defer a.mu.Unlock()
	return a.asked
}
