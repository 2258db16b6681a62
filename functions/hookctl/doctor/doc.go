// Package doctor follows one synthetic webhook through an intake that runs somewhere:
// it looks whether the intake is there, what it refuses and what it accepts, and reads
// from the ledger what became of the event, step by step with the time that each took.
//
// It promises that a step is told as passed only when what it says was seen; what could
// not be seen, such as whether a copy has left a busy queue, it says. After a step that
// failed it tries no other, and says what to do. The event is of a type that no provider
// has, [Type], and of a source whose handlers are told before it is sent.
//
// It never shows a secret or a part of one, never takes a message out of a queue, and
// never writes to the ledger itself. Its event stays there as any other does, until the
// ledger forgets it.
package doctor
