package telemetry_test

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-lambda-go/lambdacontext"

	"webhookintake/shared/telemetry"
)

func TestLevels(t *testing.T) {
	t.Parallel()
	for level, want := range map[string]string{
		"":      "info warn error",
		"debug": "debug info warn error",
		"info":  "info warn error",
		"WARN":  "warn error",
		"error": "error",
	} {
		var written bytes.Buffer
		logger, err := telemetry.NewLogger(&written, level)
		if err != nil {
			t.Fatalf("%q: %v", level, err)
		}
		logger.Debug("debug")
		logger.Info("info")
		logger.Warn("warn")
		logger.Error("error")
		var got []string
		for line := range strings.Lines(written.String()) {
			_, after, _ := strings.Cut(line, `"msg":"`)
			msg, _, _ := strings.Cut(after, `"`)
			got = append(got, msg)
		}
		if strings.Join(got, " ") != want {
			t.Errorf("%q logs %q, want %q", level, got, want)
		}
	}
	if _, err := telemetry.NewLogger(nil, "loud"); err == nil || !strings.Contains(err.Error(), "debug, info, warn or error") {
		t.Errorf("loud: error = %v, want one that lists the levels", err)
	}
}

// An invocation's context gives its lines the request id, loggers with fields included.
func TestRequestID(t *testing.T) {
	t.Parallel()
	var written bytes.Buffer
	logger, err := telemetry.NewLogger(&written, "")
	if err != nil {
		t.Fatal(err)
	}
	ctx := lambdacontext.NewContext(t.Context(), &lambdacontext.LambdaContext{AwsRequestID: "r-1"})
	logger.InfoContext(ctx, "plain")
	logger.With("a", 1).InfoContext(ctx, "with a field")
	logger.WithGroup("g").InfoContext(ctx, "with a group")
	logger.Info("outside")
	for i, line := range strings.Split(strings.TrimSpace(written.String()), "\n") {
		if got := strings.Contains(line, `"request":"r-1"`); got != (i < 3) {
			t.Errorf("line %d: %s", i, line)
		}
	}
}

func TestMilliseconds(t *testing.T) {
	t.Parallel()
	if got := telemetry.Milliseconds(1234567 * time.Nanosecond); got != 1.234 {
		t.Errorf("Milliseconds = %v, want 1.234", got)
	}
}
