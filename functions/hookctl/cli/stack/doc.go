// Package stack finds the resources of a deployed stack by its outputs, and makes the
// clients for them. Without a stack's name the environment names the resources, in the
// variables that the functions read, so that commands work on engines on this machine.
// All clients honour AWS_ENDPOINT_URL_<service> and, behind it, AWS_ENDPOINT_URL.
//
// It promises an error that names the missing output or variable, before it makes a
// request. It never changes a resource, and never reads a secret's value.
package stack
