// Package quarantine is the form in which requests that were refused for their signature are
// kept in the vault: a [Request] as bytes, and an [Entry] as a key.
//
// A key has arrival, source and code, so that a list needs to read no object, and how many
// requests were refused and not kept before this one. It has neither an id nor anything else
// of the request.
//
// It promises that a request is read back byte for byte as far as a provider signs it: the
// headers that its [webhook.HeaderNamer] names, the query and the body. It never says that a
// request is authentic: who takes one out verifies it.
package quarantine
