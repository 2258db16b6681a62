// Package quarantine lists the requests that ingest refused for their signature, says which
// of them would be accepted now, and releases or drops them.
//
// A request is refused wrongly if our side had the wrong secret when it came. With the right
// one it verifies, as of its arrival; releasing it sends the message that ingest would have
// sent then, and deletes the request after the queue has it.
//
// It promises that nothing leaves the quarantine unverified: each request is verified right
// before it is sent, with the sources that are in use then. A request that is sent twice,
// because it could not be deleted, is dropped as a duplicate by process.
//
// It never puts a header, a query or a body into an error, and never deletes a request that
// was neither sent nor to be dropped.
package quarantine
