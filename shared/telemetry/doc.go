// Package telemetry is how the functions tell of what they do: the names of log fields,
// dimensions and metrics, the logger, and [Metrics], which writes CloudWatch's embedded
// metric format (EMF), one JSON line that CloudWatch turns into metrics without a call.
//
// It promises lines that CloudWatch takes, as few of them as the format allows, and
// that it may be used concurrently. Under `sam local` a program leaves metrics out by
// giving [NewMetrics] no writer: there they would only bury the log.
//
// It never sees a payload, a signature or a secret: what it writes are names, counts
// and durations. Of an error it writes the kind ([ErrorKind]), never the text, which
// may quote a payload.
//
// CloudWatch charges for each metric with each combination of dimensions, so there are
// few of both, and no dimension takes values that a stranger chooses.
package telemetry
