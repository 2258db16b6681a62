// Package hooktest tests handlers: alone, by calling one with an [Event], or as they run
// on AWS, with [Run].
//
// Run promises that the deployed code, package process, decides on repeats, waits and dead
// letters, on in-memory engines. It has its own clock: an hour's wait takes no time, and a
// handler's HTTP calls work as usual. The same events and faults give the same [Result], as
// far as the handlers allow: handlers of events that arrive together run concurrently, as
// on AWS.
//
// To a handler, an [Event] differs from a real one only in its made-up id. A [Webhook] has
// the whole body, as the provider sends it; [Load] reads a real one from a file, such as
// those that hookctl run --save writes.
//
// It never signs or verifies, and never calls anything but the handlers.
package hooktest
