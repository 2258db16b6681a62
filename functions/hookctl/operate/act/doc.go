// Package act carries out one act of an operator on everything that a filter matches: first a
// [Survey], which changes nothing and says for how many what would happen, then a [Run].
//
// It promises that a match takes eight bytes of memory; that at most Rate items a second are
// acted on; that a run ends between items when its context does, and after some failures in a
// row; that each item is planned again when its turn comes, so that what changed since the
// survey counts; and that a run of a confirmed survey does nothing that it did not plan.
//
// It never keeps a state of its own: what is done shows in the ledger and in the queues, so
// that running an act again goes on where it stopped.
package act
