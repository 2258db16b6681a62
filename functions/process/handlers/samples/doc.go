// Package samples holds handlers to copy from, each with its test.
//
// Each is off until its settings are set; Register logs at start which are off. If a
// setting contains "sample-only", a handler that calls others logs what it would send, and
// calls nobody.
//
// Only one line of register.go refers to this folder, so it can be deleted. A sample never
// logs a payload, and never reads the environment itself.
package samples
