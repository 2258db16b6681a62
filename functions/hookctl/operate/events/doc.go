// Package events lists events by their records in the ledger, and replays events: has
// them handled again.
//
// It promises that memory is bounded however large the table is; that a replay is refused
// where it would not do what it says (the event has not ended, the body is another, or the
// record may expire first); and that the plan of a replay says what would run.
//
// A replay carries the time at which the event was first received, so that it falls into
// the window of its own record. Received now, after that window, it would be a new event,
// whose handlers all run, whichever were named.
//
// Package events never puts a payload into a view unless it is asked to, never changes a
// record, and never guesses a body that is not kept.
package events
