// Package handlers is yours: one file for each handler, and register.go, the list of them.
// No other test depends on what the list holds. settings.sample.json has samples of the
// settings that handlers cannot start without, for hookctl run and sam local.
//
// A handler gets each event of its type until it returns nil. Package hook describes what
// its errors do, and how to keep an effect from happening twice; package hooktest tests it.
// The folder samples has handlers to copy from.
//
// A handler never sees an event whose signature was not verified, and should never log a
// payload: it holds messages, phone numbers and tax numbers.
package handlers
