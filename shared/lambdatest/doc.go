// Package lambdatest runs a built Lambda program outside of Lambda: it serves the Runtime
// API, from which the program gets its work, invokes the program, and collects what it
// answers and prints. Tests and measurements of the functions use it, so that they test
// what is deployed.
//
// A [Process] promises to treat a program as Lambda does: one invocation at a time, with a
// deadline after which the program is killed, and an environment with nothing but the given
// variables. It can kill the program at any moment and start it again. It needs no
// *testing.T; with [Run] and [Program] a test need not clean up.
//
// It never freezes a program between invocations, and never limits its memory or CPU time
// as Lambda does.
package lambdatest
