package telemetry

// Namespace holds all metrics in CloudWatch.
const Namespace = "WebhookIntake"

// The fields of log lines. Those of the first group are dimensions of metrics as well.
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
	FieldSecret   = "secret" // index of the configured secret that matched
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

// The metrics, all by function besides what is said.
const (
	// Of ingest, by source; Rejected by code alone, which alarms watch whatever the source.
	MetricReceived = "Received"
	MetricAccepted = "Accepted"
	MetricRejected = "Rejected"
	MetricAckTime  = "AckTime" // milliseconds until a webhook was acknowledged

	// Of the sources' secret.
	MetricSourcesInvalid = "SourcesInvalid" // the current version is no sources document
	MetricSourcesUnread  = "SourcesUnread"  // a read gave nothing that can serve
	MetricSourcesAge     = "SourcesAge"     // milliseconds that the copy in use is old, when it could not be read again

	// Of process, by source; DeadLettered by source and reason.
	MetricHandled      = "Handled"
	MetricUnhandled    = "Unhandled"
	MetricDuplicates   = "Duplicates"
	MetricConflicts    = "Conflicts"
	MetricRetried      = "Retried"
	MetricDeadLettered = "DeadLettered"
	MetricQueueDelay   = "QueueDelay" // milliseconds from ingest to process
)
