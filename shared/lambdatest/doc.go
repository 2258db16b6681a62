// Package lambdatest runs a built Lambda program outside of Lambda: it serves the
// Runtime API that the program asks for work, gives it invocations, and collects what
// it answers and prints. Tests and measurements of the functions go through it, so what
// they see is what is deployed.
//
// A [Process] promises what Lambda does to a program: one invocation at a time, with a
// deadline, after which the program is killed; and an environment that holds nothing
// but what it was given. It can kill the program at any moment and start it again. It
// needs no *testing.T; [Run] and [Program] spare tests the cleaning up.
//
// It never freezes a program between invocations, and never limits its memory or its
// processor as Lambda does.
package lambdatest
