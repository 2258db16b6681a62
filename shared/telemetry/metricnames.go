package telemetry

// Namespace is the namespace of all metrics in CloudWatch.
const Namespace = "WebhookIntake"

// The metrics. All have the function as a dimension; others are named here.
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
	MetricSpillAge   = "SpillAge"   // milliseconds that the oldest event in the vault waits for the queue

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
