package lambdatest

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"strconv"
	"sync"
	"time"
)

// A runtimeAPI is Lambda's side of one run of a program.
// Protocol: https://docs.aws.amazon.com/lambda/latest/dg/runtimes-api.html
type runtimeAPI struct {
	server *http.Server
	addr   string
	work   chan *invocation // unbuffered: the program has taken what was sent
	ready  chan struct{}    // closed when the program first asks for work

	mu        sync.Mutex
	asked     bool
	flying    map[string]*invocation // by request id
	count     int
	initError string
}

// An invocation is one event that the program works on.
type invocation struct {
	payload []byte
	timeout time.Duration
	done    chan Response // with room for the one answer
}

func newRuntimeAPI() (*runtimeAPI, error) {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	api := &runtimeAPI{
		addr:   listener.Addr().String(),
		work:   make(chan *invocation),
		ready:  make(chan struct{}),
		flying: map[string]*invocation{},
	}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /2018-06-01/runtime/invocation/next", api.next)
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/response", api.answer(false))
	mux.HandleFunc("POST /2018-06-01/runtime/invocation/{id}/error", api.answer(true))
	mux.HandleFunc("POST /2018-06-01/runtime/init/error", api.failInit)
	api.server = &http.Server{Handler: mux, ReadHeaderTimeout: time.Minute}
	go func() { _ = api.server.Serve(listener) }() // ends with close
	return api, nil
}

func (api *runtimeAPI) close() error { return api.server.Close() }

// next answers with an invocation as soon as there is one.
func (api *runtimeAPI) next(w http.ResponseWriter, r *http.Request) {
	api.mu.Lock()
	if !api.asked {
		api.asked = true
		close(api.ready)
	}
	api.mu.Unlock()
	select {
	case <-r.Context().Done():
	case i := <-api.work:
		header := w.Header()
		header.Set("Lambda-Runtime-Aws-Request-Id", api.take(i))
		header.Set("Lambda-Runtime-Deadline-Ms", strconv.FormatInt(time.Now().Add(i.timeout).UnixMilli(), 10))
		header.Set("Lambda-Runtime-Invoked-Function-Arn", "arn:aws:lambda:us-east-1:123456789012:function:test")
		header.Set("Content-Type", "application/json")
		_, _ = w.Write(i.payload) // it fails if the program has ended, which Invoke notices
	}
}

// take records that the program works on i, and gives it an id.
func (api *runtimeAPI) take(i *invocation) (id string) {
	api.mu.Lock()
	defer api.mu.Unlock()
	api.count++
	id = fmt.Sprintf("00000000-0000-4000-8000-%012d", api.count)
	api.flying[id] = i
	return id
}

// answer receives what a function returned, or that it failed.
func (api *runtimeAPI) answer(failed bool) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		api.mu.Lock()
		i := api.flying[r.PathValue("id")]
		delete(api.flying, r.PathValue("id"))
		api.mu.Unlock()
		payload, err := io.ReadAll(r.Body)
		if i == nil || err != nil {
			http.Error(w, "no such invocation, or its answer broke off", http.StatusBadRequest)
			return
		}
		i.done <- Response{Payload: payload, Failed: failed}
		w.WriteHeader(http.StatusAccepted)
	}
}

func (api *runtimeAPI) failInit(w http.ResponseWriter, r *http.Request) {
	text, _ := io.ReadAll(r.Body)
	api.mu.Lock()
	api.initError = string(text)
	api.mu.Unlock()
	w.WriteHeader(http.StatusAccepted)
}
