package webhook_test

import (
	"context"
	"errors"
	"fmt"
	"testing"

	"webhookintake/shared/webhook"
)

var errFull = errors.New("full")

// serviceError is an error as the SDK returns it.
type serviceError struct{}

func (serviceError) Error() string     { return "api error AccessDenied: payload" }
func (serviceError) ErrorCode() string { return "AccessDenied" }

func TestErrorKind(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want string
	}{
		{name: "none", want: ""},
		{name: "plain", err: errors.New("payload"), want: "*errors.errorString"},
		{name: "wrapped", err: fmt.Errorf("payload: %w", context.DeadlineExceeded), want: "context.deadlineExceededError"},
		{name: "sentinel and cause", err: fmt.Errorf("%w: %w", errFull, context.DeadlineExceeded), want: "context.deadlineExceededError"},
		{name: "service", err: fmt.Errorf("send payload: %w", serviceError{}), want: "AccessDenied"},
		{name: "wraps nothing", err: emptyWrapper{}, want: "webhook_test.emptyWrapper"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := webhook.ErrorKind(tt.err); got != tt.want {
				t.Errorf("ErrorKind = %q, want %q", got, tt.want)
			}
		})
	}
}

type emptyWrapper struct{}

func (emptyWrapper) Error() string { return "payload" }
func (emptyWrapper) Unwrap() error { return nil }
