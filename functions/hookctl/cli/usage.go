package cli

import (
	"errors"
	"fmt"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// The exit codes.
const (
	ExitDone   = 0
	ExitFailed = 1 // the command ran, and the result is not what was wanted: refused, differs, unreachable
	ExitUsage  = 2 // the command did nothing: the command line is wrong
)

// A UsageError reports a wrong command line.
type UsageError struct {
	Err error
	// Complete means that the text says what to type, so that the help adds nothing.
	Complete bool
}

// Error implements error.
func (e *UsageError) Error() string { return e.Err.Error() }

// Unwrap returns the cause.
func (e *UsageError) Unwrap() error { return e.Err }

// Usagef is fmt.Errorf as a [UsageError].
func Usagef(format string, args ...any) error { return &UsageError{Err: fmt.Errorf(format, args...)} }

// BadValue is the [UsageError] for the value of a flag. Want is what to give.
func BadValue(flag, value, want string) error {
	return &UsageError{Err: fmt.Errorf("--%s %q: give %s", flag, value, want), Complete: true}
}

// A Check is one condition that makes a command line wrong.
type Check struct {
	Fault bool
	Text  string
}

// CheckUsage returns the first fault as a [UsageError].
func CheckUsage(checks ...Check) error {
	for _, c := range checks {
		if c.Fault {
			return &UsageError{Err: errors.New(c.Text)}
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

// badFlag returns the [UsageError] for what the command line's parser found.
func badFlag(c *cobra.Command, err error) error {
	if e, ok := errors.AsType[*pflag.InvalidValueError](err); ok {
		f := e.GetFlag()
		if strings.HasPrefix(f.Name, "secret-") { // what was typed after it may be one
			return &UsageError{Err: fmt.Errorf("--%s: give %s", f.Name, wantOf(f)), Complete: true}
		}
		return BadValue(f.Name, e.GetValue(), wantOf(f))
	}
	if e, ok := errors.AsType[*pflag.ValueRequiredError](err); ok {
		name, _ := pflag.UnquoteUsage(e.GetFlag())
		return &UsageError{Err: fmt.Errorf("--%s needs a value: --%[1]s %s", e.GetFlag().Name, name), Complete: true}
	}
	if e, ok := errors.AsType[*pflag.NotExistError](err); ok {
		typed := strings.TrimLeft(e.GetSpecifiedName(), "-")
		if short := e.GetSpecifiedShortnames(); short != "" {
			typed, _, _ = strings.Cut(short, "=") // "-stack" was meant as "--stack"
		}
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
		var like []string
		for _, name := range Like(typed, names) {
			like = append(like, "--"+name)
		}
		err = fmt.Errorf("%w%s", err, didYouMean(like))
	}
	return &UsageError{Err: err}
}

// wantOf returns what the value of a flag has to be.
func wantOf(f *pflag.Flag) string {
	if v, ok := f.Value.(wanted); ok {
		return v.want()
	}
	switch f.Value.Type() {
	case "bool":
		return "true or false, or the flag alone"
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number of at least 0"
	case "float64":
		return "a number"
	case "stringSlice":
		return "a list, separated by commas"
	}
	return "a value of the kind " + f.Value.Type()
}
