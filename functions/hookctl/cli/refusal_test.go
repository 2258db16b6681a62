package cli

import (
	"strings"
	"testing"

	"webhookintake/shared/webhook"
)

// TestRefusalAdvice wants advice for every code, in lines that fit under the time of day.
func TestRefusalAdvice(t *testing.T) {
	t.Parallel()
	for _, code := range []webhook.Code{
		webhook.ErrSignatureMissing, webhook.ErrSignatureMalformed, webhook.ErrSignatureMismatch,
		webhook.ErrTimestampOutsideWindow, webhook.ErrMalformedBody, webhook.ErrMissingID, webhook.ErrMissingType,
		webhook.ErrInvalidID, webhook.ErrInvalidType, webhook.ErrIDMismatch, webhook.ErrUnknownSource,
		webhook.ErrNotFound, webhook.ErrMethod, webhook.ErrTooLarge, webhook.ErrQueueUnavailable,
		webhook.ErrSourcesUnavailable,
	} {
		if RefusalAdvice(code) == "" {
			t.Errorf("no advice for %s", code)
		}
		for line := range strings.Lines(RefusalAdvice(code)) {
			if n := len(strings.TrimSpace(line)); n > 90 {
				t.Errorf("advice for %s has a line of %d characters", code, n)
			}
		}
	}
	if got := RefusalAdvice("no_such_code"); got != "" {
		t.Errorf("advice for an unknown code = %q", got)
	}
}
