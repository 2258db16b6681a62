// Package process works off batches of queued events: it claims each in the ledger,
// runs the handlers that have not finished, and ends the claim.
//
// It promises that a message is acknowledged only when its event is recorded as ended,
// is a duplicate of one that is, or lies in the dead-letter queue with a reason; that a
// handler which was recorded as done is not run again; and that an at-most-once handler
// is not run twice without an operator's word.
//
// It never reads the environment, never deletes messages (the caller acknowledges what
// [Result] says), and never puts an error's text or a payload into a log.
package process
