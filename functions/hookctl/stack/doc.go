// Package stack finds the resources of a deployed stack by its outputs, and makes the
// clients with which an operator's command asks them. Without a stack's name the
// environment names them, by the variables that the functions read: that is how commands
// work on engines of this machine.
//
// It promises an error that says which output or variable is missing, before anything
// is asked. It never changes a resource, and never reads a secret's value.
package stack
