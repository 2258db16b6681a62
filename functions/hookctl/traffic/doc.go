// Package traffic sends what a provider would send: a stream of signed events of all its
// types, with its own way of waiting for an answer, trying again and giving up, and with
// the faults of the world on request.
//
// What is sent when is a [Schedule]: a pure function of a seed. Sending is [Run], which
// judges the answers as the provider does and reports what came of every delivery.
//
// It promises that the figures add up: whatever was due to be sent was accepted, refused,
// lost, or not finished when it was interrupted. No event has the id of an earlier run.
//
// It never counts a loss that it made itself (a connection that it drops is tried
// again), never follows a redirect, and never shows a secret, a body or the text of an
// error, which could contain the address with a token in it.
package traffic
