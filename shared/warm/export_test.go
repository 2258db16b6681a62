package warm

import (
	"context"
	"net"
	"net/http"
)

// NewClientDialing is NewClient with another network.
func NewClientDialing(dial func(ctx context.Context, network, address string) (net.Conn, error)) *Client {
	c := NewClient()
	c.http.Transport.(*http.Transport).DialContext = dial
	return c
}

// CloseIdleConnections ends the client.
func (c *Client) CloseIdleConnections() { c.http.CloseIdleConnections() }
