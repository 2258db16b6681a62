// Package handlers is yours: one file a handler, and register.go, the one list of them.
//
// A handler gets each event of its type until it returns nil. What its errors bring
// about, and how to keep an effect from happening twice, package hook says. The ones
// here are samples: change them, or delete them. Each is off until its settings are there,
// which Register says at start. With a setting whose value contains "sample-only", one
// that calls others logs what it would send, and calls nobody.
//
// A handler never sees an event that no signature vouches for, and should never write a
// payload into a log: it holds messages, phone numbers and tax numbers.
package handlers
