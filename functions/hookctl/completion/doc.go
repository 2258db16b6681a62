// Package completion is the command that prints a shell's script for completing hookctl's
// command lines.
//
// It promises a script of cobra's own, for the shells that cobra knows. It never writes to
// the user's files: the help says where the script belongs.
package completion
