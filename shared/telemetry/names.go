package telemetry

// Namespace is the namespace of all metrics in CloudWatch.
const Namespace = "WebhookIntake"

// The fields of log lines. Those of the first group are also dimensions of metrics.
const (
	FieldFunction = "function" // the Lambda function's name
	FieldSource   = "source"   // a configured source, or "unknown"
	FieldCode     = "code"     // why ingest refused a webhook
	FieldReason   = "reason"   // why an event was dead-lettered

	FieldRequest  = "request" // Lambda's id of the invocation
	FieldProvider = "provider"
	FieldID       = "id"   // of the event
	FieldType     = "type" // of the event
	FieldStatus   = "status"
	FieldSecret   = "secret"           // index of the configured secret that matched
	FieldSigned   = "signed"           // which of several ways to sign held
	FieldEncoding = "content_encoding" // of a refused request; bodies are read as they were sent
	FieldTries    = "tries"
	FieldAttempt  = "attempt"
	FieldHandler  = "handler"
	FieldOutcome  = "outcome"
	FieldError    = "error" // an error's kind, never its text
	FieldStack    = "stack"

	// Durations, in milliseconds.
	FieldTook      = "took_ms"
	FieldVerifying = "verifying_ms"
	FieldQueueing  = "queueing_ms"
	FieldRetryIn   = "retry_in_ms"
)

// The metrics. All have the function as a dimension; others are named here.
const (
	// Of ingest, by source; Rejected by code only, so that alarms need not name sources.
	MetricReceived = "Received"
	MetricAccepted = "Accepted"
	MetricRejected = "Rejected"
	MetricAckTime  = "AckTime" // milliseconds until a webhook was acknowledged

	// Of the sources' secret.
	MetricSourcesInvalid = "SourcesInvalid" // the current version is not a valid sources document
	MetricSourcesUnread  = "SourcesUnread"  // a read returned no valid version
	MetricSourcesFaulty  = "SourcesFaulty"  // what is in use has a fault that a new document is refused for
	MetricSourcesAge     = "SourcesAge"     // age of the copy in use when a read failed, in milliseconds

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
