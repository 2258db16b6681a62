package rest

import (
	"context"
	"errors"
	"net"
	"net/http/httptrace"
	"sync/atomic"
)

// A connection is what a call saw of its own.
type connection struct{ asked, got atomic.Bool }

// watch makes ctx tell of the request that is made with it.
func (c *connection) watch(ctx context.Context) context.Context {
	return httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{
		GetConn: func(string) { c.asked.Store(true) },
		GotConn: func(httptrace.GotConnInfo) { c.got.Store(true) },
	})
}

// neverMade reports whether it is certain that the call got no connection. A transport
// that tells nothing leaves it uncertain, unless the error itself says so.
func (c *connection) neverMade(err error) bool {
	if failed, ok := errors.AsType[*net.OpError](err); ok && failed.Op == "dial" && !c.got.Load() {
		return true
	}
	return c.asked.Load() && !c.got.Load()
}
