// Package rest makes the HTTP calls of the providers' clients.
//
// It promises what a handler's retry rests on: it tries once, and tells a call that was
// certainly not sent from one of which nobody knows. Credentials go to the host that was
// called and, unless a caller allows it, after no redirect.
//
// It never puts a URL, a header or a body into an error: those hold tokens and personal
// data. It never looks into an answer's body: each provider has its own words.
package rest
