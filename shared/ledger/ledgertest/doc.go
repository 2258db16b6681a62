// Package ledgertest is the suite that every implementation of [ledger.Store] passes.
//
// It promises a case for each sentence of the contract, and each case quotes the sentence
// that it proves; a test fails if the contract no longer has the sentence, or has one
// without a case. Every call is also made with its request lost, and with its reply lost.
//
// It never sleeps: leases are born expired, and time is a value.
package ledgertest
