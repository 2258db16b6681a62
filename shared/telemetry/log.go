package telemetry

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"
)

// NewLogger returns a logger that writes JSON lines of the level and those above it: debug,
// info, warn or error, in upper or lower case; empty means info. A line that is logged with
// the context of an invocation has the invocation's request id, as Lambda's own lines have.
// A line at level info without a message is short: it has its time, to the millisecond, and
// its own fields.
func NewLogger(w io.Writer, level string) (*slog.Logger, error) {
	levels := map[string]slog.Level{
		"": slog.LevelInfo, "debug": slog.LevelDebug, "info": slog.LevelInfo,
		"warn": slog.LevelWarn, "error": slog.LevelError,
	}
	least, ok := levels[strings.ToLower(level)]
	if !ok {
		return nil, fmt.Errorf("log level %q: give debug, info, warn or error", level)
	}
	return slog.New(requestHandler{
		slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least}),
		slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least, ReplaceAttr: short}),
	}), nil
}

// short leaves out what a short line does not have.
func short(groups []string, a slog.Attr) slog.Attr {
	switch {
	case len(groups) > 0:
	case a.Key == slog.LevelKey, a.Key == slog.MessageKey:
		return slog.Attr{}
	case a.Key == slog.TimeKey:
		a.Value = slog.TimeValue(a.Value.Time().UTC().Truncate(time.Millisecond))
	}
	return a
}

// A requestHandler adds the request id that the context carries, except to short lines.
type requestHandler struct {
	slog.Handler
	short slog.Handler
}

// Handle adds the id.
func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if r.Message == "" && r.Level == slog.LevelInfo {
		return h.short.Handle(ctx, r)
	}
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String(FieldRequest, invocation.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps adding the id.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs), h.short.WithAttrs(attrs)}
}

// WithGroup keeps adding the id.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name), h.short.WithGroup(name)}
}

// Milliseconds returns d for a log field or a metric, to the microsecond.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
