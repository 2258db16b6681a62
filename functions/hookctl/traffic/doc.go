// Package traffic is the command "hookctl traffic": it sends what a provider would send, a
// stream of signed events of all its types, with the provider's own way of waiting for an
// answer, retrying and giving up, and with faults on request.
//
// What is sent when is a [Plan.Schedule]: a pure function of a seed. [Run] sends it, judges
// the answers as the provider does, and reports the outcome of every delivery.
//
// It promises that the figures add up: whatever was due to be sent was accepted, refused,
// lost, or unfinished when the run was interrupted. No event has the id of an earlier run.
//
// It never counts a loss that it caused itself (a connection that it drops is tried again),
// never follows a redirect, and never shows a secret, a body or the text of an error, which
// could contain the URL with a token in it.
package traffic
