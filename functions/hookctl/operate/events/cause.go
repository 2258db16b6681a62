package events

import "strings"

// causes say in words what the Go types of errors mean that tell a person nothing.
var causes = map[string]string{
	"*errors.errorString":           "failed",
	"context.deadlineExceededError": "ran out of time",
	"*hook.PanicError":              "panicked",
}

// Cause says in words what a kind says: which handler failed, and how. A type of error that
// says more than that it is an error stays as it is.
func Cause(kind string) string {
	handler, errorType, _ := strings.Cut(kind, ": ")
	if how := causes[errorType]; how != "" {
		return handler + " " + how
	}
	return kind
}

// IsOf reports whether the event is open for that kind, or for that [Cause]. It is for every
// event if kind is empty.
func (e Entry) IsOf(kind string) bool {
	return kind == "" || e.Kind == kind || Cause(e.Kind) == kind
}
