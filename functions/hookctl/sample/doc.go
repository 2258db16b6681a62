// Package sample holds one made-up webhook for every typed event, and the sources and
// settings with which they work on a developer's machine. Two events have no Go type: of
// a watchlist's, kyc.watchlist.match, even the name is made up, as it is not documented;
// and the types of Standard Webhooks are the sender's own.
//
// It promises that every sample is authentic for [Sources] and fits the Go type of its
// event. Its secrets are public and contain "sample-only", which no deployed program
// accepts; the people, numbers and companies in it do not exist.
//
// It never sends anything, and never reads a clock: callers bring the time.
package sample
