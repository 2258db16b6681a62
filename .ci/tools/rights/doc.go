// Package rights compares the programs' calls to AWS with the rights that the template
// gives them, both ways and resource by resource: a call without a right and a right
// without a call are faults, each with its line in the code and in template.yaml.
//
// A program's calls come from its call graph: an operation that is linked but never called
// does not count. Neither do the SDK's own calls to get credentials, nor those of the
// user's handlers, whose package is left out. The resource of a call is found by following
// its input back to the environment variable, or the output of the stack, that it comes
// from.
//
// It never guesses: a call that it does not know, or whose resource it cannot find, is a
// fault that says so. It is never part of a program.
package rights
