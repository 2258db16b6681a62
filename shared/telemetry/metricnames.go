package telemetry

// Namespace is the namespace of all metrics in CloudWatch.
const Namespace = "WebhookIntake"

// The metrics of a lean stack. Their only dimension is the function.
const (
	// MetricFaults counts what ingest met that is no sender's fault: webhooks that it answered
	// 5xx, spilled, or refused for their size, and reads of the sources' secret after which the
	// current version is invalid, or a copy is old or absent.
	MetricFaults        = "Faults"
	MetricBadSignatures = "BadSignatures" // webhooks that ingest refused for their signature
)

// The metrics of a full stack. All have the function as a dimension; others are named here.
const (
	// Of ingest, by source; Rejected by code only, so that alarms need not name sources.
	MetricReceived = "Received"
	MetricAccepted = "Accepted"
	MetricRejected = "Rejected"
	MetricAckTime  = "AckTime" // milliseconds until a webhook was acknowledged
	MetricSpilled  = "Spilled" // webhooks that the vault took in place of the queue; of no source

	// Of the sources' secret.
	MetricSourcesInvalid = "SourcesInvalid" // the current version is not a valid sources document
	MetricSourcesUnread  = "SourcesUnread"  // a read returned no valid version
	MetricSourcesFaulty  = "SourcesFaulty"  // what is in use has a fault that a new document is refused for
	MetricSourcesAge     = "SourcesAge"     // age of the copy in use when a read failed, in milliseconds

	// Of upkeep.
	MetricTaskFailed = "TaskFailed" // by task
	MetricProbeTime  = "ProbeTime"  // milliseconds from sending a probe to its completion
	MetricSpillAge   = "SpillAge"   // milliseconds that the oldest event in the vault waits for the queue; in lean stacks too

	// Of process, by source; DeadLettered by source and reason.
	MetricHandled      = "Handled"
	MetricUnhandled    = "Unhandled"
	MetricDuplicates   = "Duplicates"
	MetricConflicts    = "Conflicts"
	MetricRepeated     = "Repeated" // ids that came again after their window, and ran again
	MetricReopened     = "Reopened" // events that an operator's message ran again, let run now, took as done or cancelled
	MetricStale        = "Stale"    // cancels that found nothing to cancel
	MetricRetried      = "Retried"
	MetricDeadLettered = "DeadLettered"
	MetricQueueDelay   = "QueueDelay" // milliseconds from ingest to process
)

// IsLean reports whether a lean stack has the metric.
func IsLean(name string) bool {
	return name == MetricFaults || name == MetricBadSignatures || name == MetricSpillAge
}

// has reports whether a stack, lean or full, has the metric.
func has(lean bool, name string) bool {
	if lean {
		return IsLean(name)
	}
	return name != MetricFaults && name != MetricBadSignatures
}
