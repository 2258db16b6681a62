// Package rules tests how the tree hangs together: who may import whom, and what every
// package owes its readers. It is never part of a program.
package rules
