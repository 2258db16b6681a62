package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"webhookintake/shared/telemetry"
	"webhookintake/shared/upkeep"
	"webhookintake/shared/webhook"
)

// A request is the event of an invocation. The schedule's has none of its fields.
type request struct {
	// Report asks for the outcome of each task. If it is false, a task that failed makes the
	// invocation an error, which an alarm counts.
	Report bool `json:"report"`
}

type handler = func(context.Context, request) (*upkeep.Answer, error)

// handle returns the function of an invocation.
func handle(runner *upkeep.Runner, log *slog.Logger) handler {
	return func(ctx context.Context, r request) (*upkeep.Answer, error) {
		results, err := runner.Run(ctx)
		if busy, ok := errors.AsType[*upkeep.BusyError](err); ok {
			log.InfoContext(ctx, busy.Error())
			return &upkeep.Answer{BusyUntil: busy.Until}, nil
		}
		if err != nil && !r.Report {
			return nil, err
		}
		return &upkeep.Answer{Tasks: results}, nil
	}
}

// after logs and counts the outcome of a task. An outcome that equals the one before of the
// process is not worth a line every five minutes: it is logged at debug.
func after(log *slog.Logger, metrics *telemetry.Metrics) func(context.Context, upkeep.Result) {
	said := map[string]string{} // by the task; a process runs one invocation at a time
	return func(ctx context.Context, r upkeep.Result) {
		level, message := slog.LevelInfo, "task done"
		if before, ok := said[r.Task]; ok && before == r.Summary {
			level = slog.LevelDebug
		}
		said[r.Task] = r.Summary
		fields := []slog.Attr{
			slog.String(telemetry.FieldTask, r.Task),
			slog.String(telemetry.FieldOutcome, r.Summary),
			slog.Int64(telemetry.FieldTook, r.TookMS),
		}
		if r.Err != nil {
			level, message = slog.LevelError, "task failed"
			fields = append(fields, slog.String(telemetry.FieldError, webhook.ErrorKind(r.Err)))
			metrics.Count(telemetry.MetricTaskFailed, 1, telemetry.Dimension{Name: telemetry.FieldTask, Value: r.Task})
		}
		if panicked, ok := errors.AsType[*upkeep.PanicError](r.Err); ok {
			fields = append(fields, slog.String(telemetry.FieldStack, string(panicked.Stack)))
		}
		log.LogAttrs(ctx, level, message, fields...)
		_ = metrics.Flush() // a task must not fail because metrics cannot be written
	}
}

// countLeft records the age of the oldest event that is still in the vault.
func countLeft(metrics *telemetry.Metrics, r upkeep.DrainReport, now time.Time) {
	if r.Left > 0 {
		metrics.Time(telemetry.MetricSpillAge, now.Sub(r.Oldest))
	}
}
