package telemetry

// The fields of log lines. Those of the first group are also dimensions of metrics.
const (
	FieldFunction = "function" // the Lambda function's name
	FieldSource   = "source"   // a configured source, or "unknown"
	FieldCode     = "code"     // why ingest refused a webhook
	FieldReason   = "reason"   // why an event was dead-lettered
	FieldTask     = "task"     // of upkeep

	FieldRequest    = "request" // Lambda's id of the invocation
	FieldProvider   = "provider"
	FieldID         = "id"   // of the event
	FieldType       = "type" // of the event
	FieldStatus     = "status"
	FieldSecret     = "secret"           // index of the configured secret that matched
	FieldSigned     = "signed"           // which of several ways to sign held
	FieldURLExpires = "url_expires"      // when the URL that a webhook came to expires, in Unix seconds
	FieldEncoding   = "content_encoding" // of a refused request; bodies are read as they were sent
	FieldTries      = "tries"
	FieldQuarantine = "quarantine" // whether a refused request is kept
	FieldStored     = "stored"     // the body is in the vault, because it does not fit the queue
	FieldAttempt    = "attempt"
	FieldHandler    = "handler"
	FieldOutcome    = "outcome"
	FieldError      = "error" // an error's kind, never its text
	FieldStack      = "stack"

	// Of the short line of an event, which has no default values.
	FieldHandlers = "handlers" // names of those that finished, with commas between them; or their number
	FieldAttempts = "attempts" // runs of the event, if it is not the first
	FieldMS       = "ms"       // milliseconds that its handlers took
	FieldDelay    = "delay_s"  // whole seconds from its arrival to this batch, if at least one

	// Durations, in milliseconds.
	FieldTook      = "took_ms"
	FieldVerifying = "verifying_ms"
	FieldQueueing  = "queueing_ms"
	FieldRetryIn   = "retry_in_ms"
)
