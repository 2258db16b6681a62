// Package vaulttest is the suite that every [vault.Vault] passes.
//
// It promises that each case proves a sentence of the interface's contract, which a
// failure quotes. It never sleeps, and never checks how fast something is.
package vaulttest
