// Package hooktest tests handlers: alone, by calling one with an [Event], or as they run
// on AWS, with [Run].
//
// Run promises that the code which decides on repeats, waits and dead letters is the code
// that is deployed, package process, between the engines in memory. Its clock is its own:
// an hour's wait takes no time, and a handler's calls over HTTP work as ever. The same
// events and faults give the same [Result], as far as the handlers do: those of events
// that arrive together run side by side, as on AWS.
//
// An [Event] differs from a real one in nothing that a handler can see but its made-up
// id. A [Webhook] has the whole body, as the provider sends it; [Load] reads a real one
// out of a file, such as hookctl run --save writes.
//
// It never signs or verifies, and never calls anything but the handlers.
package hooktest
