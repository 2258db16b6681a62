package lambdasqs

import (
	"context"
	"log/slog"
	"math"
	"strconv"
	"strings"
	"time"

	"webhookintake/shared/process"
	"webhookintake/shared/telemetry"
)

// maxLine is the size in bytes of the longest line about an event that went well: each event
// has one, and log lines are paid for by their size.
const maxLine = 200

// isWell reports whether the event needs no more attention.
func isWell(r process.Result) bool {
	for _, run := range r.Runs {
		if run.Err != nil {
			return false
		}
	}
	return r.Acked && r.Reason == "" && r.Err == nil && !r.Stale()
}

// logShortly logs an event that went well. A line that would be too long has the number of
// its handlers in place of their names, then not its time, which CloudWatch knows, and last
// the beginning of its id, type or source, in this order.
func logShortly(ctx context.Context, log *slog.Logger, r process.Result) {
	if !log.Enabled(ctx, slog.LevelInfo) {
		return
	}
	at, handlers := time.Now(), slog.StringValue(finished(r))
	attrs := shortAttrs(r, handlers)
	if size(at, attrs) > maxLine {
		handlers = slog.IntValue(len(r.Runs))
		attrs = shortAttrs(r, handlers)
	}
	if size(at, attrs) > maxLine {
		at = time.Time{}
	}
	for _, name := range []*string{&r.Message.ID, &r.Message.Type, &r.Message.Source} {
		if over := size(at, attrs) - maxLine; over > 0 {
			*name = beginning(*name, len(*name)-over)
			attrs = shortAttrs(r, handlers)
		}
	}
	record := slog.NewRecord(at, slog.LevelInfo, "", 0)
	record.AddAttrs(attrs...)
	_ = log.Handler().Handle(ctx, record) // as package log/slog ignores it
}

// shortAttrs returns the fields of the line. What is usual is left out.
func shortAttrs(r process.Result, handlers slog.Value) []slog.Attr {
	attrs := []slog.Attr{
		slog.String(telemetry.FieldID, r.Message.ID),
		slog.String(telemetry.FieldSource, r.Message.Source),
		slog.String(telemetry.FieldType, r.Message.Type),
		slog.String(telemetry.FieldOutcome, string(r.Outcome)),
	}
	if len(r.Runs) > 0 {
		attrs = append(attrs, slog.Attr{Key: telemetry.FieldHandlers, Value: handlers}, slog.Float64(telemetry.FieldMS, tookMS(r)))
	}
	if r.Attempt > 1 {
		attrs = append(attrs, slog.Int(telemetry.FieldAttempts, r.Attempt))
	}
	return append(attrs, originAttrs(r)...)
}

// originAttrs returns how the webhook was signed, and how long ago it arrived: the index of
// a secret means that of the sources at its arrival.
func originAttrs(r process.Result) (attrs []slog.Attr) {
	if secret := r.Message.Origin.Secret; secret != nil {
		attrs = append(attrs, slog.Int(telemetry.FieldSecret, *secret))
	}
	if signed := r.Message.Origin.Signed; signed != "" {
		attrs = append(attrs, slog.String(telemetry.FieldSigned, signed))
	}
	if delay := r.QueueDelay.Seconds(); delay >= 1 {
		attrs = append(attrs, slog.Int64(telemetry.FieldDelay, int64(math.Ceil(delay))))
	}
	return attrs
}

// tookMS returns how long the handlers of an event took, to a tenth of a millisecond.
func tookMS(r process.Result) float64 {
	var took time.Duration
	for _, run := range r.Runs {
		took += run.Took
	}
	return math.Round(telemetry.Milliseconds(took)*10) / 10
}

// size returns the size in bytes of a short line, at most one more than it is for each
// character that JSON writes as two.
func size(at time.Time, attrs []slog.Attr) int {
	n := len("{}\n") - len(",") // before the first field
	if !at.IsZero() {
		n += len(`"time":"2006-01-02T15:04:05.000Z",`)
	}
	for _, a := range attrs {
		value := a.Value.String()
		if a.Value.Kind() == slog.KindString {
			value = strconv.Quote(value)
		}
		n += len(a.Key) + len(`"":,`) + len(value)
	}
	return n
}

// cut ends a text that is not whole.
const cut = "…"

// leastName is how much of a name in bytes is left at least.
const leastName = 12

// beginning returns a text of about that size in bytes.
func beginning(text string, n int) string {
	n = max(n-len(cut)-strings.Count(text, `"`)-strings.Count(text, `\`), leastName)
	if n >= len(text) {
		return text
	}
	return text[:n] + cut
}
