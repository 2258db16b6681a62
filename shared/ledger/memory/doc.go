// Package memory is the ledger in a map, for the local runner, the simulator and tests.
//
// It promises what every [ledger.Store] does, for as long as the process lives, and lets a
// test lose any call before or after it takes effect.
//
// It never drops a record, however old, and never writes anything to disk.
package memory
