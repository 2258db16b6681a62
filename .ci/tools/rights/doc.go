// Package rights compares what the programs ask of AWS with what the template allows
// them, both ways and resource by resource: a call without a right and a right without a
// call are faults, each with the line of code and of template.yaml.
//
// What a program asks is read from its call graph: an operation that is linked but that
// nothing calls does not count, nor what the AWS SDK asks for itself to get credentials,
// nor what the user's handlers ask, whose package it leaves out. On which resource a call
// is made is found by following its input back to the variable of the environment, or the
// output of the stack, that it comes from.
//
// It never guesses: a call that it does not know, or whose resource it cannot find, is a
// fault that says so. It is never part of a program.
package rights
