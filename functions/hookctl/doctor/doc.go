// Package doctor is the command "hookctl doctor": it follows one synthetic webhook through
// a running intake. It checks that the intake answers, what it refuses and what it accepts,
// and reads in the ledger what happened to the event. It reports each step with the time
// that it took.
//
// It promises that a step passes only if what it says was observed. It says what could not
// be observed, such as whether a copy has left a busy queue. It stops at the first step
// that fails, and says what to do. The event has its own type, [Type], and the handlers
// that would handle it are listed before it is sent.
//
// It never shows a secret or a part of one, never receives a message from a queue, and
// never writes to the ledger. Its event stays there like any other, until its record
// expires.
package doctor
