// Package records shows an operator what the ledger knows of events, and asks for events
// to be handled again.
//
// It promises that memory is bounded whatever the table holds; that a replay is refused
// where it would not do what it says: of an event that has not ended, with a body that is
// not the event's, or of a record that may expire first; and that what a replay would
// run is said before anything is sent.
//
// A replay carries the time at which the event was first received, not now. So it falls
// into the window of its own record: after the window, a message received now would be a
// new event, whose handlers all run, whichever were named.
//
// It never shows a payload that was not asked for, never changes a record, and never
// guesses a body that is not kept.
package records
