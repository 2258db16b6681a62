// Package samples holds handlers to copy from, each with its test.
//
// Each is off until its settings are there, which Register logs at start. With a setting
// whose value contains "sample-only", a handler that calls others logs what it would
// send, and calls nobody.
//
// Nothing outside this folder but one line of register.go knows of it, so it can be
// deleted. A sample never writes a payload into a log, and never reads the environment
// itself.
package samples
