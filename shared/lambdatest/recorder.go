package lambdatest

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"sync"
	"testing"
)

// A Recorder is a server that notes what another one, such as an [SQS], is asked, before it
// answers. [Record] makes one. It is safe for concurrent use.
type Recorder struct {
	Server *httptest.Server

	mu       sync.Mutex
	requests []string
	from     []string // the addresses of the connections, in the order in which they were opened
}

// WantOnce fails the test unless one of ten runs returns the wanted requests. One is enough, as
// net/http closes a connection if it did not see the end of its own request soon after the
// answer, which a busy machine can prevent.
func WantOnce(t testing.TB, want []string, run func() (requests []string)) {
	t.Helper()
	var last []string
	for range 10 {
		if last = run(); slices.Equal(last, want) {
			return
		}
	}
	t.Errorf("ten runs, the last with the requests %q; want %q in one of them", last, want)
}

// Record starts a server in front of a handler. The caller closes its Server.
func Record(h http.Handler) *Recorder {
	r := &Recorder{}
	r.Server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, request *http.Request) {
		r.note(request)
		h.ServeHTTP(w, request)
	}))
	return r
}

func (r *Recorder) note(request *http.Request) {
	r.mu.Lock()
	defer r.mu.Unlock()
	connection := slices.Index(r.from, request.RemoteAddr)
	if connection < 0 {
		connection = len(r.from)
		r.from = append(r.from, request.RemoteAddr)
	}
	r.requests = append(r.requests, fmt.Sprintf("%d: %s %s", connection+1, request.Method, request.Header.Get("X-Amz-Target")))
}

// Requests returns the number of the connection, the method and the operation of each request,
// as "1: POST AmazonSQS.SendMessage".
func (r *Recorder) Requests() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	return slices.Clone(r.requests)
}
