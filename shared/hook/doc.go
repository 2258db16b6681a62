// Package hook is what the author of a handler sees: a [Registry] to enter functions
// into, the [Event] that they get, the [State] that some of them keep, and the errors with
// which they steer what happens next.
//
// It promises that a handler gets payloads of its own type only, that a stored state which
// does not fit its type is an error and never the zero state, and that a mistake in
// registering stops the program at start, naming both places.
//
// It never decides when a handler runs, whether it is tried again, or whether an event is
// new: package process does. Package hooktest tests handlers, alone and as they run on AWS.
package hook
