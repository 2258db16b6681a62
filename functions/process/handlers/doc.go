// Package handlers is yours: one file for each handler, and register.go, the one list of
// them. No test of the rest looks at what the list holds.
//
// A handler gets each event of its type until it returns nil. Package hook says what its
// errors do, and how to keep an effect from happening twice; package hooktest tests it.
// The folder samples has handlers to copy from.
//
// A handler never sees an event that no signature vouches for, and should never write a
// payload into a log: it holds messages, phone numbers and tax numbers.
package handlers
