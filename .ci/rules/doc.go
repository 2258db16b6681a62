// Package rules tests the structure of the tree: what packages may import, and what every
// package must document. It is never part of a program.
package rules
