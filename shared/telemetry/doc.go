// Package telemetry has the logger of the functions, the names of log fields, dimensions
// and metrics, and [Metrics], which writes CloudWatch's embedded metric format (EMF): JSON
// lines that CloudWatch turns into metrics without an API call.
//
// It promises lines that CloudWatch accepts, as few of them as the format allows, and that
// it may be used concurrently. Under `sam local`, where metrics would make the log
// unreadable, a program gives [NewMetrics] no writer.
//
// It never receives a payload, a signature or a secret: it writes names, counts and
// durations. Of an error its callers write the kind (webhook.ErrorKind), never the text,
// which may quote a payload.
//
// CloudWatch charges for each metric with each combination of dimensions. So there are few
// of both, and no dimension has values that a stranger chooses. A lean stack has only the
// metrics that its alarms watch, none by source: its log says the rest.
package telemetry
