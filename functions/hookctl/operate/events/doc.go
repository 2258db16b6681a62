// Package events lists events by their records in the ledger, and replays events, which
// means that they are handled again.
//
// It promises that memory is bounded however large the table is; that a replay is refused
// if it would not do what its plan says (the event has not ended, the body is another, or
// the record may expire first); and that the plan of a replay says what would run.
//
// A replay carries the time at which the event was first received, so that it falls into
// the window of its own record. With the current time, after that window, it would be a
// new event, and all handlers would run.
//
// Package events never puts a payload into a view unless it is asked to, never changes a
// record, and never guesses a body that is not kept.
package events
