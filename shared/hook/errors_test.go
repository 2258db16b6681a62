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
		name  string
		err   error
		want  webhook.Retry
		waits bool
	}{
		{"none", nil, webhook.Retry{}, false},
		{"plain", errBroken, webhook.Retry{}, false},
		{"permanent", hook.Permanent(errBroken), webhook.Retry{Permanent: true}, false},
		{"wrapped", fmt.Errorf("charge: %w", hook.NotSent(errBroken)), webhook.Retry{NotSent: true}, false},
		{"waits", hook.RetryAfter(time.Minute, errBroken), webhook.Retry{After: time.Minute}, true},
		{"waits, wrapped", fmt.Errorf("charge: %w", hook.RetryAfter(time.Minute, errBroken)), webhook.Retry{After: time.Minute}, true},
		{"two at once", hook.NotSent(hook.RetryAfter(time.Minute, errBroken)), webhook.Retry{NotSent: true, After: time.Minute}, true},
		{"joined", errors.Join(hook.RetryAfter(time.Minute, errBroken), hook.RetryAfter(time.Hour, errBroken)), webhook.Retry{After: time.Hour}, true},
		{"too long", hook.RetryAfter(48*time.Hour, errBroken), webhook.Retry{After: hook.MaxRetryAfter}, true},
		{"negative", hook.RetryAfter(-time.Hour, errBroken), webhook.Retry{After: hook.MinRetryAfter}, true},
		{"a 429", fmt.Errorf("send: %w", answered{After: 24 * time.Hour, NotSent: true}), webhook.Retry{After: 24 * time.Hour, NotSent: true}, true},
		{"a 503", answered{After: time.Minute}, webhook.Retry{After: time.Minute}, false},
		{"a 503 before which nothing was sent", hook.NotSent(answered{After: time.Minute}), webhook.Retry{After: time.Minute, NotSent: true}, true},
		{"no connection", answered{NotSent: true}, webhook.Retry{NotSent: true}, false},
		{"permanent after a wait", hook.Permanent(hook.RetryAfter(time.Minute, errBroken)), webhook.Retry{After: time.Minute, Permanent: true}, false},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			tt.want.After = min(tt.want.After, hook.MaxRetryAfter)
			if got := hook.Hint(tt.err); got != tt.want {
				t.Errorf("Hint = %+v, want %+v", got, tt.want)
			}
			if got := hook.Waits(tt.err); got != tt.waits {
				t.Errorf("Waits = %v, want %v", got, tt.waits)
			}
		})
	}
}

// answered is an error of a provider's client.
type answered webhook.Retry

func (answered) Error() string          { return "answered" }
func (a answered) Retry() webhook.Retry { return webhook.Retry(a) }

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
