package hook

import (
	"fmt"
	"runtime"
	"strings"
)

// callerOutside returns the file and line from which this package was called. The depth
// varies because of generic wrappers.
func callerOutside() string {
	pcs := make([]uintptr, 16)
	frames := runtime.CallersFrames(pcs[:runtime.Callers(2, pcs)])
	for {
		frame, more := frames.Next()
		if !strings.HasPrefix(frame.Function, "webhookintake/shared/hook.") {
			return fmt.Sprintf("%s:%d", frame.File, frame.Line)
		}
		if !more {
			return "an unknown place"
		}
	}
}
