// Package doctor is the command "hookctl doctor": it follows one synthetic webhook through
// an intake that runs somewhere. It checks that the intake is there, what it refuses and
// what it accepts, and reads in the ledger what happened to the event, step by step with
// the time that each step took.
//
// It promises that a step passes only if what it says was seen. What could not be seen,
// such as whether a copy has left a busy queue, it says. After a failed step it tries no
// other, and says what to do. The event has a type of its own, [Type], and the handlers
// that would take it are listed before it is sent.
//
// It never shows a secret or a part of one, never takes a message out of a queue, and
// never writes to the ledger itself. Its event stays there like any other, until the
// ledger forgets it.
package doctor
