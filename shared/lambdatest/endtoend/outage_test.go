package endtoend

import (
	"io"
	"net"
	"net/url"
	"sync"
	"testing"
)

// An outage is a proxy between the functions and an engine. While it is on, every
// connection breaks, as if the engine were stopped; or, if it is silent, nothing answers on it.
type outage struct {
	listener net.Listener
	engine   string // host:port

	mu     sync.Mutex
	on     bool
	silent bool
	conns  map[net.Conn]bool
}

// newOutage starts a proxy to the engine. It is off.
func newOutage(t *testing.T, engine string) (o *outage, proxied string) {
	t.Helper()
	u, err := url.Parse(engine)
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	o = &outage{listener: listener, engine: u.Host, conns: map[net.Conn]bool{}}
	var serving sync.WaitGroup
	serving.Go(o.serve)
	t.Cleanup(func() {
		_ = listener.Close() // ends serve
		serving.Wait()
		o.set(true)
	})
	return o, "http://" + listener.Addr().String()
}

func (o *outage) serve() {
	for {
		conn, err := o.listener.Accept()
		if err != nil {
			return
		}
		go o.carry(conn)
	}
}

// carry copies in both directions until either side ends.
func (o *outage) carry(conn net.Conn) {
	defer func() { _ = conn.Close() }()
	engine, err := net.Dial("tcp", o.engine)
	if err != nil {
		return
	}
	defer func() { _ = engine.Close() }()
	open, silent := o.enter(conn)
	defer o.leave(conn)
	if !open {
		if silent {
			_, _ = io.Copy(io.Discard, conn) // until the function hangs up, or the outage ends
		}
		return
	}
	go func() {
		_, _ = io.Copy(engine, conn) // connections are meant to break
		_ = engine.Close()
	}()
	_, _ = io.Copy(conn, engine)
}

func (o *outage) enter(conn net.Conn) (open, silent bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.conns[conn] = true
	return !o.on, o.silent
}

func (o *outage) leave(conn net.Conn) {
	o.mu.Lock()
	defer o.mu.Unlock()
	delete(o.conns, conn)
}

// silence lets connections that are refused hang instead.
func (o *outage) silence() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.silent = true
}

// set begins or ends the outage.
func (o *outage) set(on bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.on == on {
		return
	}
	o.on = on
	for conn := range o.conns {
		_ = conn.Close()
	}
}
