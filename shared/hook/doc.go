// Package hook is the API for authors of handlers: the [Registry] of handlers, the [Event]
// that a handler gets, the [State] that it may keep, and the errors that decide what
// happens next.
//
// It promises that a handler only gets payloads of its own type, that a stored state which
// does not fit its type is an error and never the zero state, and that a mistake in
// registering stops the program at its start and names both places.
//
// It never decides when a handler runs, whether it is retried, or whether an event is new:
// package process does. Package hooktest tests handlers, alone and as they run on AWS.
package hook
