package sources_test

import (
	"strings"
	"testing"
	"time"

	"webhookintake/functions/hookctl/operate/sources"
	"webhookintake/shared/webhook"
)

// TestReplayGap wants a gap only where a URL is valid for longer than a copy is dropped.
func TestReplayGap(t *testing.T) {
	t.Parallel()
	checked := []webhook.Secret{webhook.NewSecret("url-secret-0123456789abcdef")}
	day := int64(86400)
	for _, tt := range []struct {
		name     string
		settings webhook.Settings
		valid    time.Duration
		want     []string
	}{
		{"URLs are not checked", webhook.Settings{}, sources.URLValid, nil},
		{"the default window", webhook.Settings{URLSecrets: checked}, sources.URLValid, []string{"from 1 hour after", "up to 30 days after", "--dedup-window 2592000"}},
		{"a URL for as long", webhook.Settings{URLSecrets: checked}, time.Hour, nil},
		{"a URL for a second more", webhook.Settings{URLSecrets: checked, DedupWindowS: &day}, 24*time.Hour + time.Second, []string{"from 1 day after", "up to 24h0m1s after", "--dedup-window 86401"}},
		{"a URL for longer than any window", webhook.Settings{URLSecrets: checked, DedupWindowS: new(30 * day)}, 2 * sources.URLValid, []string{"from 30 days after", "--dedup-window 2592000", "or make URLs"}},
		{"the longest window", webhook.Settings{URLSecrets: checked, DedupWindowS: new(30 * day)}, sources.URLValid, nil},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			got := sources.ReplayGap(tt.settings, tt.valid)
			if (got == "") != (tt.want == nil) {
				t.Errorf("gap %q, want %q", got, tt.want)
			}
			for _, want := range tt.want {
				if !strings.Contains(got, want) {
					t.Errorf("gap %q, want %q in it", got, want)
				}
			}
		})
	}
}
