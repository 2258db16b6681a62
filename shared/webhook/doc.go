// Package webhook is the vocabulary that every part of the intake shares: providers, the
// requests they send, the result of verifying one, and the writes and retries that a
// handler may ask for.
//
// It promises that only a [Verifier] makes a [Verified], so that an event is always one
// that a signature vouches for. It promises too that neither a [Secret] nor the payload
// of an [Event] shows when it is printed or logged.
//
// It never does I/O, never reads a clock or the environment, and imports the standard
// library only.
package webhook
