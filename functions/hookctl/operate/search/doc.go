// Package search finds events by a value in their kept payloads.
//
// It promises that memory is bounded however large the table is; that a text is found
// however the payload's JSON escapes it, and a number exactly as it stands there; and that
// what could not be searched is counted: events whose payload is not kept, or was too large
// to be kept.
//
// It never searches what waits in a queue, never puts a payload into an error, and never
// changes anything.
package search
