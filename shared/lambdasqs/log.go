package lambdasqs

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/process"
	"webhookintake/shared/telemetry"
	"webhookintake/shared/webhook"
)

// logResult logs the outcome of one event: in a short line if all is well, else as "evt_1
// failed, tried again in 5s".
func logResult(ctx context.Context, log *slog.Logger, r process.Result) {
	if isWell(r) {
		logShortly(ctx, log, r)
	} else {
		logFailure(ctx, log, r)
	}
	warnOfStates(ctx, log, r)
	warnOfReopened(ctx, log, r)
	if repeated(r) {
		log.LogAttrs(ctx, slog.LevelWarn, r.Message.ID+" was received before, outside of the window for duplicates: it runs again, and may be a replay",
			slog.String(telemetry.FieldSource, r.Message.Source), slog.String(telemetry.FieldType, r.Message.Type),
			slog.String(telemetry.FieldID, r.Message.ID), slog.Time("earlier", r.Earlier))
	}
}

// logFailure logs an event that comes again or is dead-lettered, with each of its handlers.
func logFailure(ctx context.Context, log *slog.Logger, r process.Result) {
	attrs := []slog.Attr{
		slog.String(telemetry.FieldOutcome, string(r.Outcome)),
		slog.String(telemetry.FieldSource, r.Message.Source),
		slog.String(telemetry.FieldType, r.Message.Type),
		slog.String(telemetry.FieldID, r.Message.ID),
	}
	level := slog.LevelInfo
	if r.Attempt > 0 {
		attrs = append(attrs, slog.Int(telemetry.FieldAttempt, r.Attempt))
	}
	if r.Reason != "" {
		level = slog.LevelError
		attrs = append(attrs, slog.String(telemetry.FieldReason, string(r.Reason)))
	}
	if !r.Acked {
		level = max(level, slog.LevelWarn)
		attrs = append(attrs, slog.Float64(telemetry.FieldRetryIn, telemetry.Milliseconds(r.Delay)))
	}
	if r.Err != nil {
		attrs = append(attrs, slog.String(telemetry.FieldError, webhook.ErrorKind(r.Err)))
	}
	for _, run := range r.Runs {
		attrs = append(attrs, slog.Group(run.Handler, runAttrs(run)...))
	}
	attrs = append(attrs, originAttrs(r)...)
	log.LogAttrs(ctx, level, Summary(r), attrs...)
}

// warnOfReopened says what an operator's message did, so that nobody repeats or suppresses
// an event unseen.
func warnOfReopened(ctx context.Context, log *slog.Logger, r process.Result) {
	if !r.Reopened || r.Message.Failure == nil {
		return
	}
	f := r.Message.Failure
	attrs := []slog.Attr{
		slog.String(telemetry.FieldSource, r.Message.Source), slog.String(telemetry.FieldType, r.Message.Type),
		slog.String(telemetry.FieldID, r.Message.ID), slog.String(telemetry.FieldReason, string(f.Reason)),
		slog.Int64("fence", f.Fence),
	}
	if len(f.Handlers) > 0 {
		attrs = append(attrs, slog.Any("handlers", f.Handlers))
	}
	if len(f.AssumeDone) > 0 {
		attrs = append(attrs, slog.Any("assume_done", f.AssumeDone))
	}
	text := r.Message.ID + " was reopened by an operator's message"
	if r.Outcome == process.Cancelled {
		text = r.Message.ID + " was cancelled by an operator's message"
	}
	log.LogAttrs(ctx, slog.LevelWarn, text, attrs...)
}

// repeated reports whether r is the first run of an event whose id was received before.
func repeated(r process.Result) bool { return !r.Earlier.IsZero() && r.Attempt == 1 }

// largeState is the size in bytes from which a moved state is a warning.
const largeState = 8 << 10

// warnOfStates says what moving a large state costs: in a transaction each KB begun is
// two write units.
func warnOfStates(ctx context.Context, log *slog.Logger, r process.Result) {
	for _, run := range r.Runs {
		if run.State < largeState {
			continue
		}
		kb := (run.State + 1023) >> 10
		log.LogAttrs(ctx, slog.LevelWarn,
			fmt.Sprintf("handler %s moved a state of %d KB, which costs about %d write units each time: keep less in it", run.Handler, kb, 2*kb),
			slog.String(telemetry.FieldHandler, run.Handler), slog.String(telemetry.FieldID, r.Message.ID), slog.Int("state_bytes", run.State))
	}
}

func runAttrs(run process.Run) []any {
	attrs := []any{slog.String("end", string(run.End)), slog.Float64(telemetry.FieldTook, telemetry.Milliseconds(run.Took))}
	if run.Err != nil {
		attrs = append(attrs, slog.String(telemetry.FieldError, webhook.ErrorKind(run.Err)))
	}
	if panicked, ok := errors.AsType[*hook.PanicError](run.Err); ok {
		attrs = append(attrs, slog.Any(telemetry.FieldStack, places(panicked)))
	}
	return attrs
}

// maxPlaces is the number of stack frames of a panic that are logged.
const maxPlaces = 8

// places returns the stack frames of a panic. Its value is not for logs.
func places(e *hook.PanicError) []string {
	var texts []string
	for _, f := range e.Frames[:min(len(e.Frames), maxPlaces)] {
		texts = append(texts, f.String())
	}
	return texts
}

// Summary describes a result in a few words, without anything from the payload.
func Summary(r process.Result) string {
	id := r.Message.ID
	if id == "" {
		id = "message " + r.Message.Wire.MessageID
	}
	switch r.Outcome {
	case process.Handled:
		if names := finished(r); names != "" {
			return id + " handled by " + names
		}
		return id + " handled before, now recorded"
	case process.Unhandled:
		return id + " has no handler"
	case process.Probed:
		return id + " is a test of the stack by itself"
	case process.Duplicate:
		if r.Stale() {
			return id + " has nothing to cancel, dropped"
		}
		return id + " is a duplicate, dropped"
	case process.Cancelled:
		return id + " ended without a run, as an operator cancelled it"
	case process.DeadLettered:
		return fmt.Sprintf("%s dead-lettered: %s", id, r.Reason)
	case process.Retried:
		return fmt.Sprintf("%s failed, tried again in %v", id, r.Delay.Round(time.Second))
	case process.InProgress:
		return id + " is being handled, or waits for its time"
	case process.PutBack:
		if slices.ContainsFunc(r.Runs, func(run process.Run) bool { return run.End == process.RunContended }) {
			return id + " put back, other events keep moving its state"
		}
		return id + " put back, no time left to start it"
	case process.Fenced:
		return id + " was claimed by another worker meanwhile"
	case process.Unavailable:
		return id + " put off, ledger or dead-letter queue does not answer"
	}
	return id + " " + string(r.Outcome)
}

func finished(r process.Result) string {
	var names []string
	for _, run := range r.Runs {
		switch run.End {
		case process.RunDone:
			names = append(names, run.Handler)
		case process.RunSkipped:
			names = append(names, run.Handler+" (skipped: stale)")
		}
	}
	return strings.Join(names, ", ")
}
