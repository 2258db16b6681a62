// Package webhook is the vocabulary that every part of the intake shares: what a
// provider is, what it sends, what came of verifying it, and what a handler may ask for.
//
// It promises that a [Verified] only comes out of a [Verifier], so nobody can hold an
// event that no signature vouches for, and that neither a [Secret] nor the payload of
// an [Event] shows when it is printed or logged.
//
// It never does I/O, never reads a clock or the environment, and imports the standard
// library only.
package webhook
