package cli

import (
	"fmt"
	"strconv"
	"strings"
	"time"
)

// Time returns a time for people, in the zone of now, as "2026-10-01 14:00:00 CEST". The
// zero time is a dash. In JSON, times are RFC 3339 in UTC.
func Time(t, now time.Time) string {
	if t.IsZero() {
		return "-"
	}
	return t.In(now.Location()).Format("2006-01-02 15:04:05 MST")
}

// TimeAndAge returns a time and how far from now it is, as
// "2026-10-01 14:00:00 CEST (3h ago)".
func TimeAndAge(t, now time.Time) string {
	switch {
	case t.IsZero():
		return "-"
	case t.After(now):
		return Time(t, now) + " (in " + Age(now, t) + ")"
	}
	return Time(t, now) + " (" + Age(t, now) + " ago)"
}

// Age returns how long before now a time was, in one unit, as 45s, 12m, 30h or 5d. The zero
// time is a dash.
func Age(t, now time.Time) string {
	d := now.Sub(t)
	switch {
	case t.IsZero():
		return "-"
	case d < time.Minute:
		return fmt.Sprintf("%ds", max(d/time.Second, 0))
	case d < time.Hour:
		return fmt.Sprintf("%dm", d/time.Minute)
	case d < 48*time.Hour:
		return fmt.Sprintf("%dh", d/time.Hour)
	}
	return fmt.Sprintf("%dd", d/(24*time.Hour))
}

// Duration returns a duration to the millisecond and without units that are zero, as 3m
// and not 3m0s.
func Duration(d time.Duration) string {
	text := d.Round(time.Millisecond).String()
	if strings.HasSuffix(text, "m0s") {
		text = strings.TrimSuffix(text, "0s")
	}
	if strings.HasSuffix(text, "h0m") {
		text = strings.TrimSuffix(text, "0m")
	}
	return text
}

// Millis returns how long something took, as "12.3 ms".
func Millis(d time.Duration) string {
	return fmt.Sprintf("%.1f ms", float64(d)/float64(time.Millisecond))
}

// Moment reads a flag's time, or how long ago it was; an empty text gives the zero time. A
// date starts in now's zone.
func Moment(flag, text string, now time.Time) (time.Time, error) {
	if text == "" {
		return time.Time{}, nil
	}
	if days, ok := strings.CutSuffix(text, "d"); ok {
		if n, err := strconv.ParseUint(days, 10, 16); err == nil {
			return now.AddDate(0, 0, -int(n)), nil
		}
	}
	if ago, err := time.ParseDuration(text); err == nil && ago >= 0 {
		return now.Add(-ago), nil
	}
	if at, err := time.ParseInLocation(time.DateOnly, text, now.Location()); err == nil {
		return at, nil
	}
	if at, err := time.Parse(time.RFC3339, text); err == nil {
		return at, nil
	}
	return time.Time{}, BadValue(flag, text, "how long ago, as 90m, 24h or 7d, or a time, as 2026-10-01 or 2026-10-01T12:00:00Z")
}
