package rest

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// A connection records whether a call asked for a connection, and whether it got one.
type connection struct{ asked, got atomic.Bool }

// watch returns a context that records into c.
func (c *connection) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	})
}

// neverMade reports whether it is certain that the call got no connection. With a
// transport that reports nothing to a trace it is not, unless the error itself says so.
func (c *connection) neverMade(err error) bool {
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" && !c.got.Load() {
		return true
	}
	return c.asked.Load() && !c.got.Load()
}
