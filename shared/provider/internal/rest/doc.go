// Package rest makes the HTTP calls of the providers' clients. It holds what they have
// in common: options, one attempt at a call, and the [Error] that says how it failed.
//
// It promises what a handler's retry relies on: a call is attempted once, and an error
// says that nothing was sent only when that is certain. Credentials go to the host of
// the base URL and to no other.
//
// It never puts a URL, a header or a body into the text of an error, because those hold
// tokens and personal data. It never interprets an answer: each provider has its own
// vocabulary, which [Options].Explain reads.
package rest
