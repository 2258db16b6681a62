// Package act carries out one act of an operator on everything that a filter matches: first a
// [Survey], which changes nothing and says for how many what would happen, then a [Run].
//
// It promises that the memory used does not grow with the number of matches; that at most
// Rate items a second are acted on; that a run ends between items when its context does, and
// after some failures in a row; and that each item is planned again when its turn comes, so
// that what changed since the survey counts.
//
// It never keeps a state of its own: what is done shows in the ledger and in the queues, so
// that running an act again goes on where it stopped.
package act
