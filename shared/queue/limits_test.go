package queue_test

import (
	"strings"
	"testing"
	"time"

	"webhookintake/shared/queue"
)

func TestValidAttributeName(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]bool{
		"source": true, "A-b_c.9": true, "awsome": true, strings.Repeat("a", 256): true,
		"": false, "a b": false, "ü": false, ".a": false, "a.": false, "a..b": false,
		"AWS.x": false, "aws.x": false, "Amazon.x": false, strings.Repeat("a", 257): false,
	} {
		if got := queue.ValidAttributeName(name); got != want {
			t.Errorf("ValidAttributeName(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestSeconds(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]int32{
		0: 0, -time.Hour: 0, 1: 1, time.Second: 1, time.Second + 1: 2, 12 * time.Hour: 43200,
		1<<63 - 1: 1<<31 - 1,
	} {
		if got := queue.Seconds(d); got != want {
			t.Errorf("Seconds(%v) = %d, want %d", d, got, want)
		}
	}
}
