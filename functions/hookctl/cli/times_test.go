package cli

import (
	"testing"
	"time"
)

// TestTime wants times in the zone of now, not in their own.
func TestTime(t *testing.T) {
	t.Parallel()
	at := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	now := at.Add(3 * time.Hour).In(time.FixedZone("CEST", 2*3600))
	for _, tt := range []struct{ got, want string }{
		{Time(at, now), "2026-10-01 14:00:00 CEST"},
		{Time(at.In(time.FixedZone("X", -3600)), now), "2026-10-01 14:00:00 CEST"},
		{Time(time.Time{}, now), "-"},
		{TimeAndAge(at, now), "2026-10-01 14:00:00 CEST (3h ago)"},
		{TimeAndAge(now.Add(45*time.Second), now), "2026-10-01 17:00:45 CEST (in 45s)"},
		{TimeAndAge(time.Time{}, now), "-"},
	} {
		if tt.got != tt.want {
			t.Errorf("got %q, want %q", tt.got, tt.want)
		}
	}
}

func TestAge(t *testing.T) {
	t.Parallel()
	now := time.Date(2026, 10, 1, 12, 0, 0, 0, time.UTC)
	for d, want := range map[time.Duration]string{
		-time.Second: "0s", 0: "0s", 59999 * time.Millisecond: "59s", time.Minute: "1m", time.Hour - 1: "59m",
		time.Hour: "1h", 48*time.Hour - 1: "47h", 48 * time.Hour: "2d", 30 * 24 * time.Hour: "30d",
	} {
		if got := Age(now.Add(-d), now); got != want {
			t.Errorf("Age of %v = %s, want %s", d, got, want)
		}
	}
	if got := Age(time.Time{}, now); got != "-" {
		t.Errorf("Age of an unknown time = %s", got)
	}
}

func TestDuration(t *testing.T) {
	t.Parallel()
	for d, want := range map[time.Duration]string{
		0: "0s", 59 * time.Second: "59s", time.Minute: "1m", 61 * time.Second: "1m1s", time.Hour: "1h", 90 * time.Minute: "1h30m",
		48 * time.Hour: "48h", 1500 * time.Microsecond: "2ms", time.Hour + time.Second: "1h0m1s",
	} {
		if got := Duration(d); got != want {
			t.Errorf("Duration of %v = %s, want %s", d, got, want)
		}
	}
	if got := Millis(12345 * time.Microsecond); got != "12.3 ms" {
		t.Errorf("Millis = %s", got)
	}
}
