package hook

import (
	"fmt"
	"path"
	"runtime"
	"strings"
)

// A PanicError is the error of a run in which a handler panicked, or a goroutine that it
// started with [Go].
type PanicError struct {
	Value  any     // the value of the panic; it may quote a payload, so do not log it
	Frames []Frame // the handler author's functions on the stack, innermost first
}

// A Frame is one function on a stack.
type Frame struct {
	Function string // as handlers.reply.handle
	File     string // below the root of its module, as functions/process/handlers/reply.go
	Line     int
}

// String returns the function and its place.
func (f Frame) String() string { return fmt.Sprintf("%s (%s:%d)", f.Function, f.File, f.Line) }

// maxFramesInText is how many frames the text of a PanicError has: dead letters and records
// have little room.
const maxFramesInText = 3

// Error returns where it panicked, and then the value, which may quote a payload.
func (e *PanicError) Error() string {
	var places []string
	for _, f := range e.Frames[:min(len(e.Frames), maxFramesInText)] {
		places = append(places, f.String())
	}
	return fmt.Sprintf("panic in %s: %v", strings.Join(places, " called by "), e.Value)
}

// recovered returns err, or the panic that was recovered with value. It is for calls of the
// handler author's other functions and methods; for the handler itself, see [Supervise].
func recovered(value any, err error) error {
	if value == nil {
		return err
	}
	return newPanicError(value)
}

// newPanicError must be called by the deferred function that has recovered value.
func newPanicError(value any) *PanicError {
	pcs := make([]uintptr, 64)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	var own, all []Frame
	for more := true; more; {
		var frame runtime.Frame
		frame, more = frames.Next()
		pkg := packageOf(frame.Function)
		f := Frame{path.Base(frame.Function), place(pkg, frame.File), frame.Line}
		switch {
		case frame.Function == "runtime.gopanic" && len(own) == 0:
			all = nil // the frames so far are the recovery's
		case pkg == "runtime":
		case authors(pkg):
			own = append(own, f)
			fallthrough
		default:
			all = append(all, f)
		}
	}
	if len(own) == 0 {
		own = all // none is the author's, for example if a decoder panicked
	}
	return &PanicError{value, own}
}

const (
	module = "webhookintake/"
	shared = module + "shared/"
)

// packageOf returns the package path in a function's name.
func packageOf(function string) string {
	dir, name := path.Split(function)
	name, _, _ = strings.Cut(name, ".")
	return dir + name
}

// authors reports whether a package is the handler author's: not of this framework, except
// for tests, which count as handlers, and not of the standard library.
func authors(pkg string) bool {
	if strings.HasPrefix(pkg, shared) {
		return strings.HasSuffix(pkg, "_test")
	}
	first, _, _ := strings.Cut(pkg, "/")
	return strings.Contains(first, ".") || strings.HasPrefix(pkg, module) || pkg == "main"
}

// place returns a file's path below the root of its module, wherever it was built.
func place(pkg, file string) string {
	pkg = strings.TrimSuffix(strings.TrimPrefix(pkg, module), "_test")
	return path.Join(pkg, path.Base(file))
}
