package hook_test

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"webhookintake/shared/hook"
	"webhookintake/shared/webhook"
)

func TestHint(t *testing.T) {
	t.Parallel()
	for _, tt := range []struct {
		name string
		err  error
		want webhook.Retry
	}{
		{"none", nil, webhook.Retry{}},
		{"plain", errBroken, webhook.Retry{}},
		{"permanent", hook.Permanent(errBroken), webhook.Retry{Permanent: true}},
		{"wrapped", fmt.Errorf("charge: %w", hook.NotSent(errBroken)), webhook.Retry{NotSent: true}},
		{"two at once", hook.NotSent(hook.RetryAfter(time.Minute, errBroken)), webhook.Retry{NotSent: true, After: time.Minute}},
		{"joined", errors.Join(hook.RetryAfter(time.Minute, errBroken), hook.RetryAfter(time.Hour, errBroken)), webhook.Retry{After: time.Hour}},
		{"too long", hook.RetryAfter(48*time.Hour, errBroken), webhook.Retry{After: hook.MaxRetryAfter}},
		{"negative", hook.RetryAfter(-time.Hour, errBroken), webhook.Retry{}},
		{"a provider's", fmt.Errorf("send: %w", throttled{}), webhook.Retry{After: 24 * time.Hour, NotSent: true}},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.After = min(tt.want.After, hook.MaxRetryAfter)
			if got := hook.Hint(tt.err); got != tt.want {
				t.Errorf("Hint = %+v, want %+v", got, tt.want)
			}
		})
	}
}

// throttled is an error of a provider's client.
type throttled struct{}

func (throttled) Error() string        { return "429" }
func (throttled) Retry() webhook.Retry { return webhook.Retry{After: 24 * time.Hour, NotSent: true} }

func TestSteeringKeepsTheError(t *testing.T) {
	t.Parallel()
	for name, err := range map[string]error{
		"Permanent":  hook.Permanent(errBroken),
		"RetryAfter": hook.RetryAfter(time.Second, errBroken),
		"NotSent":    hook.NotSent(errBroken),
	} {
		if !errors.Is(err, errBroken) || err.Error() != errBroken.Error() {
			t.Errorf("%s(%v) = %v, want it to wrap", name, errBroken, err)
		}
	}
	for name, err := range map[string]error{
		"Permanent":  hook.Permanent(nil),
		"RetryAfter": hook.RetryAfter(time.Second, nil),
		"NotSent":    hook.NotSent(nil),
	} {
		if err != nil {
			t.Errorf("%s(nil) = %v, want nil", name, err)
		}
	}
}
