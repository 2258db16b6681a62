// Package samlocal tests that every sample event goes through `sam local invoke`, and
// every sample webhook through `sam local start-api`, and is answered as the built
// programs answer it. It is never part of a program.
package samlocal
