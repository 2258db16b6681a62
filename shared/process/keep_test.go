package process_test

import (
	"testing"
	"time"

	"webhookintake/shared/process"
)

// TestKeep adds up how old a copy of a message may be.
func TestKeep(t *testing.T) {
	t.Parallel()
	const day = 24 * time.Hour
	withVault := process.DefaultTiming
	withVault.SpillRetention = process.SpillRetention
	for _, tt := range []struct {
		name   string
		timing process.Timing
		want   time.Duration
	}{
		{"queue, dead letters, queue", process.DefaultTiming, (7 + 14 + 7 + 1) * day},
		{"vault before them", withVault, (7 + 14 + 7 + 1 + 31) * day},
	} {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if got := tt.timing.Keep(); got != tt.want {
				t.Errorf("Keep = %v, want %v", got, tt.want)
			}
		})
	}
}
