package lambdatest

import (
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
)

// A Recorder is a server that notes what another one, such as an [SQS], is asked, before it
// answers. [Record] makes one. It is safe for concurrent use.
type Recorder struct {
	Server *httptest.Server

	mu       sync.Mutex
	requests []string
	from     map[string]bool
}

// Record starts a server in front of a handler. The caller closes its Server.
func Record(h http.Handler) *Recorder {
	r := &Recorder{from: map[string]bool{}}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.mu.Lock()
		r.requests = append(r.requests, request.Method+" "+request.Header.Get("X-Amz-Target"))
		r.from[request.RemoteAddr] = true
		r.mu.Unlock()
		h.ServeHTTP(w, request)
	}))
	return r
}

// Requests returns the method and the operation of each request, as "POST AmazonSQS.SendMessage",
// and the number of connections on which they came.
func (r *Recorder) Requests() (requests []string, connections int) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests), len(r.from)
}
