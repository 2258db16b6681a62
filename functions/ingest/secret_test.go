package main

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
)

// A secretServer is a Secrets Manager with one secret.
type secretServer struct {
	*httptest.Server
	count atomic.Int64
}

func (s *secretServer) reads() int { return int(s.count.Load()) }

// newSecret serves a secret's value.
func newSecret(t *testing.T, value string) *secretServer {
	t.Helper()
	s := &secretServer{}
	s.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		s.count.Add(1)
		w.Header().Set("Content-Type", "application/x-amz-json-1.1")
		_ = json.NewEncoder(w).Encode(map[string]string{"SecretString": value, "Name": "sources"})
	}))
	t.Cleanup(s.Close)
	return s
}
