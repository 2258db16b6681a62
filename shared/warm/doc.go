// Package warm does before the first event what only a first call does: it opens the
// connection, and goes once through the code of a call.
//
// Lambda gives a function its full processor until it asks for its first event, and then a
// share of it, by its memory. Reading the trusted certificates, a TLS handshake and the
// first use of an SDK's client take most of the time of a first event; before it they take a
// few milliseconds.
//
// It promises that a rehearsed call reaches nobody, that a connection which waited too long
// for its first request is not used, and that a failure has no effect but a slow first call.
// It never delays the start by more than the caller's context allows.
package warm
