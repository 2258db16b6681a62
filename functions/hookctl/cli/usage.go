package cli

import (
	"errors"
	"fmt"
)

// The exit codes.
const (
	ExitDone   = 0
	ExitFailed = 1 // the command ran, and the result is not what was wanted: refused, differs, unreachable
	ExitUsage  = 2 // the command did nothing: the command line is wrong
)

// A UsageError reports a wrong command line.
type UsageError struct{ Err error }

// Error implements error.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// Usagef is fmt.Errorf as a [UsageError].
func Usagef(format string, args ...any) error { return &UsageError{fmt.Errorf(format, args...)} }

// A Check is one condition that makes a command line wrong.
type Check struct {
	Fault bool
	Text  string
}

// CheckUsage returns the first fault as a [UsageError].
func CheckUsage(checks ...Check) error {
	for _, c := range checks {
		if c.Fault {
			return &UsageError{errors.New(c.Text)}
		}
	}
	return nil
}

// ExitCode returns the exit code for the error of a command line.
func ExitCode(err error) int {
	if err == nil {
		return ExitDone
	}
	if _, ok := errors.AsType[*UsageError](err); ok {
		return ExitUsage
	}
	return ExitFailed
}
