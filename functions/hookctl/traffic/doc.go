// Package traffic is the command "hookctl traffic": it sends signed events of all types of a
// provider, waits, retries and gives up as the provider does, and adds faults on request.
//
// [Plan.Schedule] says what is sent when, and depends on a seed alone. [Run] sends it, judges
// the answers as the provider does, and reports the outcome of every delivery.
//
// It promises that the figures add up: every delivery that was due was accepted, refused,
// lost, or unfinished when the run was interrupted. No event has the id of an earlier run.
//
// It never counts a loss that it caused itself (it tries again after it drops a
// connection), never follows a redirect, and never shows a secret, a body or the text of an
// error, which may contain a URL with a token.
package traffic
