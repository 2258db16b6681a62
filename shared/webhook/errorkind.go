package webhook

import (
	"errors"
	"fmt"
)

// ErrorKind returns the kind of err, without its text: the code of an AWS service's error,
// else the Go type of the innermost error. It returns "" for nil.
func ErrorKind(err error) string {
	if err == nil {
		return ""
	}
	if service, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok && service.ErrorCode() != "" {
		return service.ErrorCode()
	}
	return fmt.Sprintf("%T", innermost(err))
}

// innermost unwraps err as far as possible. If an error wraps several, it follows the last,
// which is the cause if a sentinel is wrapped before it.
func innermost(err error) error {
	for {
		var inner error
		switch e := err.(type) { //nolint:errorlint // it follows the chain itself
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				inner = all[len(all)-1]
			}
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
