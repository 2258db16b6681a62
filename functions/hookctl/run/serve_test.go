package run

import (
	"bufio"
	"context"
	"io"
	"net"
	"net/http"
	"sync"
	"testing"
	"time"
)

// An accepting listener says when it has accepted a connection, and when it is closed.
type accepting struct {
	net.Listener
	accepted chan struct{}
	closed   chan struct{}
	once     sync.Once
}

func (a *accepting) Accept() (net.Conn, error) {
	c, err := a.Listener.Accept()
	if err == nil {
		a.accepted <- struct{}{}
	}
	return c, err
}

func (a *accepting) Close() error {
	err := a.Listener.Close()
	a.once.Do(func() { close(a.closed) })
	return err
}

// A request that is half received when the server must end is still answered, all the same:
// its sender may never send it again.
func TestServeAnswersWhatItAccepted(t *testing.T) {
	t.Parallel()
	port, err := new(net.ListenConfig).Listen(t.Context(), "tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	listener := &accepting{Listener: port, accepted: make(chan struct{}, 1), closed: make(chan struct{})}
	ctx, end := context.WithCancel(t.Context())
	ended := make(chan error, 1)
	go func() {
		ended <- serveUntil(ctx, listener, http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			_, _ = io.WriteString(w, "taken")
		}))
	}()
	c, err := new(net.Dialer).DialContext(t.Context(), "tcp", port.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = c.Close() }()
	_ = c.SetDeadline(time.Now().Add(time.Minute))
	<-listener.accepted
	_, _ = io.WriteString(c, "GET / HTTP/1.1\r\n")
	end()
	<-listener.closed
	_, _ = io.WriteString(c, "Host: here\r\n\r\n")
	r, err := http.ReadResponse(bufio.NewReader(c), nil)
	if err != nil {
		t.Fatalf("no answer: %v", err)
	}
	body, err := io.ReadAll(r.Body)
	_ = r.Body.Close()
	if string(body) != "taken" || err != nil {
		t.Errorf("answer = %q, %v", body, err)
	}
	if err := <-ended; err != nil {
		t.Errorf("serveUntil = %v", err)
	}
}
