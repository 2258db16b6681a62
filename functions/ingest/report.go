package main

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"time"

	"webhookintake/shared/ingest"
	"webhookintake/shared/source"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// report writes a line of metrics for each request, and a log line if it needs attention. Of
// all others process logs the outcome.
func report(log *slog.Logger, metrics *telemetry.Metrics) func(context.Context, ingest.Report) {
	var vault bucket
	return func(ctx context.Context, r ingest.Report) {
		vault.look(ctx, log, r)
		if needsAttention(r, time.Now()) {
			logRequest(ctx, log, r)
		}
		count(metrics, r)
		flush(metrics)
	}
}

// soonExpired is how long before a URL expires ingest logs the webhooks that come to it. It is
// a day longer than what `hookctl sources check` looks for.
const soonExpired = 8 * 24 * time.Hour

// needsAttention reports whether a request was refused, was not queued at once, or came to a
// URL that soon expires.
func needsAttention(r ingest.Report, now time.Time) bool {
	return r.Status != http.StatusOK || r.Tries > 1 || r.Spilled || !r.URLExpires.IsZero() && r.URLExpires.Sub(now) < soonExpired
}

// logRequest logs a refusal that is the sender's fault as a warning, and one that is ours
// as an error. A webhook that the queue did not take is a warning too.
func logRequest(ctx context.Context, log *slog.Logger, r ingest.Report) {
	level, message := slog.LevelInfo, "accepted"
	switch {
	case r.Status >= http.StatusInternalServerError:
		level, message = slog.LevelError, "not accepted"
	case r.Status >= http.StatusBadRequest:
		level, message = slog.LevelWarn, "refused"
	case r.Spilled:
		level, message = slog.LevelWarn, "accepted, and kept in the vault: the queue did not take it"
	}
	fields := []slog.Attr{
		slog.Int(telemetry.FieldStatus, r.Status),
		slog.String(telemetry.FieldSource, r.Source),
		slog.Float64(telemetry.FieldTook, telemetry.Milliseconds(r.Took)),
	}
	if r.ID != "" {
		fields = append(fields,
			slog.String(telemetry.FieldID, r.ID),
			slog.String(telemetry.FieldType, r.Type),
			slog.String(telemetry.FieldProvider, r.Provider),
			slog.Int(telemetry.FieldSecret, r.Secret),
			slog.Int(telemetry.FieldTries, r.Tries),
			slog.Float64(telemetry.FieldVerifying, telemetry.Milliseconds(r.Verifying)),
			slog.Float64(telemetry.FieldQueueing, telemetry.Milliseconds(r.Queueing)),
		)
	}
	if r.Signed != "" {
		fields = append(fields, slog.String(telemetry.FieldSigned, r.Signed))
	}
	if !r.URLExpires.IsZero() {
		fields = append(fields, slog.Int64(telemetry.FieldURLExpires, r.URLExpires.Unix()))
	}
	if r.Stored {
		fields = append(fields, slog.Bool(telemetry.FieldStored, true))
	}
	if r.Spilled {
		fields = append(fields, slog.String(telemetry.FieldError, webhook.ErrorKind(r.NotQueued)))
	}
	if r.Code != "" {
		fields = append(fields, slog.String(telemetry.FieldCode, string(r.Code)))
	}
	if r.Quarantine != "" {
		fields = append(fields, slog.String(telemetry.FieldQuarantine, string(r.Quarantine)))
	}
	if r.Quarantine == ingest.NotWritten {
		fields = append(fields, slog.String(telemetry.FieldError, webhook.ErrorKind(r.NotKept)))
	}
	if r.Encoding != "" {
		fields = append(fields, slog.String(telemetry.FieldEncoding, r.Encoding))
	}
	if r.Status >= http.StatusInternalServerError {
		fields = append(fields, slog.String(telemetry.FieldError, webhook.ErrorKind(r.Err)))
	}
	if panicked, ok := errors.AsType[*ingest.PanicError](r.Err); ok {
		fields = append(fields, slog.String(telemetry.FieldStack, string(panicked.Stack)))
	}
	log.LogAttrs(ctx, level, message, fields...)
}

// count counts the user's webhooks, and those that are refused.
func count(metrics *telemetry.Metrics, r ingest.Report) {
	from := telemetry.Dimension{Name: telemetry.FieldSource, Value: r.Source}
	if r.Source == webhook.Probe && r.Provider == webhook.Probe {
		if r.ID != "" { // the stack's own, which upkeep measures
			return
		}
		from.Value = ingest.UnknownSource // a stranger's
	}
	if isBadSignature(r.Code) {
		metrics.Count(telemetry.MetricBadSignatures, 1)
	}
	if r.Spilled || r.Status >= http.StatusInternalServerError || r.Code == webhook.ErrTooLarge {
		metrics.Count(telemetry.MetricFaults, 1)
	}
	metrics.Count(telemetry.MetricReceived, 1, from)
	if r.Err != nil {
		metrics.Count(telemetry.MetricRejected, 1, telemetry.Dimension{Name: telemetry.FieldCode, Value: string(r.Code)})
		return
	}
	metrics.Count(telemetry.MetricAccepted, 1, from)
	if r.Spilled {
		metrics.Count(telemetry.MetricSpilled, 1)
	}
	metrics.Time(telemetry.MetricAckTime, r.Took, from)
}

// isBadSignature reports whether a webhook with that code was refused for its signature.
func isBadSignature(code webhook.Code) bool {
	switch code {
	case webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch, webhook.ErrTimestampOutsideWindow:
		return true
	}
	return false
}

// staleSources is the age of the copy in use from which it is a fault that the sources'
// secret cannot be read: it is read every 5 minutes, and then every 30 s until that succeeds.
const staleSources = 10 * time.Minute

// countRead counts the faults of a read of the sources' secret, and records the age of the
// copy that stays in use.
func countRead(metrics *telemetry.Metrics, s source.Status) {
	if s.Invalid || s.Unavailable || s.Age > staleSources {
		metrics.Count(telemetry.MetricFaults, 1)
	}
	if s.Invalid {
		metrics.Count(telemetry.MetricSourcesInvalid, 1)
	}
	if s.Err != nil && !s.Invalid {
		metrics.Count(telemetry.MetricSourcesUnread, 1)
	}
	if s.Faults != nil {
		metrics.Count(telemetry.MetricSourcesFaulty, 1)
	}
	if s.Age > 0 {
		metrics.Time(telemetry.MetricSourcesAge, s.Age)
	}
}

// flush ignores an error: a webhook must not fail because metrics cannot be written.
func flush(metrics *telemetry.Metrics) { _ = metrics.Flush() }
