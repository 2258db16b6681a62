package telemetry

import (
	"context"
	"errors"
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
func NewLogger(w io.Writer, level string) (*slog.Logger, error) {
	levels := map[string]slog.Level{
		"": slog.LevelInfo, "debug": slog.LevelDebug, "info": slog.LevelInfo,
		"warn": slog.LevelWarn, "error": slog.LevelError,
	}
	least, ok := levels[strings.ToLower(level)]
	if !ok {
		return nil, fmt.Errorf("log level %q: give debug, info, warn or error", level)
	}
	return slog.New(requestHandler{slog.NewJSONHandler(w, &slog.HandlerOptions{Level: least})}), nil
}

// A requestHandler adds the request id that the context carries.
type requestHandler struct{ slog.Handler }

// Handle adds the id.
func (h requestHandler) Handle(ctx context.Context, r slog.Record) error {
	if invocation, ok := lambdacontext.FromContext(ctx); ok {
		r.AddAttrs(slog.String(FieldRequest, invocation.AwsRequestID))
	}
	return h.Handler.Handle(ctx, r)
}

// WithAttrs keeps adding the id.
func (h requestHandler) WithAttrs(attrs []slog.Attr) slog.Handler {
	return requestHandler{h.Handler.WithAttrs(attrs)}
}

// WithGroup keeps adding the id.
func (h requestHandler) WithGroup(name string) slog.Handler {
	return requestHandler{h.Handler.WithGroup(name)}
}

// Milliseconds returns d for a log field or a metric, to the microsecond.
func Milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }

// ErrorKind returns the kind of err, without its text: the code of an AWS service's error,
// else the Go type of the innermost error. It returns "" for nil.
func ErrorKind(err error) string {
	if err == nil {
		return ""
	}
	if service, ok := errors.AsType[interface {
		error
		ErrorCode() string
	}](err); ok && service.ErrorCode() != "" {
		return service.ErrorCode()
	}
	return fmt.Sprintf("%T", innermost(err))
}

// innermost unwraps err as far as possible. If an error wraps several, it follows the last,
// which is the cause if a sentinel is wrapped before it.
func innermost(err error) error {
	for {
		var inner error
		switch e := err.(type) { //nolint:errorlint // it follows the chain itself
		case interface{ Unwrap() error }:
			inner = e.Unwrap()
		case interface{ Unwrap() []error }:
			if all := e.Unwrap(); len(all) > 0 {
				inner = all[len(all)-1]
			}
		}
		if inner == nil {
			return err
		}
		err = inner
	}
}
