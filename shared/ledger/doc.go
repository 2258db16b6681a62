// Package ledger remembers which events have been handled: one record an event, with
// a lease while somebody works on it and a fence that grows with every claim.
//
// It promises, of every [Store], that at most one claim of a record is in force, that
// a record which ended stays ended until the window is over or an operator reopens it,
// and that a handler noted as done stays so through crashes, releases and retries.
// [Judge] is the whole decision, in one place, for every implementation.
//
// It never runs a handler, never sleeps, and never reads a clock: callers bring theirs.
// Package ledgertest holds the suite that every implementation passes.
package ledger
