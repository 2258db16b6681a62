// Package memory is the vault in the process's memory, for tests and for hookctl run.
//
// It promises what [vault.Vault] does for as long as the process lives, and copies what it
// is given and what it returns. It never writes to a file: [Vault.Snapshot] returns what
// there is to keep.
package memory
