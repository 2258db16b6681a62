// Package dialect holds all that hookctl knows about each provider, in one file a provider:
// what its secrets look like, what to do after a rotation, how it retries, and made-up
// samples of its webhooks.
//
// It promises that there is a [Dialect] for every provider in package source, a sample for
// every typed event, and that every sample is authentic for [Sources] and fits the Go type
// of its event. The secrets of [Sources] are public and contain "sample-only", which no
// deployed program accepts; the people, numbers and companies in the samples do not exist.
// Two samples have no Go type: kyc.watchlist.match, whose name is made up because it is not
// documented, and the one of Standard Webhooks, whose types are the sender's own.
//
// Package dialect never sends anything, and never reads a clock: callers pass the time.
package dialect
